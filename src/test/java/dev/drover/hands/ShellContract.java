package dev.drover.hands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Json;
import dev.drover.base.Scope;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// The tool bash.
public abstract class ShellContract extends SandboxContract {
  private static final String COUNT_SLEEPS = "grep -lx sleep /proc/[0-9]*/comm 2>/dev/null | wc -l";

  /// A process that was killed may be seen for a moment yet.
  private void awaitNoSleeps() {
    await().untilAsserted(() -> assertThat(bash(COUNT_SLEEPS)).isEqualTo("0"));
  }

  @Test
  void outputAndErrorsComeTogetherInOrder() throws Exception {
    assertThat(bash("echo a; echo b >&2; echo c")).isEqualTo("a\nb\nc");
  }

  @Test
  void trailingNewlinesAreRemoved() throws Exception {
    assertThat(bash("printf ' a\\n\\nb\\n\\n\\n'")).isEqualTo(" a\n\nb");
  }

  @Test
  void silenceIsSaid() throws Exception {
    assertThat(bash("true")).isEqualTo("(no output)");
  }

  @Test
  void aFailureIsItsOutputOrElseItsStatus() throws Exception {
    assertThat(error("bash", "command", "echo oops; false")).isEqualTo("oops");
    assertThat(error("bash", "command", "(exit 3)")).isEqualTo("exit 3");
    assertThat(error("bash", "command", "kill -9 $BASHPID & wait $!")).contains("Killed");
  }

  @Test
  void directoryVariablesAndFunctionsLast() throws Exception {
    bash("cd /tmp; x=1; C=2; f() { echo f $x $C; }");
    assertThat(bash("pwd; f")).isEqualTo("/tmp\nf 1 2");
  }

  @Test
  void theWorkDirectoryIsTheWorkspaceAndTheUserIsNobodySpecial() throws Exception {
    assertThat(bash("pwd; id -un; echo $HOME; hostname; ls -A"))
        .isEqualTo("/workspace\nuser\n/home/user\nhand");
  }

  @Test
  void aSyntaxErrorLeavesTheShellAsItWas() throws Exception {
    bash("x=1");
    assertThat(error("bash", "command", "if then (")).contains("syntax error");
    assertThat(bash("echo $x")).isEqualTo("1");
  }

  @Test
  void aTimeoutKillsWhatTheCommandStarted() throws Exception {
    bash("touch kept; x=1");
    assertThat(
            error(
                "bash",
                "command",
                "(sleep 1001 & setsid sleep 1002 & sleep 1003); sleep 1004",
                "timeout_ms",
                300))
        .startsWith("bash: bash command timed out after 300ms\n[The shell was stopped. ");
    assertThat(bash("echo x=$x; ls")).isEqualTo("x=\nkept");
    awaitNoSleeps();
  }

  @Test
  void zeroMeansTheDefaultTimeout() throws Exception {
    assertThat(ok("bash", "command", "sleep 0.05; echo on", "timeout_ms", 0)).isEqualTo("on");
  }

  @Test
  void restartGivesAFreshShell() throws Exception {
    bash("x=1; sleep 1000 &");
    assertThat(ok("bash", "restart", true)).isEqualTo("bash session restarted");
    assertThat(bash("echo x=$x")).isEqualTo("x=");
    awaitNoSleeps();
    bash("x=1");
    assertThat(ok("bash", "restart", true, "command", "echo x=$x")).isEqualTo("x=");
  }

