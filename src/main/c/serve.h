/* What the parts of `hand serve` share: the calls, and the one connection. */
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
  OP_HELLO = 16, /* hand to host: u32 protocol version */
  OP_PONG = 17,
  OP_RESULT = 19 /* u8 error flag, then the last piece of the text */
};

enum tool { BASH, READ, WRITE, EDIT, GLOB, GREP, TOOLS };
enum state { WAITING, RUNNING, DONE };

struct call {
  struct call *next;
  char id[CALL_ID_MAX + 1];
  uint32_t frame;
  bool attached; /* somebody waits for the answer at `frame` */
  bool fetched;  /* the result was sent, though it may not have arrived */
  enum state state;
  enum tool tool;
  struct buf bytes; /* that the fields of the request point into */
  struct request request;
  int64_t deadline, timeout;
  pid_t pid; /* of the child that runs a file tool */
  int fd;    /* where its answer comes from */
  struct result result;
};

extern const char *const tool_names[TOOLS];
extern struct call *calls; /* oldest first */
extern int64_t longest_call; /* ms that a command of bash may take */
extern struct shell shell;

/* ---- calls.c ---- */
/* Takes the request in `bytes`, which it then owns. False: not a request, the peer is not ours. */
bool call_begin(uint32_t frame, struct buf *bytes);
void call_cancel(uint32_t frame);
void call_stop(const char *id, size_t n);
void calls_detach(void);
/* Starts what may start, ends what is over. `told`: the shell has written a status. */
void calls_advance(bool told);
void calls_child_ended(pid_t pid, int status);
bool calls_own(pid_t pid);         /* a process of ours, not of a command */
void calls_read(struct call *call); /* its child has written something */
int64_t calls_deadline(void);      /* when to look again, or -1 */
bool calls_trusted(pid_t pid);     /* the same, without the shell: it runs nothing of a command */
bool calls_at_work(void);          /* something inside may write files */
void calls_stop_all(void);         /* the disk is full: ends every process inside */

/* ---- serve.c ---- */
void answer(struct call *call);

#endif
