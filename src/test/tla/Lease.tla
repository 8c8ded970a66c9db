-------------------------------- MODULE Lease --------------------------------
(* One session, its lease and its log, in a database that several nodes share.

   A node is known by a name that it makes at every start. A brain is a thread
   of a node that holds a lease: the epoch that its claim has raised. What a
   brain wants to append travels to the database as a request that may arrive
   late, after its brain, its node, or its node's good name has gone. An answer
   may be lost. Nothing here has a clock: a node that is slow, paused or cut off
   is one that takes no step for a while, and another node may think it dead at
   any time.

   Each guard of the design is a constant. With all of them the invariants hold;
   LeaseModelTest removes one at a time and expects the invariant that breaks. *)
EXTENDS Integers, Sequences, FiniteSets

CONSTANTS
  Nodes,              \* the machines
  Messages,           \* how many a client sends
  Faults,             \* crashes, false alarms and lost answers, all together
  FenceEpoch,         \* an append needs the newest epoch
  FenceNode,          \* an append needs a node that still holds the session
  RestIfReceived,     \* a brain rests only if nothing was received since it looked
  UniqueOnRepeat,     \* an append whose first event is in the log finds itself
  SweepLostClaims,    \* a node looks for sessions that are its own and have no brain
  AdoptAnew,          \* and claims them anew, for their last brain may have sent something
  ClaimOnlyFree,      \* a claim needs a session that nobody holds
  FreeOrphans,        \* what a node holds that was buried is freed, whenever it was claimed
  LeaveAfterUnknown   \* a brain that gives an append up gives its lease back before it reads again

NoOne == <<"no one", 0>>

VARIABLES
  \* the database
  log,       \* of [pos, id, kind, msg, epoch, held]
  head,      \* position of the last event, kept in the session's row
  epoch, owner, received, seen, inbox,
  nodeTable, \* names that have a heartbeat row
  \* everything else
  start,     \* how often each node was started
  brains,    \* [name, epoch, by, count, pc, request]
  net,       \* requests on their way to the database
  answers,   \* leases on their way to their node
  faults

session == <<log, head, epoch, owner, received, seen, inbox>>
vars == <<log, head, epoch, owner, received, seen, inbox, nodeTable, start, brains, net, answers,
          faults>>

Name(n) == <<n, start[n]>>
IsUp(name) == start[name[1]] = name[2]
Nothing == [kind |-> "nothing"]

Min(set) == CHOOSE x \in set : \A y \in set : x <= y
Logged(id) == \E i \in DOMAIN log : log[i].id = id
Answered(m) == \E i \in DOMAIN log : log[i].kind = "reply" /\ log[i].msg = m
Taken == {log[i].msg : i \in {j \in DOMAIN log : log[j].kind = "take"}}
Unanswered == {m \in Taken : ~Answered(m)}
Runs == log # <<>> /\ log[Len(log)].kind # "rest"
OwesWork == Runs \/ received > seen

Init ==
  /\ log = <<>> /\ head = 0 /\ epoch = 0 /\ owner = NoOne
  /\ received = 0 /\ seen = 0 /\ inbox = {}
  /\ start = [n \in Nodes |-> 1]
  /\ nodeTable = {<<n, 1>> : n \in Nodes}
  /\ brains = {} /\ net = {} /\ answers = {}
  /\ faults = Faults

Fault == faults > 0 /\ faults' = faults - 1

-----------------------------------------------------------------------------
\* Claims

\* A buried node that does not know of it may claim, too.
MayClaim(n) == ClaimOnlyFree => owner = NoOne

TakeLease(n, by) ==
  /\ epoch' = epoch + 1
  /\ owner' = Name(n)
  /\ answers' = answers \cup {[name |-> Name(n), epoch |-> epoch + 1, by |-> by]}

\* The client sends; the node that receives it claims the session if it may.
Send(n) ==
  /\ received < Messages
  /\ received' = received + 1
  /\ inbox' = inbox \cup {received + 1}
  /\ IF MayClaim(n) THEN TakeLease(n, "claim") ELSE UNCHANGED <<epoch, owner, answers>>
  /\ UNCHANGED <<log, head, seen, nodeTable, start, brains, net, faults>>

\* A node finds a session that owes work and that nobody holds. It says that it lives before it
\* looks; that it can be buried in between is what Send shows.
Sweep(n) ==
  /\ Name(n) \in nodeTable
  /\ OwesWork /\ owner = NoOne /\ MayClaim(n)
  /\ TakeLease(n, "claim")
  /\ UNCHANGED <<log, head, received, seen, inbox, nodeTable, start, brains, net, faults>>

