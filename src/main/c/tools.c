/* The tools that this program has. A new one is a line here. */
#include "serve.h"

#include <string.h>

static const struct tool tools[] = {
    {.name = "bash", .needed = 1},
    {.name = "read", .run = tool_read, .needed = 1},
    {.name = "write", .run = tool_write, .needed = 2, .writes = true, .content = 1},
    {.name = "edit", .run = tool_edit, .needed = 3, .writes = true, .filled = 1},
    {.name = "glob", .run = tool_glob, .needed = 1},
    {.name = "grep", .run = tool_grep, .needed = 1},
};

const struct tool *tool_at(size_t i) { return i < sizeof tools / sizeof *tools ? &tools[i] : NULL; }

const struct tool *tool_named(const char *name) {
  const struct tool *tool;
  for (size_t i = 0; (tool = tool_at(i)) && strcmp(tool->name, name) != 0; i++) {
  }
  return tool;
}
