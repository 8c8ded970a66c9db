/* Where what is inside a sandbox. The one list of its directories: `hand launch` mounts them, the tools
 * permit them, and what is to be counted is counted by it. */
#ifndef LAYOUT_H
#define LAYOUT_H

#include <stdbool.h>

#define AT_WORKSPACE "/workspace"
#define AT_TMP "/tmp"
#define AT_HOME "/home/user"
#define AT_UPLOADS "/mnt/session/uploads"
#define AT_SKILLS "/skills"
#define AT_TOOL_OUTPUTS "/mnt/session/tool_outputs"
#define AT_INSTALLED AT_HOME "/.local" /* what the agent installs */
#define AT_MEMORY "/mnt/memory" /* a directory for each memory store */
#define AT_PACKAGES "/opt/drover" /* the packages of the environment */
#define STORES_MAX 8
#define AT_HAND "/run/hand" /* the program, and the name of the shell's script */
#define AT_SHELL AT_HAND "/bin/bash" /* a copy of bash that can be executed and not read */
#define AT_OUTPUT AT_HAND "/output"  /* FIFOs that can be written and not read */
#define AT_STATUS AT_HAND "/status"

enum access { NONE, READS, WRITES }; /* of the file tools */

struct directory {
  const char *path;
  const char *option; /* of `hand launch`: where it is on the host, or the size of one in memory; NULL: see MEMORY */
  const char *mode;   /* of one in memory, which goes with the sandbox; NULL: it is the session's */
  const char *disk;   /* its name on the session's own disk. NULL: on the host always, and read-only */
  enum access tools;
};

/* MEMORY is there only if the session has memory stores. It is nobody's, and the stores are mounted in it. INSTALLED
 * is mounted in HOME, which is new and empty. */
enum { WORKSPACE, TMP, USER, OUTPUTS, UPLOADS, SKILLS, TOOL_OUTPUTS, MEMORY, HOME, INSTALLED, SHM, DIRECTORIES };
extern const struct directory directories[DIRECTORIES];

#endif
