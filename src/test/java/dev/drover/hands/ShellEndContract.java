package dev.drover.hands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Scope;
import dev.drover.testing.Commands;
import org.junit.jupiter.api.Test;

/// How a shell ends, and what the model is told of it.
public abstract class ShellEndContract extends SandboxContract {
  private static final String GONE = "; variables, functions and jobs are gone.";
  private static final String ANEW = " The next command starts a new shell in /workspace" + GONE;

  private static String ended(int status) {
    return "[The shell ended with status " + status + "." + ANEW + "]";
  }

  private void startsAnew() throws InterruptedException {
    assertThat(bash("pwd; echo \"v=$v\"")).isEqualTo("/workspace\nv=");
  }

  private void ends(String command, String output, int status) throws InterruptedException {
    bash("mkdir -p sub; cd sub; v=1");
    var result = run("bash", "command", command);
    assertThat(result.text()).as(command).isEqualTo(output + ended(status));
    assertThat(result.isError()).as(command).isEqualTo(status != 0);
    startsAnew();
  }

  @Test
  void exitIsTheStatusOfItsCommand() throws Exception {
    ends("echo out; exit 3", "out\n", 3);
    ends("exit 0", "", 0);
    ends("echo out; exit", "out\n", 0);
    ends("false; exit", "exit 1\n", 1);
    ends("exit 256", "", 0);
    ends("exit 5", "exit 5\n", 5);
    ends("builtin exit 4", "exit 4\n", 4);
    ends("f() { exit 6; }; f; echo not", "exit 6\n", 6);
    ends("eval 'exit 7'", "exit 7\n", 7);
    ends("echo 'exit 8' > x; . ./x", "exit 8\n", 8);
    ends("trap 'echo bye' EXIT; echo out; exit 2", "out\nbye\n", 2);
    ends("trap 'exit 9' ERR; false", "exit 9\n", 9);
  }

  @Test
  void optionsThatEndAShellEndItWithTheStatusOfTheCommand() throws Exception {
    var missing = "ls: cannot access 'nothing': No such file or directory\n";
    ends("set -e; ls nothing", missing, 2);
    ends("set -e; false; echo not", "exit 1\n", 1);
    ends("set -e; (exit 7)", "exit 7\n", 7);
    ends("set -eo pipefail; false | true", "exit 1\n", 1);
    ends("set -u; echo $nothing", "bash: line 1: nothing: unbound variable\n", 1);
    ends("echo ${nothing?}", "bash: line 1: nothing: parameter not set\n", 1);
    ends("set -t", "", 0);
    bash("set -e");
    assertThat(error("bash", "command", "false")).isEqualTo("exit 1\n" + ended(1));
    startsAnew();
  }

  @Test
  void aProgramInTheShellsPlaceIsItsEnd() throws Exception {
    bash("mkdir -p sub; touch sub/file");
    ends("exec ls", "file\n", 0);
    ends("exec sh -c 'exit 3'", "exit 3\n", 3);
    ends("exec bash -c 'echo in'", "in\n", 0);
    ends("exec bash", "", 0);
    ends("exec /none", "bash: line 1: /none: No such file or directory\n", 127);
  }

  @Test
  void aShellThatIsKilledNamesTheSignal() throws Exception {
    assertThat(error("bash", "command", "echo last; kill -9 $$"))
        .isEqualTo("last\n[The shell was killed by signal 9 (Killed)." + ANEW + "]");
    assertThat(error("bash", "command", "kill -TERM $$; sleep 5"))
        .isEqualTo("exit 143\n[The shell was killed by signal 15 (Terminated)." + ANEW + "]");
    startsAnew();
  }

