/* The way out of a sandbox. Programs inside connect to ports of the loopback interface; `hand serve` copies the
 * bytes of each connection to a stream that the host has dialled, after a header: u8 version, u8 kind, u16 length
 * of what else is in the header. It understands nothing of the bytes. */
#ifndef RELAY_H
#define RELAY_H

#include "hand.h"

#define RELAY_VERSION 1

/* ---- net.c: a network with nothing in it ---- */
/* The sockets that `hand launch` leaves to `hand serve`, by descriptor; -1: not there. */
enum { WAY_HOST, WAY_PROXY, WAY_HTTP, WAY_HTTPS, WAY_DNS, WAY_DATAGRAMS, WAYS };
bool net_user(void);                      /* a user namespace with this user alone, who may mount in it */
bool net_make(void);                      /* this process is alone in it */
bool net_listen(int ways[WAYS]);          /* on all ports but WAY_HOST */
bool net_listen_proxy(int ways[WAYS]);    /* on that one, which needs no rights */
unsigned long long net_id(void);          /* of the namespace; 0: unknown */
bool net_is_apart(const char *outer);     /* not that one, and nothing leads out of it */

/* ---- relay.c ---- */
void relay_start(const int ways[WAYS]); /* in a thread of its own */
void relay_forked(void);                /* in a child */
void relay_unwatch(int fd);             /* before it is closed: a child may hold it as well */

/* ---- flow.c: two sockets, and the bytes on their way from each to the other ---- */
enum side { INSIDE, OUTSIDE };

struct flow { /* from one side */
  char *p;       /* NULL: no byte is on its way */
  size_t from, to;
  bool ended;  /* the side sends no more */
  bool closed; /* and the other one knows */
};

struct pipe {
  int fd[2];
  struct flow flow[2];
  bool gone[2]; /* the socket waits for nothing any more: what it has can be read without waiting */
};

enum moved { MOVED, OVER, BROKEN };
enum moved pipe_move(struct pipe *p); /* what can be moved now */
bool pipe_reads(const struct pipe *p, int side);
bool pipe_writes(const struct pipe *p, int side);
/* Reset: who is inside must not take what it got for all there is. */
void pipe_end(struct pipe *p, bool reset);

/* ---- datagrams.c: DNS by datagrams, over one stream ---- */
void datagrams_start(int socket);
bool datagrams_have_room(void);
int datagrams_stream(void); /* -1: none */
void datagrams_use(int stream);
void datagrams_read(void);     /* questions from inside */
void datagrams_answered(void); /* answers from the host; may close the stream */
bool datagrams_wait(void);     /* some are to be sent to the host */
bool datagrams_send(void);     /* the same; false: the stream was closed */

#endif