\* A node finds a session that is its own and that it has no brain for. It looks twice: that the
\* lease is still on its way to the brain is rare.
Adopt(n) ==
  /\ SweepLostClaims
  /\ owner = Name(n)
  /\ \A b \in brains : b.name # Name(n)
  /\ IF AdoptAnew
     THEN owner' = NoOne /\ UNCHANGED answers
     ELSE LET lease == [name |-> Name(n), epoch |-> epoch, by |-> "sweep"]
          IN lease \notin answers /\ answers' = answers \cup {lease} /\ UNCHANGED owner
  /\ IF \E a \in answers : a.name = Name(n) /\ a.epoch = epoch THEN Fault ELSE UNCHANGED faults
  /\ UNCHANGED <<log, head, epoch, received, seen, inbox, nodeTable, start, brains, net>>

\* The lease arrives, and a brain wakes with it.
Wake(a) ==
  /\ answers' = answers \ {a}
  /\ brains' =
       IF IsUp(a.name)
       THEN brains \cup {[name |-> a.name, epoch |-> a.epoch, by |-> a.by, count |-> 0,
                          pc |-> "reads", request |-> Nothing]}
       ELSE brains
  /\ UNCHANGED <<session, nodeTable, start, net, faults>>

LoseAnswer(a) ==
  /\ Fault
  /\ answers' = answers \ {a}
  /\ UNCHANGED <<session, nodeTable, start, brains, net>>

-----------------------------------------------------------------------------
\* A brain's work

Replace(b, c) == brains' = (brains \ {b}) \cup {c}

\* Reads the log and the inbox, and asks for what follows from them.
Plan(b) ==
  /\ b.pc = "reads"
  /\ LET what == IF Unanswered # {} THEN [kind |-> "reply", msg |-> Min(Unanswered)]
                 ELSE IF inbox # {} THEN [kind |-> "take", msg |-> Min(inbox)]
                 ELSE [kind |-> "rest", msg |-> 0]
         request == [kind |-> what.kind, msg |-> what.msg, name |-> b.name, epoch |-> b.epoch,
                     id |-> <<b.name, b.epoch, b.by, b.count>>, received |-> received]
     IN /\ net' = net \cup {request}
        /\ Replace(b, [b EXCEPT !.pc = "waits", !.request = request, !.count = b.count + 1])
  /\ UNCHANGED <<session, nodeTable, start, answers, faults>>

\* The connection breaks: the request may have been carried out, or will be, or not.
Lose(b) ==
  /\ b.pc = "waits"
  /\ Fault
  /\ Replace(b, [b EXCEPT !.pc = "unknown"])
  /\ UNCHANGED <<session, nodeTable, start, net, answers>>

\* A node stops a brain where it is: the store was away for too long.
Stop(b) ==
  /\ Fault
  /\ brains' = brains \ {b}
  /\ UNCHANGED <<session, nodeTable, start, net, answers>>

\* Either it says the same again ...
Repeat(b) ==
  /\ b.pc = "unknown"
  /\ net' = net \cup {b.request}
  /\ Replace(b, [b EXCEPT !.pc = "waits"])
  /\ UNCHANGED <<session, nodeTable, start, answers, faults>>

\* ... or it gives up: whoever claims the session next begins anew from the log.
Leave(b) ==
  /\ b.pc = "unknown"
  /\ IF ~LeaveAfterUnknown
     THEN /\ Replace(b, [b EXCEPT !.pc = "reads"])
          /\ UNCHANGED owner
     ELSE /\ brains' = brains \ {b}
          /\ owner' = IF epoch = b.epoch /\ owner = b.name THEN NoOne ELSE owner
  /\ UNCHANGED <<log, head, epoch, received, seen, inbox, nodeTable, start, net, answers, faults>>

\* The brain that waits for a request hears what came of it.
Hear(r, outcome) ==
  LET waiting == {b \in brains : b.pc = "waits" /\ b.request = r}
  IN brains' =
       (brains \ waiting)
         \cup (IF outcome = "stop" THEN {} ELSE {[b EXCEPT !.pc = "reads", !.request = Nothing]
                                                 : b \in waiting})