  @Test
  void whoKillsAllProcessesIsToldSo() throws Exception {
    var all =
        "[All processes of the sandbox were killed by signal 9 (Killed), the shell among them."
            + ANEW
            + "]";
    for (var command :
        new String[] {
          "echo last; sh -c 'kill -9 -1'; sleep 1000",
          "echo last; perl -e 'kill 9, -1'; sleep 1000",
          "echo last; setsid bash -c 'kill -KILL -1' & wait; sleep 1000",
          "echo last; (kill -9 -1); sleep 1000"
        }) {
      bash("v=1; sleep 7001 & (setsid sleep 7002 &)");
      assertThat(error("bash", "command", command)).as(command).isEqualTo("last\n" + all);
      startsAnew();
      assertThat(living("7001") + living("7002")).isZero();
    }
    bash("v=1");
    assertThat(error("bash", "command", "sh -c 'kill -9 -1'")).isEqualTo("exit 137\n" + all);
    startsAnew();
  }

  /// The kernel spares who asks for it.
  @Test
  void aShellThatKillsAllOthersGoesOnAndIsToldSo() throws Exception {
    var others =
        "[All other processes of the sandbox were killed by signal 9 (Killed); the shell goes on.]";
    var kill = "kill -9 -1; while kill -0 -1 2>/dev/null; do :; done";
    bash("v=1; sleep 7001 &");
    assertThat(bash(kill)).isEqualTo(others);
    assertThat(bash("echo v=$v")).endsWith("v=1");
    assertThat(living("7001")).isZero();
    bash("sleep 7001 & disown");
    assertThat(bash(kill + "; echo on")).isEqualTo("on\n" + others);
    assertThat(error("bash", "command", kill + "; echo on; false"))
        .as("there are no others")
        .isEqualTo("on");
    bash("sleep 7001 & disown");
    assertThat(
            run("bash", "command", "kill -9 -1").text() + run("bash", "command", "echo on").text())
        .containsOnlyOnce(others);
    assertThat(bash("echo on")).isEqualTo("on");
    assertThat(bash("kill $BASHPID 2>/dev/null & wait; echo on")).doesNotContain("All");
  }

  /// It ends while nothing runs: the next result says so.
  @Test
  void aShellThatEndsBetweenTwoCommandsIsSaid() throws Exception {
    bash("v=1; mkfifo go; (read x < go; kill -9 $$; echo > go) &");
    ok("write", "file_path", "n", "content", "");
    bash(
        "cd /; setsid sh -c 'echo > /workspace/go; read x < /workspace/go; echo > /workspace/n2'"
            + " &");
    await().until(() -> !ok("glob", "pattern", "n2").equals("no matches"));
    assertThat(bash("echo on"))
        .isEqualTo("[The shell was killed by signal 9 (Killed)." + ANEW + "]\non");
  }

  @Test
  void aShellThatRunsNothingAnyMoreIsReplaced() throws Exception {
    for (var command :
        new String[] {"set -n", "set -n; echo hi", "set -o noexec", "set -r", "ulimit -n 3"}) {
      bash("v=1");
      assertThat(error("bash", "command", command, "timeout_ms", 10_000))
          .as(command)
          .startsWith("bash: the shell runs no commands any more: ")
          .endsWith("\n[The shell was stopped." + ANEW + "]");
      startsAnew();
    }
  }

  @Test
  void aTimeoutSaysWhatIsGone() throws Exception {
    bash("mkdir -p sub; cd sub; v=1");
    assertThat(error("bash", "command", "echo so far; sleep 1000", "timeout_ms", 1_000))
        .isEqualTo(
            "bash: bash command timed out after 1000ms\n"
                + "so far\n"
                + "[The shell was stopped. The next command starts a new shell in /workspace/sub"
                + GONE
                + "]");
    assertThat(bash("pwd; echo v=$v")).isEqualTo("/workspace/sub\nv=");
    bash("cd ..; rmdir sub");
    error("bash", "command", "mkdir d; cd d; rmdir ../d; sleep 1000", "timeout_ms", 200);
    assertThat(bash("pwd")).isEqualTo("/workspace");
  }

