package dev.drover.hands;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.testing.Commands;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// What a process that an earlier command left running can do to the results of later commands: it
/// can add text to their output, and nothing else.
public abstract class ForgeryContract extends SandboxContract {
  private static final int CALLS = 20;
  private static final String PROLOGUE = "export s=$$; rm -f on; ";

  private static final String PAUSE = "; select undef, undef, undef, 0.002";

  /// Python whose first thread ends, while another one acts.
  public static final String HEADLESS =
      """
      import ctypes, os, threading, time
      def act():
          open("on", "w").close()
          while True: %s
      threading.Thread(target=act).start()
      ctypes.CDLL(None).pthread_exit(None)
      """;

  /// Perl that tries an action for every file of the shell, again and again.
  private static String perl(String files, String action) {
    return "perl -e 'while (1) { for (glob qq($ENV{s})) { for (glob qq(%s)) { %s } }"
            .formatted(files, action)
        + " open O, q(>on); close O }' 2>/dev/null";
  }

  static Stream<Arguments> attacks() {
    var forged = "qq(bash: /0+0+:x:\\n0\\n/0+0:\\n)";
    return Stream.of(
        Arguments.of(
            "read the script of the shell",
            "bash -c 'while :; do head -c 4096 /proc/$s/fd/255; : > on; done' >stolen 2>/dev/null"),
        Arguments.of(
            "read all descriptors of the shell without waiting",
            perl("/proc/$_/fd/*", "sysopen F, $_, 2048 and sysread F, $b, 4096 and print $b")
                + " > stolen"),
        Arguments.of(
            "read descriptors of the shell by number",
            perl(
                "/proc/$_/fd/{0,1,2,3,4,9,10,254,255}",
                "sysopen F, $_, 2048 and sysread F, $b, 9")),
        Arguments.of(
            "write to all descriptors of all processes",
            perl("/proc/*/fd/*", "-p and sysopen F, $_, 2049 and syswrite F, " + forged + PAUSE)),
        Arguments.of(
            "read the pipes of all processes",
            perl("/proc/*/fd/*", "-p and sysopen F, $_, 2048 and sysread F, $b, 4096")),
        Arguments.of(
            "read and write the memory of the shell",
            perl("/proc/$_/{mem,maps,environ,auxv,io}", "sysopen F, $_, 2 and syswrite F, 1")),
        Arguments.of(
            "read what the shell writes",
            perl("/run/hand/{output,status}", "sysopen F," + " $_, 2048 and sysread F, $b, 4096")),
        Arguments.of(
            "make readable what the shell writes",
            perl(
                "/run/hand/{output,status} /proc/self/fd/1",
                "chmod 0666, $_; sysopen F, $_, 2050 and sysread F, $b, 4096")),
        Arguments.of(
            "write statuses without the secret",
            perl("/run/hand/status", "sysopen F, $_, 2049 and syswrite F, " + forged + PAUSE)),
        Arguments.of("stop the shell", perl("x", "kill q(STOP), $ENV{s}" + PAUSE)),
        Arguments.of(
            "read its script by an inherited descriptor",
            "exec 7<&255; perl -e 'open O, q(>on); close O; select undef, undef, undef, 0.001"
                + " until -e q(go); sysread STDIN, $b, 1 while 1' <&7"),
        Arguments.of(
            "read its script by an inherited descriptor and never wait",
            "exec 7<&255; perl -e 'use Fcntl; open O, q(>on); close O; 1 until -e q(go); fcntl"
                + " STDIN, F_SETFL, 2048; while (1) { sysread STDIN, $b, 1 }' <&7"),
        Arguments.of(
            "write to its script by an inherited descriptor",
            "exec 7>/proc/self/fd/255; perl -e 'open O, q(>on); close O; while (1) { syswrite"
                + " STDOUT, qq(echo forged\n) if -e q(go) }' >&7"),
        Arguments.of(
            "read its script in a process whose first thread has ended",
            "exec 7</proc/self/fd/255; python3 -c '"
                + HEADLESS.formatted("os.path.exists(\"go\") and os.read(0, 1)")
                + "' <&7"),
        Arguments.of(
            "stop the bash that checks the syntax, and read and write its descriptors",
            "bash -c 'while read -r a b c d p < /proc/loadavg; do for ((q = p; q < p + 3; q++)); do"
                + " [ $q != $s ] && kill -STOP $q && { head -c 99 /proc/$q/fd/0 >>stolen;"
                + " echo forged >/proc/$q/fd/2; kill -CONT $q; }; done; : > on; done' 2>/dev/null"),
        Arguments.of(
            "run the same program",
            "/run/hand/bin/bash -c 'while :; do read -t 0.01 x </proc/$s/fd/255; : > on; done'"
                + " 2>/dev/null"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("attacks")
  void laterResultsAreTrue(String name, String attack) throws Exception {
    var start =
        attack.startsWith("exec")
            ? attack.replace("; perl", "; setsid perl").replace("; python3", "; setsid python3")
            : "setsid " + attack;
    var begun =
        run(
            "bash",
            "command",
            PROLOGUE + start + " & exec 7<&-; " + Commands.await("on"),
            "timeout_ms",
            20_000);
    assertThat(begun.isError()).as(begun.text()).isFalse();
    bash("export s=$$; : > go");
    for (int i = 0; i < CALLS; i++) {
      boolean fails = i % 2 == 0;
      var command = "for i in %d; do echo real $i; done%s".formatted(i, fails ? "; false" : "");
      var result = run("bash", "command", command);
      assertThat(result.text()).as(name).contains("real " + i).doesNotContain("forged");
      assertThat(result.isError()).as(name + ": " + result.text()).isEqualTo(fails);
    }
    assertThat(run("read", "file_path", "stolen").text()).doesNotContain("real");
    assertThat(bash("[ $s = $$ ] && echo same")).as("the same shell").contains("same");
  }

  @Test
  void noOtherProcessCanOpenTheShell() throws Exception {
    bash("export s=$$");
    for (var file :
        new String[] {"mem", "maps", "environ", "auxv", "io", "fd/255", "fd/1", "cwd/."}) {
      assertThat(error("bash", "command", "head -c 1 /proc/$s/" + file))
          .as(file)
          .contains("denied");
      assertThat(error("bash", "command", "(head -c 1 /proc/$$/" + file + ")")).contains("denied");
    }
    assertThat(error("bash", "command", "ls /proc/$s/fd")).contains("denied");
    assertThat(error("bash", "command", "cat /run/hand/bin/bash")).contains("denied");
    assertThat(error("bash", "command", "chmod 755 /run/hand/bin/bash")).contains("Read-only");
    assertThat(error("bash", "command", "chmod 666 /run/hand/status")).contains("Read-only");
    assertThat(error("bash", "command", "cat /run/hand/status")).contains("denied");
  }

  /// A job of the shell holds its script until it has had a processor for a moment, which takes
  /// long on a busy machine. This one holds it in an uninterruptible wait, for a program that it
  /// starts.
  @Test
  void aJobThatHasHadNoProcessorYetIsNotTakenForAThief() throws Exception {
    var job =
        """
        import os
        os.posix_spawn("/bin/true", ["true"], {}, file_actions=[
            (os.POSIX_SPAWN_CLOSE, 7), (os.POSIX_SPAWN_OPEN, 0, "fifo", os.O_RDONLY, 0)])
        os.close(7)
        open("lives", "w").close()
        """;
    ok("write", "file_path", "job.py", "content", job);
    bash(
        "mkfifo fifo; exec 7</proc/self/fd/255; python3 job.py & p=$!; exec 7<&-;"
            + " until read -r _ _ state _ </proc/$p/stat; [ $state = D ]; do :; done;"
            + " (sleep 0.7; : >fifo) &");
    assertThat(bash("echo on")).isEqualTo("on");
    assertThat(bash("wait; ls lives")).isEqualTo("lives");
  }

  static Stream<Arguments> ordinary() {
    return Stream.of(
        Arguments.of("cat <(echo a)", "a"),
        Arguments.of("while read -r x; do echo $x; done < <(echo a; echo b)", "a\nb"),
        Arguments.of("diff <(echo 1) <(echo 2); true", "1c1\n< 1\n---\n> 2"),
        Arguments.of("echo x | cat /dev/stdin", "x"),
        Arguments.of("echo x | { read y < /dev/stdin; echo $y; }", "x"),
        Arguments.of("echo x >/dev/stderr; echo y >/dev/stdout", "x\ny"),
        Arguments.of("(echo x >/dev/stderr); bash -c 'echo y >/dev/stdout'", "x\ny"),
        Arguments.of("echo x | tee /dev/stderr /dev/stdout | cat", "x\nx\nx"),
        Arguments.of("echo a > f; exec 3<f; read x <&3; exec 3<&-; echo $x", "a"),
        Arguments.of("echo a > f; exec 4<f; cat /dev/fd/4; exec 4<&-", "a"),
        Arguments.of("{ echo z > /proc/self/fd/1; } | cat", "z"),
        Arguments.of("echo a > >(cat); wait $!", "a"),
        Arguments.of(
            "coproc cat; echo q >&${COPROC[1]}; read -u ${COPROC[0]} x; kill %1; echo $x", "q"),
        Arguments.of("echo $BASH; readlink /proc/self/exe", "/usr/bin/bash\n/usr/bin/readlink"),
        Arguments.of(
            "[ -p /dev/stdout ] && tr '\\0' ' ' < /proc/$$/cmdline | cut -d' ' -f1", "bash"),
        Arguments.of(
            "cat /proc/$$/comm; pgrep -x bash | grep -cx $$; kill -0 $$ && echo lives",
            "bash\n1\nlives"),
        Arguments.of("cat /proc/self/oom_score_adj; (cat /proc/self/oom_score_adj)", "500\n500"),
        Arguments.of("set -C; echo a; set +C; echo b", "a\nb"));
  }

  /// The program of the shell cannot be read, which the kernel remembers of its process.
  @ParameterizedTest
  @MethodSource("ordinary")
  void ordinaryCommandsFindTheShellAsItWas(String command, String text) throws Exception {
    assertThat(bash(command).lines().sorted())
        .containsExactlyElementsOf(text.lines().sorted().toList());
  }
}
