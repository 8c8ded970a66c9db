#include "layout.h"

#include <stddef.h>

const struct directory directories[DIRECTORIES] = {
    [WORKSPACE] = {AT_WORKSPACE, "--workspace", NULL, "workspace", WRITES},
    [TMP] = {AT_TMP, "--tmp", "1777", NULL, WRITES},
    [USER] = {"/mnt/user", "--user", NULL, "user", WRITES},
    [OUTPUTS] = {"/mnt/session/outputs", "--outputs", NULL, "outputs", WRITES},
    [UPLOADS] = {AT_UPLOADS, "--uploads", NULL, NULL, READS},
    [SKILLS] = {AT_SKILLS, "--skills", NULL, NULL, READS},
    [TOOL_OUTPUTS] = {AT_TOOL_OUTPUTS, "--tool-outputs", NULL, "tool_outputs", READS},
    [MEMORY] = {AT_MEMORY, NULL, NULL, "memory", WRITES},
    [HOME] = {AT_HOME, "--home", "0755", NULL, NONE},
    [INSTALLED] = {AT_INSTALLED, "--installed", NULL, "installed", NONE},
    [SHM] = {"/dev/shm", "--shm", "1777", NULL, NONE},
};