  private int living(String seconds) throws InterruptedException {
    var pattern = "[" + seconds.charAt(0) + "]" + seconds.substring(1); // not the search itself
    return Integer.parseInt(
        bash("grep -lxz '" + pattern + "' /proc/[0-9]*/cmdline 2>/dev/null | wc -l"));
  }

  @Test
  void aTimeoutStopsAllThatTheCommandStartedAndNothingElse() throws Exception {
    bash(
        "sleep 7001 & nohup sleep 7002 >/dev/null 2>&1 & setsid sh -c 'sleep 7003; :' & "
            + "(setsid sleep 7004 &); disown -a");
    var text =
        error(
            "bash",
            "command",
            "sleep 8001 & nohup sleep 8002 >/dev/null 2>&1 & setsid sleep 8003 & (setsid sh -c"
                + " '(sleep 8004 &) ; sleep 8005' &); perl -e 'fork && exit; setpgrp; fork && exit;"
                + " exec qw(sleep 8006)'; sleep 8007",
            "timeout_ms",
            700);
    assertThat(text).endsWith(GONE + " Background processes of earlier commands go on.]");
    for (int i = 1; i <= 7; i++) {
      var started = "800" + i;
      await().untilAsserted(() -> assertThat(living(started)).as(started).isZero());
    }
    for (int i = 1; i <= 4; i++) {
      assertThat(living("700" + i)).isEqualTo(1);
    }
    assertThat(bash("grep -sl 'T (stopped)' /proc/[0-9]*/status; true")).isEqualTo("(no output)");
  }

  @Test
  void anInterruptStopsTheSameAndTheNextCommandSaysSo() throws Exception {
    bash("sleep 7001 & mkdir sub; cd sub; mkfifo go");
    var call = call("bash", "command", "setsid sleep 8001 & touch on; read x < go");
    try (var scope = new Scope()) {
      var running = scope.fork(() -> sandbox().execute(call));
      await().until(() -> !ok("glob", "pattern", "sub/on").equals("no matches"));
      sandbox().stop(call.id());
      assertThat(running.join().isError()).isTrue();
    }
    assertThat(bash("pwd"))
        .isEqualTo(
            "[The command before this one was interrupted, and its shell stopped. The next command"
                + " starts a new shell in /workspace/sub"
                + GONE
                + " Background processes of earlier commands go on.]\n/workspace/sub");
    assertThat(living("8001")).isZero();
    assertThat(living("7001")).isEqualTo(1);
  }

  /// A process of an earlier command may start others while a later one runs.
  @Test
  void aServerOfAnEarlierCommandKeepsWhatItStartsMeanwhile() throws Exception {
    bash("(" + Commands.await("go") + "; sleep 7001) >/dev/null 2>&1 &");
    error("bash", "command", "touch go; sleep 8001", "timeout_ms", 500);
    await().untilAsserted(() -> assertThat(living("7001")).isEqualTo(1));
    assertThat(living("8001")).isZero();
  }

  @Test
  void aProcessWhoseFirstThreadHasEndedIsEndedAsWell() throws Exception {
    var python = "python3 -c '" + ForgeryContract.HEADLESS.formatted("time.sleep(1000)") + "'";
    error(
        "bash",
        "command",
        python + " & until [ -e on ]; do :; done; sleep 1000",
        "timeout_ms",
        4_000);
    // A killed process with several threads takes a moment to disappear.
    var gone = "until [ $(pgrep -c python3) = 0 ]; do :; done; echo gone";
    assertThat(bash("ls on; " + gone)).isEqualTo("on\ngone");
    bash("rm on; setsid " + python + " & until [ -e on ]; do :; done");
    ok("bash", "restart", true);
    assertThat(bash(gone)).isEqualTo("gone");
  }

  @Test
  void restartEndsEverything() throws Exception {
    bash("sleep 7001 & (setsid sleep 7002 &)");
    assertThat(ok("bash", "restart", true)).isEqualTo("bash session restarted");
    assertThat(living("7001") + living("7002")).isZero();
  }
}
