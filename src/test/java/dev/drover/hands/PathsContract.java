package dev.drover.hands;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

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
    try (var next = sandboxes().provision(new Resources(session))) {
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
}