\* The database carries a request out: one transaction.
Land(r) ==
  /\ net' = net \ {r}
  /\ IF UniqueOnRepeat /\ Logged(r.id)
     THEN Hear(r, IF r.kind = "rest" THEN "stop" ELSE "go on") /\ UNCHANGED session
     ELSE IF (FenceEpoch /\ r.epoch # epoch) \/ (FenceNode /\ r.name # owner)
     THEN Hear(r, "stop") /\ UNCHANGED session
     ELSE IF \/ r.kind = "rest" /\ RestIfReceived /\ r.received # received
             \/ r.kind = "take" /\ r.msg \notin inbox
     THEN Hear(r, "go on") /\ UNCHANGED session
     ELSE /\ log' = Append(log, [pos |-> head + 1, id |-> r.id, kind |-> r.kind, msg |-> r.msg,
                                 epoch |-> r.epoch, held |-> owner = r.name])
          /\ head' = head + 1
          /\ inbox' = inbox \ {r.msg}
          /\ owner' = IF r.kind = "rest" THEN NoOne ELSE owner
          /\ seen' = IF r.kind = "rest" THEN received ELSE seen
          /\ Hear(r, IF r.kind = "rest" THEN "stop" ELSE "go on")
          /\ UNCHANGED <<epoch, received>>
  /\ UNCHANGED <<nodeTable, start, answers, faults>>

-----------------------------------------------------------------------------
\* Nodes

Start(n) ==
  /\ start' = [start EXCEPT ![n] = @ + 1]
  /\ nodeTable' = nodeTable \cup {<<n, start[n] + 1>>}
  /\ brains' = {b \in brains : b.name # Name(n)}
  /\ answers' = {a \in answers : a.name # Name(n)}
  /\ UNCHANGED <<session, net>>

Crash(n) == Fault /\ Start(n)

\* A node whose heartbeat finds no row was buried: it ends everything and starts under a new name.
Rejoin(n) == Name(n) \notin nodeTable /\ Start(n) /\ UNCHANGED faults

\* A node buries another. If that one lives, it was a false alarm.
Bury(n, dead) ==
  /\ dead \in nodeTable /\ dead # Name(n) /\ Name(n) \in nodeTable
  /\ IF IsUp(dead) THEN Fault ELSE UNCHANGED faults
  /\ nodeTable' = nodeTable \ {dead}
  /\ UNCHANGED <<session, start, brains, net, answers>>

\* A node frees what nobody holds who is known.
Free(n) ==
  /\ FreeOrphans
  /\ Name(n) \in nodeTable /\ owner # NoOne /\ owner \notin nodeTable
  /\ owner' = NoOne
  /\ UNCHANGED <<log, head, epoch, received, seen, inbox, nodeTable, start, brains, net, answers, faults>>

-----------------------------------------------------------------------------
Works ==
  \/ \E n \in Nodes : Sweep(n) \/ Adopt(n) \/ Free(n) \/ Rejoin(n)
  \/ \E n \in Nodes, dead \in nodeTable : ~IsUp(dead) /\ Bury(n, dead)
  \/ \E a \in answers : Wake(a)
  \/ \E b \in brains : Plan(b) \/ Repeat(b) \/ Leave(b)
  \/ \E r \in net : Land(r)

Fails ==
  \/ \E n \in Nodes : Crash(n)
  \/ \E n \in Nodes, dead \in nodeTable : IsUp(dead) /\ Bury(n, dead)
  \/ \E a \in answers : LoseAnswer(a)
  \/ \E b \in brains : Lose(b) \/ Stop(b)

Next == Works \/ Fails \/ \E n \in Nodes : Send(n)

Spec == Init /\ [][Next]_vars /\ WF_vars(Works) /\ WF_vars(\E n \in Nodes : Send(n))

-----------------------------------------------------------------------------
\* What must hold

\* Only who holds the session writes its log.
OneWriter == \A i \in DOMAIN log : log[i].held

EpochsNeverFall == \A i, j \in DOMAIN log : i < j => log[i].epoch <= log[j].epoch

PositionsAreDense == head = Len(log) /\ \A i \in DOMAIN log : log[i].pos = i

NoEventTwice == \A i, j \in DOMAIN log : log[i].id = log[j].id => i = j

AnsweredOnce ==
  \A i, j \in DOMAIN log :
    log[i].kind = log[j].kind /\ log[i].kind # "rest" /\ log[i].msg = log[j].msg => i = j

NoMessageLost == inbox \cup Taken = 1..received /\ inbox \cap Taken = {}

\* What nobody holds and nobody would wake has nothing left to do.
NothingSleeps == owner = NoOne /\ ~OwesWork => inbox = {} /\ Unanswered = {}

\* A brain that does its work is not robbed of it.
HandedOver == [][owner' # owner => owner = NoOne \/ owner' = NoOne]_vars

\* Whatever happens, every message is answered in the end, and then the session rests.
EverythingIsAnswered == <>[](inbox = {} /\ received = Messages /\ Unanswered = {} /\ owner = NoOne)
=============================================================================
