/* What the parts of `hand serve` share. Each part uses only those that stand before it here. */
#ifndef SERVE_H
#define SERVE_H

#include "hand.h"

/* One frame: u32 length of the rest, u8 op, u32 id, payload; numbers are big-endian. */
enum {
  OP_PING = 1, /* host to hand */
  OP_PART = 2, /* a piece of a call, or of a result */
  OP_CALL = 3, /* the last piece of a call: run it */
  OP_CANCEL = 4,
  OP_SHUTDOWN = 5,
  OP_STOP = 6, /* a call id: as OP_CANCEL, whoever asked for the call */
  OP_WATCH = 7, /* since version 4: send what this call prints while it runs */
  OP_HELLO = 16, /* hand to host: u32 protocol version */
  OP_PONG = 17,
  OP_OUTPUT = 18, /* since version 4: u32 bytes that are left out, then what a watched call has printed after them */
  OP_RESULT = 19, /* u8 error flag, then the last piece of the text */
  /* Since version 2, operations on files. The payload is fields, each a u32 length and its bytes. What the host
   * and the operation send each other are streams in OP_DATA, at most as much as the other side gave credit for,
   * which is 1 MiB at first. OP_CANCEL ends an operation, and OP_DONE says that it is over in any case. */
  OP_TREE = 32,
  OP_GET = 33,
  OP_PUT = 34,
  OP_REMOVE = 35,
  OP_PACK = 36,     /* processes stand still until it is over */
  OP_UNPACK = 37,
  OP_GET_ALL = 38,  /* since version 3 */
  OP_LIVES = 40,    /* nothing but the answer in OP_DONE */
  OP_DATA = 48,     /* both ways */
  OP_DATA_END = 49, /* host to hand: there is no more */
  OP_CREDIT = 50,   /* both ways: u32 more bytes */
  OP_DONE = 51      /* u8: 1 if a command or its processes live */
};

/* ---- tools.c ---- */
struct tool {
  const char *name;
  void (*run)(const struct request *, struct result *); /* in a child; NULL: in the shell */
  int needed;  /* so many arguments; in a child none of them is absent */
  int filled;  /* the argument that is not empty either; 0: any may be */
  bool writes; /* files, so there must be room; `content`: the argument that goes into one, or 0 */
  int content;
};
const struct tool *tool_at(size_t i); /* NULL behind the last one */
const struct tool *tool_named(const char *name);

/* ---- conn.c: the one connection to a host ---- */
typedef bool frame_taker(int op, uint32_t id, const char *p, size_t n); /* false: the peer is not ours */
void conn_listen(int fd);
int conn_listener(void); /* to be polled; -1 while a host is attached */
int conn_fd(void);       /* -1: none */
bool conn_waits_to_send(void);
bool conn_accept(void); /* false: none ever comes again */
/* False: the connection is of no use any more and is to be closed. */
bool conn_receive(frame_taker *take);
bool conn_transmit(void);
void conn_close(void);
void conn_forked(void); /* in a child */
void conn_pong(uint32_t id);
void conn_send(int op, uint32_t id, const void *p, size_t n);
void conn_output(uint32_t id, uint64_t left_out, const char *p, size_t n);
size_t conn_unsent(void);
bool conn_answer(uint32_t id, const struct result *result); /* false: no host is there */

/* ---- installs.c ---- */
void installs_setup(void); /* where the agent's own packages go */

/* ---- fork.c ---- */
void fork_setup(int signal_fd, int64_t processes_max);

/* ---- transfer.c: operations on files ---- */
struct pollfd;
bool transfer_take(int op, uint32_t id, const char *p, size_t n); /* false: the peer is not ours */
void transfer_cancel(uint32_t id);
void transfers_detach(void);
bool transfers_own(pid_t pid);
void transfers_child_ended(pid_t pid);
size_t transfers_pids(pid_t *pids); /* at most TRANSFERS_MAX; how many */
bool transfers_write(void);         /* one writes into the session's directories */
void transfers_advance(void);
int64_t transfers_deadline(void);
void transfers_poll(struct pollfd *p); /* sets 2 * TRANSFERS_MAX of them */
void transfers_turn(const struct pollfd *p);

/* ---- journal.c: the calls, oldest first ---- */
enum state { WAITING, RUNNING, DONE };

struct call {
  struct call *next;
  char id[CALL_ID_MAX + 1];
  uint32_t frame;
  bool attached; /* somebody waits for the answer at `frame` */
  bool watched;  /* its output is sent while it runs */
  bool fetched;  /* the result was sent, though it may not have arrived */
  enum state state;
  const struct tool *tool;
  struct buf bytes; /* that the fields of the request point into */
  struct request request;
  int64_t deadline, timeout;
  pid_t pid; /* of the child that runs a file tool, or looks at a command */
  int fd;    /* where its answer comes from */
  struct result result;
};

extern struct call *calls;
void journal_done(struct call *call);   /* sends the result and keeps it; may drop older calls */
void journal_answer(struct call *call); /* if a host waits for it */
void journal_detach(void);
void journal_drop(struct call *call);
bool journal_is_spent(const char *id);
struct call *running_command(void); /* the call that the shell runs */
bool calls_own(pid_t pid);          /* a process of ours, not of a command */
bool calls_background(void);        /* some process of a command lives, beside the shell */
bool calls_trusted(pid_t pid);      /* the same, without the shell: it runs nothing of a command */

/* ---- child.c ---- */
void child_start(struct call *call);
void child_stop(struct call *call);
bool child_read(struct call *call);   /* true: it has written all, and is gone */
void child_finish(struct call *call); /* what it wrote is the result of a file tool */

/* ---- shell_end.c ---- */
void end_watch(void); /* a command begins */
void end_canary(int status);
bool end_others_killed(void); /* everything but the shell */
void end_describe(struct buf *out, int status);
/* What is gone with the shell, and what is not. */
void end_gone(struct buf *out, const char *what, size_t spared);

/* ---- bash.c ---- */
extern int64_t longest_call; /* ms that a command may take */
void bash_start(struct call *call);
void bash_checked(struct call *call); /* its syntax; what is wrong is in the result */
void bash_advance(struct call *call);
void bash_interrupted(struct call *call);
void bash_end_badly(struct call *call, const char *text, const struct buf *after);
size_t bash_stop_shell(bool everything);
void bash_shell_ended(int status);
void bash_canary_ended(int status);
void bash_notice(const char *text);
void bash_show(struct call *call); /* sends what it has printed, if somebody watches it */
int64_t bash_deadline(const struct call *call);

/* ---- calls.c ---- */
/* Takes the request in `bytes`, which it then owns. False: not a request, the peer is not ours. */
bool call_begin(uint32_t frame, struct buf *bytes);
void call_cancel(uint32_t frame);
void call_watch(uint32_t frame);
void call_stop(const char *id, size_t n);
/* Starts what may start, ends what is over. `told`: the shell has written a status. */
void calls_advance(bool told);
void calls_child_ended(pid_t pid, int status);
void calls_read(struct call *call); /* its child has written something */
int64_t calls_deadline(void);       /* when to look again, or -1 */
bool calls_at_work(void);           /* something inside may write files */
void calls_stop_all(void);          /* the disk is full: ends every process inside */

#endif