  @Test
  void wrongInputIsSaid() throws Exception {
    assertThat(error("bash")).isEqualTo("bash: command is required");
    assertThat(error("bash", "command", "")).isEqualTo("bash: command is required");
    assertThat(error("bash", "command", Json.NULL)).isEqualTo("bash: command is required");
    assertThat(error("bash", "restart", false)).isEqualTo("bash: command is required");
    assertThat(error("bash", "command", 1)).isEqualTo("bash: command must be a string");
    assertThat(error("bash", "command", "true", "restart", "yes"))
        .isEqualTo("bash: restart must be a boolean");
    assertThat(error("bash", "command", "true", "timeout_ms", "1"))
        .isEqualTo("bash: timeout_ms must be an integer");
    assertThat(error("bash", "command", "true", "timeout_ms", -1))
        .isEqualTo("bash: timeout_ms must not be negative");
    assertThat(error("bash", "command", "a\0b"))
        .isEqualTo("bash: command must not contain null characters");
    assertThat(error("frobnicate")).isEqualTo("frobnicate: no such tool in this sandbox");
  }

  @Test
  void aBackgroundJobDoesNotHoldTheCallAndLasts() throws Exception {
    assertThat(bash("sleep 1000 & echo started")).isEqualTo("started");
    assertThat(bash("jobs -p | wc -l")).isEqualTo("1");
  }

  @Test
  void whatABackgroundJobPrintsComesWithALaterCall() throws Exception {
    bash("mkfifo go; (read x < go; echo from behind; echo > go) &");
    assertThat(bash("echo > go; read x < go; echo here")).isEqualTo("from behind\nhere");
  }

  @Test
  void standardInputIsEmpty() throws Exception {
    assertThat(bash("cat; read x; echo $?")).isEqualTo("1");
  }

  @Test
  void coloursAndTitlesAreTakenOut() throws Exception {
    assertThat(
            bash(
                "printf '\\033[1;31mred\\033[0m \\033]0;title\\007plain"
                    + " \\033]8;;u\\033\\\\link\\033(B'"))
        .isEqualTo("red plain link");
    assertThat(bash("printf 'a\\033]open\\nb\\033[\\nc'")).isEqualTo("a\nb\nc");
  }

  @Test
  void bytesThatAreNoTextAreReplaced() throws Exception {
    assertThat(bash("printf 'a\\377b\\000c\\303\\251'")).isEqualTo("a\uFFFDb\uFFFDcé");
  }

  @Test
  void longOutputKeepsItsEndAndIsWholeInAFile() throws Exception {
    var call = call("bash", "command", "seq 1 100000");
    var text = sandbox().execute(call).text();
    var file = "/mnt/session/tool_outputs/" + call.id().value() + ".txt";
    assertThat(text)
        .startsWith("[output truncated]\n")
        .endsWith("\n100000\n[full output: 588895 bytes in " + file + "]");
    assertThat(text.length()).isBetween(102_400, 102_400 + 150);
    assertThat(bash("seq 1 100000 | cmp - " + file)).isEqualTo("(no output)");
    assertThat(ok("read", "file_path", file, "view_range", List.of(5, 6))).isEqualTo("5\n6");
    assertThat(error("write", "file_path", file, "content", ""))
        .isEqualTo("write: " + file + " is inside read-only directory /mnt/session/tool_outputs");
  }

  @Test
  void outputOfExactlyTheLimitIsWhole() throws Exception {
    assertThat(bash("head -c 102400 /dev/zero | tr '\\0' x")).hasSize(102_400);
    assertThat(bash("head -c 102401 /dev/zero | tr '\\0' x")).startsWith("[output truncated]\nx");
  }

  @Test
  void theCutGoesThroughNoCharacter() throws Exception {
    assertThat(bash("for i in {1..60000}; do printf é; done; printf x"))
        .startsWith("[output truncated]\né")
        .doesNotContain("\uFFFD");
  }

  @Test
  void aHundredMegabytesAreNoTrouble() throws Exception {
    var call = call("bash", "command", "head -c 100000000 /dev/zero | tr '\\0' x; echo; echo end");
    assertThat(sandbox().execute(call).text())
        .startsWith("[output truncated]\nxxx")
        .endsWith(
            "x\nend\n[full output: 100000005 bytes, the first 67108864 in"
                + " /mnt/session/tool_outputs/"
                + call.id().value()
                + ".txt]");
  }

