/* What the parts of `hand` share. One static program: `hand launch` starts a sandbox on the host,
 * `hand serve` is the first process inside it and carries out the tool calls. */
#ifndef HAND_H
#define HAND_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "layout.h"

#define PROTOCOL_VERSION 4
#define FRAME_MAX (1u << 20)            /* bytes after the length field */
#define CALL_MAX (40u << 20)            /* bytes of one call, all its parts together */
#define OUTPUT_MAX (100u << 10)         /* bytes of output that the model gets */
#define LIVE_MAX 4096                   /* bytes of output that are sent at once while a command runs */
#define LIVE_MS 250                     /* between two such pieces */
#define SPILL_MAX (64ull << 20)         /* bytes of output that are kept in a file */
#define SPILLS_MAX (256ull << 20)       /* of all such files; the oldest go */
#define FILE_MAX (256u << 10)           /* bytes that read and edit take whole */
#define WRITE_MAX (16u << 20)
#define WALK_MAX 200000                 /* directory entries that one search looks at */
#define WALK_DEPTH 100                  /* each level holds a descriptor open */
#define CALLS_MAX 128                   /* calls that wait or run at once */
#define TRANSFERS_MAX 8                 /* operations on files, at once */
/* The journal: a call id that was heard of is never run again. Results are kept for whoever asks for
 * them again, the newest of those that were sent; the ones that nobody has fetched are given up last.
 * Of a result that is given up the id is kept, so that asking for it is an error and not a second run. */
#define JOURNAL_MAX 128                 /* results; no fewer than CALLS_MAX */
#define JOURNAL_BYTES (8u << 20)        /* of results that were sent */
#define UNFETCHED_BYTES (24u << 20)     /* of all results */
#define SPENT_MAX 1024                  /* ids without their results; the oldest go */
#define CALL_ID_MAX 100

