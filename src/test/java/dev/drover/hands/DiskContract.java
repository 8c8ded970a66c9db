package dev.drover.hands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.Test;

/// What fills the disk, and how one goes on from there. Limits are 8 MiB and 2,000 files.
public abstract class DiskContract extends SandboxContract {
  private static final String FLOOD =
      "i=0; while :; do ((i+=1)); head -c 500000 /dev/zero > f$i; sleep 0.02; done";

  private String stopped(String command) throws InterruptedException {
    return error("bash", "command", command, "timeout_ms", 60_000);
  }

  /// Until a call that changes nothing tells of it.
  private void awaitNotice() {
    await()
        .untilAsserted(
            () ->
                assertThat(run("bash", "command", "true").text()).contains("the workspace holds"));
  }

  private void cleanUp(String command) throws InterruptedException {
    bash(command);
    // How full it is was measured a moment ago, longer ago on a busy machine.
    await().untilAsserted(() -> assertThat(bash("echo x > g; cat g")).endsWith("x"));
    assertThat(ok("write", "file_path", "h", "content", "h"))
        .isEqualTo("wrote 1 bytes to /workspace/h");
  }

  @Test
  void manyFilesAreStoppedAndRemovedAgain() throws Exception {
    assertThat(stopped("echo first; " + FLOOD))
        .startsWith("bash: the workspace holds ")
        .contains(
            " more than its limit of 8388608 bytes; the command was stopped. Remove files to go on")
        .contains("\nfirst\n")
        .endsWith(
            "\n[The shell and all background processes were stopped. The next command starts a new"
                + " shell in /workspace; variables, functions and jobs are gone.]");
    assertThat(error("write", "file_path", "w", "content", "w"))
        .startsWith("write: no space left on device: the workspace holds ");
    assertThat(error("edit", "file_path", "f1", "old_string", "a", "new_string", "b"))
        .startsWith("edit: no space left on device: ");
    assertThat(stopped("head -c 100 /dev/zero > more")).contains("File too large");
    assertThat(stopped("seq 1 100000; false")).endsWith("not kept: no space left on device]");
    bash("rm f*");
    await()
        .untilAsserted(
            () ->
                assertThat(bash("echo x > g; cat g"))
                    .isEqualTo("[bash session restarted: the workspace has room again]\nx"));
    assertThat(bash("x=1; echo $x")).isEqualTo("1");
    cleanUp("true");
  }

  @Test
  void aFloodOfEmptyFilesIsStoppedAndOneMoreIsToo() throws Exception {
    var flood = "i=0; while :; do ((i+=1)); : > $1$i; done";
    assertThat(stopped("set -- a; " + flood)).contains(" more than its limit of 2000 files; ");
    assertThat(stopped("set -- b; " + flood)).contains(" more than its limit of 2000 files; ");
    cleanUp("find . -type f -delete");
  }

  @Test
  void aBackgroundJobIsStoppedToo() throws Exception {
    bash("(while :; do head -c 1000000 /dev/zero; sleep 0.05; done) > f 2> e &");
    awaitNotice();
    cleanUp("rm f");
  }

  @Test
  void aDaemonThatLeftItsSessionIsStoppedToo() throws Exception {
    bash("setsid bash -c '(" + FLOOD + ") &' > /mnt/session/outputs/log 2>&1");
    awaitNotice();
    cleanUp("rm f*");
  }

  @Test
  void theUserDirectoryCountsToo() throws Exception {
    assertThat(stopped("cd /mnt/user; " + FLOOD))
        .contains(" more than its limit of 8388608 bytes; ");
    cleanUp("rm /mnt/user/f*");
  }

  @Test
  void installedPackagesCountToo() throws Exception {
    assertThat(stopped("mkdir ~/.local/x; cd ~/.local/x; " + FLOOD))
        .contains(" more than its limit of 8388608 bytes; ");
    cleanUp("cd /workspace; rm -r ~/.local/x");
  }

  @Test
  void whatADirectoryHidesCounts() throws Exception {
    assertThat(
            stopped(
                "mkdir -p a/b; exec 9> a/b/f; chmod 0 a/b a; head -c 9000000 /dev/zero >&9;"
                    + " sleep 1000"))
        .startsWith("bash: the workspace holds ");
    assertThat(bash("stat -c %a a")).isEqualTo("0");
    cleanUp("chmod 700 a; chmod 700 a/b; rm -r a");
  }

  @Test
  void whatLiesTooDeepCounts() throws Exception {
    assertThat(stopped("perl -e 'for (1..1200) { mkdir q(x); chdir q(x) } sleep 1000'"))
        .contains("directories more than 1000 deep");
    cleanUp("rm -r x");
  }

  @Test
  void aFileWithManyNamesCountsOnce() throws Exception {
    bash("head -c 2000000 /dev/zero > f; for i in {1..20}; do ln f l$i; done");
    ok("write", "file_path", "a", "content", "a");
    ok("write", "file_path", "b", "content", "b");
  }

  @Test
  void aSandboxThatStartsFullRunsWhatCleansUp() throws Exception {
    stopped(FLOOD);
    sandbox().close();
    try (var next = sandboxes().provision(HandSpec.workspace(session))) {
      assertThat(next.execute(call("bash", "command", "rm f*; echo done")).text())
          .isEqualTo("done");
      assertThat(next.execute(call("write", "file_path", "w", "content", "w")).text())
          .isEqualTo("wrote 1 bytes to /workspace/w");
    }
  }

  @Test
  void theOldestFullOutputsMakeRoom() throws Exception {
    bash(
        "cd /mnt/session/tool_outputs; for i in 1 2 3 4; do truncate -s 60M $i.txt; touch -d"
            + " 2020-01-0$i $i.txt; done");
    assertThat(bash("seq 1 100000"))
        .contains("[full output: ")
        .endsWith("\n[the oldest full outputs were removed: 256 MiB of them are kept]");
    assertThat(bash("ls | grep -v sevt")).isEqualTo("2.txt\n3.txt\n4.txt");
  }
}
