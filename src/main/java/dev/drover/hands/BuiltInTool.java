package dev.drover.hands;

import dev.drover.base.Json;
import java.util.Arrays;
import java.util.Optional;

/// The tools that every sandbox has, as they are described to the model.
public enum BuiltInTool {
  BASH(
      "bash",
      false,
      """
      Run a command in a persistent bash shell. The working directory, variables, functions and \
      background jobs last from one call to the next; redirections by exec of the standard streams do \
      not. Standard input is empty. Standard output and error come back together; a non-zero exit status \
      is reported as an error. Very long output is cut to its end and kept whole in a file that the result \
      names. exit, or a failure after set -e, ends the shell, and the next call gets a new one in \
      /workspace; the result says so. Set restart to end everything and get a fresh shell. The user can \
      download the files in /mnt/session/outputs.\
      """,
      schema(
          Json.obj(
              "command", property("string", "The command to run."),
              "restart", property("boolean", "Start a fresh shell first."),
              "timeout_ms",
                  property(
                      "integer",
                      "Stop the command and its shell after this many milliseconds; 120000 if"
                          + " absent.")))),
  READ(
      "read",
      true,
      """
      Read a text file, or some of its lines. A file above 256 KiB needs a view_range; of a line above \
      20,000 bytes the beginning is shown. UTF-16 is shown as UTF-8, a binary file is named with its type \
      and size, a directory is listed. Files below /workspace, /tmp, /mnt/user and /mnt/session can be \
      read.\
      """,
      schema(
          Json.obj(
              "file_path",
              property("string", Words.FILE),
              "view_range",
              Json.obj(
                  "type",
                  "array",
                  "items",
                  Json.obj("type", "integer"),
                  "minItems",
                  2,
                  "maxItems",
                  2,
                  "description",
                  "First and last line, from 1, inclusive; a last line of 0 or less means the"
                      + " end.")),
          "file_path")),
  WRITE(
      "write",
      false,
      """
      Write a file, replacing what was there. Missing parent directories are made. The mode of a file, the \
      link that leads to it and its other names stay. Files below /workspace, /tmp, /mnt/user and \
      /mnt/session/outputs can be written; the user can download the files in the last one.\
      """,
      schema(
          Json.obj(
              "file_path", property("string", Words.FILE),
              "content", property("string", "The whole new content.")),
          "file_path",
          "content")),
  EDIT(
      "edit",
      false,
      """
      Replace text in a file of at most 256 KiB. old_string must occur exactly once, unless replace_all is \
      set. A line break in old_string matches any line end, and new text gets the file's own line ends; if \
      one of the texts has carriage returns, both are taken byte by byte. Files that write can write can \
      be edited.\
      """,
      schema(
          Json.obj(
              "file_path", property("string", Words.FILE),
              "old_string", property("string", "The text to replace, literally."),
              "new_string", property("string", "The text to put in its place."),
              "replace_all", property("boolean", "Replace every occurrence.")),
          "file_path",
          "old_string",
          "new_string")),
  GLOB(
      "glob",
      true,
      """
      Find files by pattern: absolute paths, newest first, at most 200. ** matches any number of \
      directories, * hidden files, too; {a,b}, {1..5} and [a-z] work. Directories named .git or node_modules are \
      searched if the pattern or path names them, and symbolic links to directories are followed where \
      a part of the pattern other than ** matches them.\
      """,
      schema(
          Json.obj(
              "pattern", property("string", "A relative pattern such as **/*.java."),
              "path", property("string", "The directory to search: " + Words.PATH + Words.ABSENT)),
          "pattern")),
  GREP(
      "grep",
      true,
      """
      Search the content of files by regular expression, line by line. Answers with the absolute \
      path:line:text, and with part of the text of a long line. The syntax is that of ripgrep and RE2, the \
      same in every sandbox: \\d \\w \\s \\b, classes, (?i), {n,m}, lazy quantifiers, a|b; no \
      look-around and no back-references. Hidden files and files that .gitignore names are searched; \
      directories named .git or node_modules only if path names them, and symbolic links are not \
      followed. UTF-16 is searched, too; binary files that match are named.\
      """,
      schema(
          Json.obj(
              "pattern", property("string", "A regular expression."),
              "path",
                  property(
                      "string", "The file or directory to search: " + Words.PATH + Words.ABSENT)),
          "pattern"));

  /// Text that several descriptions share.
  private static final class Words {
    static final String PATH =
        "an absolute path, or one relative to /workspace, whatever directory bash is in";
    static final String FILE = "The file: " + PATH + ".";
    static final String ABSENT = "; /workspace if absent.";
  }

  private final String wireName;
  private final boolean readOnly;
  private final String description;

  // Immutable, though the checker cannot see it behind an interface.
  @SuppressWarnings("ImmutableEnumChecker")
  private final Json.Obj inputSchema;

  BuiltInTool(String wireName, boolean readOnly, String description, Json.Obj inputSchema) {
    this.wireName = wireName;
    this.readOnly = readOnly;
    this.description = description;
    this.inputSchema = inputSchema;
  }

  public static Optional<BuiltInTool> named(String name) {
    return Arrays.stream(values()).filter(tool -> tool.wireName.equals(name)).findFirst();
  }

  public String wireName() {
    return wireName;
  }

  /// Whether running a call twice is the same as running it once.
  public boolean readOnly() {
    return readOnly;
  }

  public String description() {
    return description;
  }

  /// A JSON Schema.
  public Json.Obj inputSchema() {
    return inputSchema;
  }

  private static Json.Obj property(String type, String description) {
    return Json.obj("type", type, "description", description);
  }

  private static Json.Obj schema(Json.Obj properties, String... required) {
    return Json.obj(
        "type", "object", "properties", properties, "required", java.util.List.of(required));
  }
}