/* ---- bytes ------------------------------------------------------------------------------- */
struct buf {
  char *p;
  size_t n, cap;
};
void buf_add(struct buf *b, const void *p, size_t n);
void buf_text(struct buf *b, const char *text);
void buf_format(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_drop(struct buf *b, size_t n); /* the first n bytes */
void buf_free(struct buf *b);
void *must(void *allocated); /* ends the process when there is no memory */
int64_t now_ms(void);        /* a clock that never jumps */
bool write_all(int fd, const void *p, size_t n);

/* ---- one result: text for the model, and whether it is an error --------------------------- */
struct result {
  bool error;
  struct buf text;
};
void fail(struct result *r, const char *format, ...) __attribute__((format(printf, 2, 3)));
void fail_fs(struct result *r, const char *tool, int error);
/* Names the path as absolute; of a missing one that was given as relative, where such a path starts. */
void fail_path(struct result *r, const char *tool, const char *given, const char *path, int error);
const char *fs_text(int error, char *scratch, size_t n);

/* ---- arguments of a call ------------------------------------------------------------------ */
struct field {
  const char *p; /* followed by a NUL of its own; NULL when absent */
  size_t n;
};
#define FIELDS_MAX 8
struct request {
  struct field f[FIELDS_MAX];
  int n;
};

/* ---- paths -------------------------------------------------------------------------------- */
struct place {
  char path[8192];    /* canonical, absolute */
  const char *root;   /* the allowed directory that it is in */
  bool read_only;
};
/* Follows every link and checks that the end is allowed. False with the error in `r`. */
bool find_place(const char *tool, const char *given, struct place *out, struct result *r);
/* Opens without following any link on the way: what was checked is what is opened. */
int open_place(const struct place *place, int flags, mode_t mode);
int open_parent(const struct place *place, bool make, const char **leaf);
bool canonical(const char *given, char *out, size_t size, int *error);
bool is_inside(const char *path, const char *root);
bool is_writable_store(const char *name); /* the name of a memory store, of which a path may follow */
bool is_permitted(const char *path); /* a canonical one */

/* ---- tools that run in a child process ---------------------------------------------------- */
void tool_read(const struct request *q, struct result *r);
void tool_write(const struct request *q, struct result *r);
void tool_edit(const struct request *q, struct result *r);
void tool_glob(const struct request *q, struct result *r);
void tool_grep(const struct request *q, struct result *r);

/* ---- what is in a directory ---------------------------------------------------------------- */
struct entry {
  char *name;
  unsigned char type; /* DT_REG, ... */
};
struct entries {
  struct entry *of;
  size_t n;
};
/* In the order of their names; at most `*budget` of them, which is then used up. Closes `fd`. */
bool entries_read(int fd, struct entries *out, long *budget);
void entries_free(struct entries *entries);
bool skipped_directory(const char *name); /* unless it is named, or around */
bool inside_skipped(const char *path);

/* ---- what is in a file ---------------------------------------------------------------------- */
enum text_kind { TEXT, TEXT_UTF16_LITTLE, TEXT_UTF16_BIG, BINARY };
#define HEAD_BYTES 8000
enum text_kind text_kind(const char *head, size_t n);  /* by its first bytes */
const char *binary_name(const char *head, size_t n);   /* "PNG image", "binary data" */
size_t utf16_decode(const char *p, size_t n, bool big, struct buf *out); /* how much was whole */
void utf16_encode(const char *p, size_t n, bool big, struct buf *out);

/* ---- the lines of a file ---------------------------------------------------------------------- */
#define PIECE_MAX (1u << 20) /* a longer line comes in several pieces */
struct lines {
  int fd;
  enum text_kind kind; /* known after the first piece */
  bool ended, broken, inside;
  bool sparse; /* of a hole, one chunk of null characters is read at most */
  struct buf raw, text; /* raw: of UTF-16, what is not decoded yet */
  size_t at;
  long number;
};
struct piece {
  const char *p;
  size_t n;
  bool first, last, ends; /* of its line; `ends`: with a line break, which is not in it */
};
bool next_piece(struct lines *l, struct piece *piece);
size_t whole_characters(const char *p, size_t n); /* so many bytes, or a few less */
void lines_free(struct lines *l);                 /* closes the file */

/* ---- what a command printed --------------------------------------------------------------- */
struct capture {
  struct buf tail;
  uint64_t total, spilled;
  uint64_t shown; /* of `total`, what was sent or left out while the command runs */
  int spill, spill_error, ansi;
  bool spilling, removed; /* to make room for this one, older ones went */
  char name[CALL_ID_MAX + 8];
};
void capture_start(struct capture *c, const char *call_id);
void capture_feed(struct capture *c, const char *p, size_t n);
void capture_finish(struct capture *c, struct buf *out);
/* What has come since the last time: at most the last LIVE_MAX bytes of it, in whole characters. NULL: nothing.
 * `left_out`: the bytes before that. */
const char *capture_fresh(struct capture *c, size_t *n, uint64_t *left_out);
void capture_reset(struct capture *c);

/* ---- the persistent shell ------------------------------------------------------------------ */
struct shell {
  pid_t pid;    /* 0: none */
  pid_t canary; /* a process whose death shows that signal 9 was sent to all; 0: none */
  int command;
  int status, output; /* FIFOs, which outlive the shell; it opens them by path */
  int io;        /* what the shell and its dead children have written, or -1 */
  bool confined; /* it can write no file: the disk was full when it started */
  bool extglob;  /* as the last command left it */
  int last;      /* the status of the last command */
  int idle_looks;
  bool asked_again;     /* the status of the command is lost */
  char token[40];       /* of the call that runs */
  char directory[4096]; /* where the next shell begins; empty: the workspace */
  struct buf pending;   /* of the script that is being handed over */
  struct buf state;     /* of the status that is being read */
  struct capture capture;
};
extern struct shell shell;
void shell_note_directory(void); /* for a child that cannot examine the shell, before it is one */
bool shell_is_elsewhere(char *directory, size_t size); /* not in the workspace */
void shell_setup(int output, int status); /* before this process is not dumpable any more */
void shell_hide(void);                    /* from now on, if that works here */
bool shell_start(struct shell *s, bool confined, bool alone); /* alone: no process of a command lives */
pid_t shell_check(const struct shell *s, const char *command, size_t n, int *said);
bool shell_send(struct shell *s, const char *command, size_t n, bool evaluated);
void shell_push(struct shell *s);                 /* writes what is pending */
void shell_drain(struct shell *s, bool everything);
bool shell_status(struct shell *s, int *status);  /* true when the command has ended */
bool shell_is_stuck(struct shell *s);             /* it runs nothing any more; to be asked now and then */
/* Stops what the running call has started, or everything; never the groups of `tools`. The number of
 * processes that were spared. */
size_t shell_kill(struct shell *s, const pid_t *tools, size_t n, bool everything);
void shell_forget(struct shell *s);               /* closes what belonged to a dead shell */
bool shell_copy_is(pid_t pid);                    /* a process that runs AT_SHELL */

bool script_is_blank(const char *text, size_t n); /* comments at most */
bool script_is_plain(const char *text, size_t n); /* without a syntax error for sure */
bool script_changes_parser(const char *text, size_t n);
void script_for(struct shell *s, const char *text, size_t n, bool evaluated, struct buf *out);
void script_ask_again(struct shell *s, struct buf *out);
bool script_status(struct shell *s, const struct buf *said, int *status);

char process_state(pid_t pid);        /* as in /proc, or 0 */
pid_t process_view(pid_t pid);        /* a thread by which /proc shows it, or 0: it is dead or gone */
bool process_is_dead(pid_t pid);      /* or gone: it holds nothing */
/* Its processor time, and that with the children it has waited for, in ticks; false: gone. */
bool process_worked(pid_t pid, unsigned long *own, unsigned long *all);
void processes_freeze(void); /* all others stand still */
void processes_thaw(void);   /* and go on, if they did before */
void processes_remember(pid_t shell); /* a call begins: what lives now is not its own */
bool processes_remembered(pid_t but);                /* others that lived when the call began */
bool processes_alive(const pid_t *but, size_t n);    /* any, beside these and the first one */
size_t processes_end(pid_t shell, const pid_t *ours, size_t n, bool all);
/* Kills what holds this pipe, except the shell and `trusted` processes. */
void processes_keep_from(int pipe, pid_t shell, bool (*trusted)(pid_t));

/* ---- the open files of a process -------------------------------------------------------------- */
struct descriptors {
  DIR *dir;
  int pidfd; /* of a process that is not dumpable; else -1 */
  bool hidden;
};
bool descriptors_open(struct descriptors *d, pid_t pid); /* false: gone, or it cannot be examined */
bool descriptors_next(struct descriptors *d, struct stat *st);
bool descriptors_close(struct descriptors *d); /* false: not all of them could be examined */

/* ---- the right to examine processes that are not dumpable -------------------------------------- */
void capability_keep(void); /* for this process, and for no program that it executes */
bool capability_works(void);
void capability_none(void); /* of this thread */
void capability_drop(void); /* and what comes with it: in a child */

/* ---- how much the session's directories hold ------------------------------------------------ */
void disk_limit(int64_t bytes, int64_t entries);
bool disk_full(size_t more);                /* when so many bytes are added */
void disk_command_starts(void);
bool disk_write_starts(size_t n);           /* false: there is no room for so many bytes */
bool disk_turn(bool (*at_work)(void));      /* true: too much, and it grows */
int64_t disk_deadline(void);                /* when to look again, or -1 */
void disk_text(struct buf *out);            /* what is wrong */

/* ---- the room that the host's file system has ------------------------------------------------ */
void floor_limit(int64_t bytes);            /* that are kept free; before the hand hides itself */
int64_t floor_room(void);
int64_t floor_written(void);                /* by all processes of this sandbox */
bool floor_hides(pid_t pid, int64_t ms);    /* it could not be looked at just now, nor so long ago */
void floor_command_starts(void);
bool floor_turn(bool (*at_work)(void));     /* true: there is too little, and this sandbox takes it */
bool floor_reached(size_t more);            /* this sandbox may not add so many bytes */
int64_t floor_deadline(void);
void floor_text(struct buf *out);

/* ---- a disk of a session's own --------------------------------------------------------------- */
struct image {
  const char *path, *template, *mkfs, *fsck;
  int64_t bytes, inodes; /* of a new one */
};
bool image_attach(const struct image *image, char *device, size_t size); /* made if it is missing */
void image_hold_back(const char *device, long long least);
bool image_mount(const char *device, const char *at);
int image(int argc, char **argv);
int channel_make(const char *path); /* a FIFO: both of its ends, or -1 */

/* ---- verbs --------------------------------------------------------------------------------- */
int launch(int argc, char **argv);
int serve(int argc, char **argv);
void child_reset(void);      /* signals and limits of a forked child; before it runs its own code */
int64_t memory_check(int64_t limit); /* kills the biggest when all are too big; when to look again */
int seccomp_memfd(bool allocate); /* a file with the filter, or -1 */
int sys_memfd(const char *name);
int sys_openat2(int dir, const char *path, int flags, mode_t mode, uint64_t resolve);
#define RESOLVE_BENEATH_ 0x08
#define RESOLVE_NO_LINKS 0x06 /* no symbolic and no magic links */

#endif