  @Test
  void aLongCommandRuns() throws Exception {
    assertThat(bash("x='" + "y".repeat(300_000) + "'; echo ${#x}")).isEqualTo("300000");
    assertThat(error("bash", "command", "x".repeat((1 << 20) + 1)))
        .isEqualTo("bash: command is 1048577 bytes, exceeds 1048576-byte limit");
  }

  @Test
  void parallelCommandsTakeTurns() throws Exception {
    try (var scope = new Scope()) {
      var tasks =
          IntStream.range(0, 30)
              .mapToObj(
                  i -> scope.fork(() -> run("bash", "command", "echo a" + i + "; echo b" + i)))
              .toList();
      for (int i = 0; i < tasks.size(); i++) {
        assertThat(tasks.get(i).join().text()).isEqualTo("a" + i + "\nb" + i);
      }
    }
  }

  @Test
  void filesAreReadWhileACommandRuns() throws Exception {
    bash("mkfifo go; echo hello > f");
    try (var scope = new Scope()) {
      scope.fork(() -> run("bash", "command", "touch on; read x < go"));
      while (glob("on").equals("no matches")) {
        Thread.onSpinWait();
      }
      assertThat(ok("read", "file_path", "f")).isEqualTo("hello\n");
    }
  }

  private String glob(String pattern) throws InterruptedException {
    return ok("glob", "pattern", pattern);
  }

  /// Neither by what its own shell has open, nor by a process that an earlier command left.
  @Test
  void theEndOfACommandCannotBeForged() throws Exception {
    assertThat(error("bash", "command", "printf '0\\0' >&199; false"))
        .contains("Bad file descriptor");
    var pipes = "for p in /proc/[0-9]*/fd/*; do [ -p $p ] && ";
    bash(
        "(while sleep 0.005; do " + pipes + "printf '\\n/0+0:\\n' > $p; done; done) 2>/dev/null &");
    assertThat(error("bash", "command", "sleep 0.3; (exit 3)")).contains("/0+0:");
    assertThat(error("bash", "command", "sleep 0.1; (exit 4)")).contains("/0+0:");
  }

  /// It has opened every pipe that it can find, and inherited the one of the script.
  @Test
  void theNextCommandCannotBeReadByAProcessOfAnEarlierOne() throws Exception {
    var thief =
        "perl -e 'for (glob q(/proc/[0-9]*/fd/*)) { my $h; open($h, q(<), $_) if -p; push @h, $h }"
            + " open F, q(>on); close F; sleep 12345' <&7";
    for (var start : List.of("", "setsid ", "nohup ")) {
      var command = "exec 7<&255; rm -f on; " + start + thief + " & exec 7<&-; until [ -e on ]; do";
      bash(command + " sleep 0.01; done");
      assertThat(bash("echo secret")).isEqualTo("secret");
      await()
          .untilAsserted(
              () ->
                  assertThat(bash("grep -slz '[1]2345' /proc/[0-9]*/cmdline; true"))
                      .isEqualTo("(no output)"));
    }
  }

  /// What the shell writes cannot be read inside.
  @Test
  void theStatusCannotBeReadByAnother() throws Exception {
    bash("x=1");
    assertThat(
            bash(
                "echo out; cat /proc/*/fd/4 /run/hand/status > stolen 2>/dev/null & for i in"
                    + " {10..254}; do read -t 0.01 -u $i y; done 2>/dev/null; wait; cat stolen"))
        .isEqualTo("out");
    assertThat(bash("echo x=$x")).isEqualTo("x=1");
  }

  @Test
  void aCallWithAKnownIdIsNotRunAgain() throws Exception {
    var call = call("bash", "command", "echo x >> f; wc -l < f");
    assertThat(sandbox().execute(call).text()).isEqualTo("1");
    assertThat(sandbox().execute(call).text()).isEqualTo("1");
    assertThat(bash("wc -l < f")).isEqualTo("1");
  }
}
