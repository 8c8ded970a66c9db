package dev.drover.hands;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Which places the tools know, and how results name them.
public abstract class PathsContract extends SandboxContract {
  @Test
  void theUserDirectoryIsWritableForEveryToolAndOutlivesTheSandbox() throws Exception {
    assertThat(bash("cd /mnt/user && mkdir d && echo one > d/f && stat -c %U . && pwd"))
        .isEqualTo("user\n/mnt/user");
    ok("write", "file_path", "/mnt/user/g", "content", "two");
    ok("edit", "file_path", "/mnt/user/d/f", "old_string", "one", "new_string", "three");
    assertThat(ok("read", "file_path", "/mnt/user/d/f")).isEqualTo("three\n");
    assertThat(ok("glob", "pattern", "**", "path", "/mnt/user"))
        .contains("/mnt/user/d/f", "/mnt/user/g");
    assertThat(ok("grep", "pattern", "thr", "path", "/mnt/user"))
        .isEqualTo("/mnt/user/d/f:1:three");
    sandbox().close();
    try (var next = sandboxes().provision(HandSpec.workspace(session))) {
      assertThat(next.execute(call("bash", "command", "cat /mnt/user/g")).text()).isEqualTo("two");
    }
  }

  @Test
  void temporaryFilesAreOpenToTheFileTools() throws Exception {
    bash("echo one > /tmp/f; mkdir /tmp/d");
    assertThat(ok("read", "file_path", "/tmp/f")).isEqualTo("one\n");
    ok("write", "file_path", "/tmp/d/g", "content", "two");
    ok("edit", "file_path", "/var/tmp/d/g", "old_string", "two", "new_string", "three");
    assertThat(bash("cat /tmp/d/g")).isEqualTo("three");
    assertThat(ok("grep", "pattern", "thr", "path", "/tmp/d")).isEqualTo("/tmp/d/g:1:three");
  }

  @Test
  void resultsNameAbsolutePathsWhereverTheShellIs() throws Exception {
    bash(
        "echo top > both; mkdir app; cd app; echo hi > f.txt; echo below > both; ln -s app/f.txt"
            + " ../l");
    var rule = ". Relative paths start at /workspace, also after a cd in bash";
    for (var tool : List.of("read", "edit")) {
      assertThat(error(tool, "file_path", "f.txt", "old_string", "hi", "new_string", "x"))
          .isEqualTo(
              tool
                  + ": /workspace/f.txt: no such file or directory"
                  + rule
                  + ", which is in /workspace/app. /workspace/app/f.txt exists.");
    }
    assertThat(error("read", "file_path", "none"))
        .isEqualTo(
            "read: /workspace/none: no such file or directory"
                + rule
                + ", which is in /workspace/app.");
    assertThat(error("glob", "pattern", "*", "path", "none")).contains(rule);
    assertThat(error("grep", "pattern", "x", "path", "none")).contains(rule);
    assertThat(error("read", "file_path", "/workspace/none"))
        .isEqualTo("read: /workspace/none: no such file or directory");
    assertThat(ok("read", "file_path", "both"))
        .isEqualTo("[/workspace/both; bash is in /workspace/app]\ntop\n");
    assertThat(ok("read", "file_path", "/workspace/app/both")).isEqualTo("below\n");
    assertThat(ok("write", "file_path", "g.txt", "content", "x"))
        .isEqualTo("wrote 1 bytes to /workspace/g.txt");
    assertThat(ok("edit", "file_path", "l", "old_string", "hi", "new_string", "ho"))
        .isEqualTo("edited /workspace/app/f.txt (1 replacement(s))");
    assertThat(ok("glob", "pattern", "app/f*")).isEqualTo("/workspace/app/f.txt");
    assertThat(ok("grep", "pattern", "below", "path", "app"))
        .isEqualTo("/workspace/app/both:1:below");
    assertThat(bash("ls; cd ..")).isEqualTo("both\nf.txt");
    assertThat(ok("read", "file_path", "both")).isEqualTo("top\n");
    assertThat(error("read", "file_path", "f.txt")).endsWith("also after a cd in bash.");
  }

  @Test
  void whatMayNotBeReadIsSaidWithWhatMay() throws Exception {
    for (var path :
        List.of(
            "/etc/passwd",
            "/mnt",
            "/mnt/session",
            "/mnt/users/x",
            "/",
            "../x",
            "/proc/1/environ")) {
      assertThat(error("read", "file_path", path))
          .contains(
              "\"" + path + "\" is outside the session's working directory", "/tmp", "/mnt/user,");
    }
    assertThat(error("write", "file_path", "/mnt/session/tool_outputs/x", "content", ""))
        .isEqualTo(
            "write: /mnt/session/tool_outputs/x is inside read-only directory"
                + " /mnt/session/tool_outputs");
  }

  @Test
  void descriptionsSayWhereRelativePathsStartAndWhatMayBeRead() {
    for (var tool :
        List.of(
            BuiltInTool.READ,
            BuiltInTool.WRITE,
            BuiltInTool.EDIT,
            BuiltInTool.GLOB,
            BuiltInTool.GREP)) {
      assertThat(tool.inputSchema().toString())
          .as(tool.wireName())
          .contains("relative to /workspace, whatever directory bash is in");
    }
    assertThat(BuiltInTool.READ.description())
        .contains("/workspace, /tmp, /mnt/user and /mnt/session");
    assertThat(BuiltInTool.GREP.description())
        .contains("\\d \\w \\s \\b", "no look-around", "ripgrep");
  }

  /// As in POSIX, what is before a slash at the end is a directory.
  @ParameterizedTest
  @CsvSource({
    "write, new/, the name of the file is missing",
    "write, new/., the name of the file is missing",
    "write, a/new//, the name of the file is missing",
    "write, f/, /workspace/f is not a directory",
    "write, d/, but a directory",
    "read, f/, /workspace/f is not a directory",
    "read, f/., /workspace/f is not a directory",
    "read, /workspace/link/, /workspace/f is not a directory",
    "read, d/, it holds 0 entries",
    "read, new/, no such file",
    "edit, f/, /workspace/f is not a directory",
    "grep, f/, /workspace/f is not a directory",
    "glob, f/, /workspace/f is not a directory"
  })
  void aSlashAtTheEndNamesADirectory(String tool, String path, String text) throws Exception {
    bash("echo a > f; ln -s f link; mkdir d");
    var result =
        tool.equals("grep") || tool.equals("glob")
            ? error(tool, "pattern", "a", "path", path)
            : error(tool, "file_path", path, "content", "x", "old_string", "a", "new_string", "b");
    assertThat(result).startsWith(tool + ": ").contains(text);
    assertThat(bash("cat f; ls")).isEqualTo("a\nd\nf\nlink");
  }
}
