package dev.drover.hands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Json;
import dev.drover.session.EventId;
import dev.drover.session.SessionId;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What code in a sandbox may try. Limits are 128 MiB of memory, 64 processes, files of 8 MiB.
/// Needs bash, coreutils, util-linux and perl-base inside, nothing more.
public abstract class AttackContract extends SandboxContract {
  private String fails(String command) throws InterruptedException {
    return error("bash", "command", command, "timeout_ms", 20_000);
  }

  @Test
  void aForkBombIsHeldAndKilled() throws Exception {
    error("bash", "command", ":(){ :|:& };: ; sleep 1000", "timeout_ms", 700);
    assertThat(bash("echo alive; ls /proc | grep -c '^[0-9]'").lines().findFirst())
        .contains("alive");
  }

  @Test
  void aMemoryBombDiesAndTheShellLives() throws Exception {
    bash("x=1");
    fails(
        "head -c 1000000000 /dev/zero | tail | wc -c; exit_status=${PIPESTATUS[1]}; [ $exit_status"
            + " = 0 ]");
    assertThat(bash("echo x=$x")).isEqualTo("x=1");
  }

  @Test
  void temporaryDirectoriesFillUpBeforeMemoryDoes() throws Exception {
    assertThat(
            fails("for i in {1..20}; do head -c 8000000 /dev/zero > /tmp/$i || break; done; false"))
        .contains("No space left on device");
    assertThat(
            fails(
                "for i in {1..20}; do head -c 8000000 /dev/zero > /dev/shm/$i || break; done;"
                    + " false"))
        .contains("No space left on device");
    bash("rm -f /tmp/* /dev/shm/*");
  }

  @Test
  void nothingElseIsWritable() throws Exception {
    for (var place :
        List.of(
            "/x",
            "/etc/x",
            "/usr/x",
            "/dev/x",
            "/run/x",
            "/mnt/x",
            "/home/x",
            "/var/x",
            "/proc/sys/kernel/hostname",
            "/mnt/session/uploads/x")) {
      assertThat(fails("echo x > " + place)).as(place).containsAnyOf("Read-only", "denied");
    }
    for (var place :
        List.of(
            "/workspace/x",
            "/mnt/session/outputs/x",
            "/mnt/user/x",
            "/tmp/x",
            "/home/user/x",
            "/dev/shm/x",
            "/var/tmp/x")) {
      bash("echo x > " + place + "; rm " + place);
    }
  }

  @Test
  void aFileHasALargestSize() throws Exception {
    assertThat(fails("head -c 9000000 /dev/zero > f")).contains("File");
    assertThat(bash("stat -c %s f")).isEqualTo("8388608");
  }

  @Test
  void aFloodOfOutputIsBounded() throws Exception {
    assertThat(error("bash", "command", "yes", "timeout_ms", 3_000))
        .startsWith("bash: bash command timed out after 3000ms\n[output truncated]\ny\n");
    assertThat(bash("yes & sleep 0.1; kill %1; echo end")).contains("end");
  }

  @Test
  void theFirstProcessCannotBeKilledOrRead() throws Exception {
    assertThat(bash("kill -9 1; echo on")).contains("on");
    for (var file : List.of("environ", "fd/1", "mem", "maps")) {
      assertThat(fails("cat /proc/1/" + file)).containsAnyOf("denied", "not permitted");
    }
    assertThat(fails("ls /proc/1/fd")).contains("denied");
    assertThat(fails("sh -c 'kill -9 -1'"))
        .contains("[All processes of the sandbox were killed by");
    assertThat(bash("echo on")).isEqualTo("on");
  }

  /// By number, of x86-64 and of aarch64, and then by what the first process shows in /proc.
  @Test
  void theFirstProcessCannotBeChanged() throws Exception {
    boolean arm = System.getProperty("os.arch").equals("aarch64");
    record Way(String name, int x86, int arm, String bytes, String arguments) {}
    for (var way :
        List.of(
            new Way("prlimit", 302, 261, "q(QQ),0,0", "PID,7,$b,0"),
            new Way("setpriority", 141, 140, "", "0,PID,19"),
            new Way("setpriority of a group", 141, 140, "", "1,PID,19"),
            new Way("setpriority of the user", 141, 140, "", "2,0,19"),
            new Way("ioprio_set", 251, 30, "", "1,PID,0x6000"),
            new Way("ioprio_set of a group", 251, 30, "", "2,PID,0x6000"),
            new Way("ioprio_set of the user", 251, 30, "", "3,1000,0x6000"),
            new Way("sched_setaffinity", 203, 122, "q(Q),1", "PID,8,$b"),
            new Way("sched_setparam", 142, 118, "q(L),0", "PID,$b"),
            new Way("sched_setscheduler", 144, 119, "q(L),0", "PID,3,$b"),
            new Way("sched_setattr", 314, 274, "q(LLQlLQQQ),48,5,0,0,0,0,0,0", "PID,$b,0"))) {
      for (var pid : List.of("1", "getppid()")) {
        var call =
            "perl -e '$b=pack(%s); $!=0; syscall(%d,%s); print $!+0'"
                .formatted(
                    way.bytes.isEmpty() ? "q(Q),0" : way.bytes,
                    arm ? way.arm : way.x86,
                    way.arguments.replace("PID", pid));
        assertThat(bash(call)).as(way.name + " of " + pid).isEqualTo("1");
      }
    }
    for (var file : List.of("oom_score_adj", "autogroup", "timerslack_ns", "comm", "clear_refs")) {
      assertThat(fails("echo 1 > /proc/1/" + file))
          .as(file)
          .containsAnyOf("denied", "not permitted");
    }
    bash("for s in STOP TSTP INT TERM HUP CHLD USR1 ALRM IO; do kill -$s 1; done");
    bash("ulimit -n 100; nice -n 5 true; ionice -c 3 true; taskset 1 true; chrt -b 0 true");
    assertThat(bash("grep -E '^(State|SigQ)' /proc/1/status | head -1")).contains("sleeping");
    assertThat(bash("head -c 18 /proc/1/stat | cut -d' ' -f1,2; cut -d' ' -f19 /proc/1/stat"))
        .containsPattern("\\n(0|-10)$");
  }

  @Test
  void aSandboxFullOfProcessesStillTakesCommands() throws Exception {
    bash(
        "x=1; perl -e 'while (defined($p = fork)) { if (!$p)"
            + " { exec qw(sleep 1000) } } open F, q(>full); close F; sleep 1000' &"
            + " until [ -e full ]; do :; done");
    assertThat(bash("echo x=$x")).isEqualTo("x=1");
    assertThat(error("bash", "command", "echo 'a")).contains("unexpected EOF");
    ok("bash", "restart", true);
    // On a busy machine those that were killed take a moment to be gone, and bash says that it
    // waits.
    assertThat(bash("/bin/echo on")).endsWith("on");
  }

  /// Its death shows that all processes were killed. Without it the next command gets another one.
  @Test
  void theCanaryMayBeKilledOrStopped() throws Exception {
    var canary = "=$(grep -l '^canary$' /proc/[0-9]*/comm | cut -d/ -f3)";
    bash("x=1; first" + canary + "; kill -STOP $first");
    assertThat(bash("echo x=$x; (sleep 0.1; kill -9 $first) & disown")).isEqualTo("x=1");
    await()
        .untilAsserted(
            () ->
                assertThat(bash("now" + canary + "; [ $now -ne $first ]; echo $?")).isEqualTo("0"));
    assertThat(bash("echo x=$x")).isEqualTo("x=1");
    bash("for i in {1..50}; do (kill -STOP $$); done");
  }

  @Test
  void theShellHoldsNoSocket() throws Exception {
    assertThat(bash("ls -l /proc/*/fd 2>/dev/null | grep -c socket: ; true")).isEqualTo("0");
  }

  @Test
  void onlyItsOwnProcessesAreSeen() throws Exception {
    try (var other =
        sandboxes().provision(HandSpec.workspace(new SessionId(session.value() + "b")))) {
      other.execute(call("bash", "command", "echo secret > f; echo s > /tmp/f; sleep 12345 &"));
      assertThat(bash("cat /proc/*/cmdline | tr '\\0' ' '")).doesNotContain("12345");
      assertThat(Integer.parseInt(bash("ls -d /proc/[0-9]* | wc -l"))).isLessThan(7);
      assertThat(bash("ls -A /workspace /tmp")).isEqualTo("/tmp:\n\n/workspace:");
    } finally {
      sandboxes().discard(new SessionId(session.value() + "b"));
    }
  }

  @Test
  void theServersWorldIsNotThere() throws Exception {
    assertThat(bash("env")).doesNotContain("ANTHROPIC", "DROVER", "MAVEN", "JAVA");
    for (var place :
        List.of(
            "/root",
            "/sys/kernel",
            "/run/docker.sock",
            "/var/lib",
            "/boot",
            "/proc/sysrq-trigger",
            "/etc/shadow",
            "/oldroot",
            "/newroot")) {
      assertThat(fails("ls " + place + "/. 2>&1 || echo x > " + place)).as(place).isNotEmpty();
    }
    assertThat(bash("cat /proc/self/uid_map | tr -s ' '")).doesNotStartWith(" 0 0 ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cmdline",
        "keys",
        "key-users",
        "partitions",
        "diskstats",
        "modules",
        "kallsyms",
        "interrupts",
        "timer_list",
        "sched_debug",
        "kcore",
        "iomem",
        "config.gz",
        "acpi",
        "bus",
        "driver",
        "fs",
        "irq",
        "scsi"
      })
  void whatProcTellsOfTheHostIsMasked(String name) throws Exception {
    assertThat(bash("find /proc/" + name + " -type f -exec cat {} + 2>/dev/null | wc -c"))
        .isEqualTo("0");
    fails("echo x > /proc/" + name);
    fails("touch /proc/" + name + "/x");
  }

  @Test
  void nothingIsPrivileged() throws Exception {
    assertThat(
            bash("grep -E '^(CapEff|CapBnd|NoNewPrivs|Seccomp):' /proc/self/status | tr -d '\\t'"))
        .isEqualTo("CapEff:0000000000000000\nCapBnd:0000000000000000\nNoNewPrivs:1\nSeccomp:2");
    assertThat(bash("ulimit -c; ulimit -n; grep -v nosuid /proc/mounts; true"))
        .isEqualTo("0\n4096");
    fails("unshare -U true");
    fails("unshare -m true");
    fails("mount -t tmpfs x /tmp");
    fails("bwrap --ro-bind / / true");
    fails("chroot / true");
    fails("dmesg");
  }

  /// Numbers of x86-64 and of aarch64, and the error that must come.
  @Test
  void theKernelsSideDoorsAreShut() throws Exception {
    int eperm = 1;
    int nosys = 38;
    int family = 97;
    boolean arm = System.getProperty("os.arch").equals("aarch64");
    record Door(String name, int x86, int arm, String arguments, int error) {}
    for (var door :
        List.of(
            new Door("keyctl", 250, 219, "0,-3,0,0,0", eperm),
            new Door("add_key", 248, 217, "0,0,0,0,0", eperm),
            new Door("request_key", 249, 218, "0,0,0,0", eperm),
            new Door("ptrace", 101, 117, "0,0,0,0", eperm),
            new Door("process_vm_readv", 310, 270, "1,0,0,0,0,0", eperm),
            new Door("mount", 165, 40, "0,0,0,0,0", eperm),
            new Door("unshare", 272, 97, "0x10000000", eperm),
            new Door("setns", 308, 268, "0,0", eperm),
            new Door("clone of a namespace", 56, 220, "0x10000011,0,0,0,0", eperm),
            new Door("clone3", 435, 435, "0,0", nosys),
            new Door("bpf", 321, 280, "0,0,0", eperm),
            new Door("perf_event_open", 298, 241, "0,0,0,0,0", eperm),
            new Door("userfaultfd", 323, 282, "0", eperm),
            new Door("io_uring_setup", 425, 425, "1,0", eperm),
            new Door("pidfd_getfd", 438, 438, "0,0,0", eperm),
            new Door("open_by_handle_at", 304, 265, "0,0,0", eperm),
            new Door("fsopen", 430, 430, "0,0", eperm),
            new Door("typing into a terminal", 16, 29, "0,0x5412,0", eperm),
            new Door("AF_VSOCK", 41, 198, "40,1,0", family),
            new Door("AF_PACKET", 41, 198, "17,3,0", family),
            new Door("AF_ALG", 41, 198, "38,5,0", family))) {
      var call =
          "perl -e '$!=0; syscall("
              + (arm ? door.arm : door.x86)
              + ","
              + door.arguments
              + "); print $!+0'";
      assertThat(bash(call)).as(door.name).isEqualTo(Integer.toString(door.error));
    }
    if (!arm) {
      assertThat(bash("perl -e 'syscall(0x40000000+39); print $!+0'")).isEqualTo("1");
    }
  }

  @Test
  void thereIsNoNetwork() throws Exception {
    try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      fails("echo > /dev/tcp/127.0.0.1/" + server.getLocalPort());
    }
    assertThat(bash("tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' '")).isEqualTo("lo");
    fails("echo > /dev/tcp/10.0.0.1/80");
  }

  @Test
  void linksThatFlipLetNothingOut() throws Exception {
    bash(
        "mkdir good; echo good > good/f; ln -sfn good d; (while :; do ln -sfn /etc d; ln -sfn good"
            + " d; done) >/dev/null 2>&1 &");
    bash("echo other > passwd; echo x > good/passwd");
    for (int i = 0; i < 300; i++) {
      assertThat(run("read", "file_path", "d/passwd").text()).doesNotContain("root:");
    }
  }

  @Test
  void linksPlantedForTheNextSandboxLeadNowhere(@TempDir Path host) throws Exception {
    bash(
        "for n in uploads outputs tool_outputs user session mnt; do ln -s /oldroot"
            + host
            + "/$n $n; done;"
            + " rm -rf /mnt/session/outputs/*; ln -s /oldroot"
            + host
            + " /mnt/session/outputs/x;"
            + " ln -s "
            + host
            + " /mnt/session/tool_outputs/sevt_x.txt");
    sandbox().close();
    try (var next = sandboxes().provision(HandSpec.workspace(session))) {
      assertThat(next.execute(call("bash", "command", "ls")).text()).contains("uploads");
      next.execute(
          new ToolCall(new EventId("sevt_x"), "bash", Json.obj("command", "seq 1 100000")));
    }
    try (var names = Files.list(host)) {
      assertThat(names).isEmpty();
    }
  }

  @Test
  void nothingOutlivesTheSandbox() throws Exception {
    bash(
        "setsid sh -c '(sleep 54321 &) ; sleep 54322 &' & nohup sleep 54323 >/dev/null 2>&1 &"
            + " disown -a");
    sandbox().close();
    assertThat(ProcessHandle.allProcesses().map(p -> p.info().commandLine().orElse("")))
        .noneMatch(line -> line.contains("sleep 5432"));
  }

  @Test
  void anUglyWorkspaceIsRemovedAndNothingElse(@TempDir Path host) throws Exception {
    Files.writeString(host.resolve("kept"), "x");
    bash(
        "ln -s "
            + host
            + " out; mkdir -p a/b/c; touch a/b/c/f; chmod 0 a/b/c/f a/b/c a/b a; mkfifo p;"
            + " mkdir $'new\\nline' ./-rf; perl -e 'for (1..900) { mkdir q(x); chdir q(x) }'");
    sandbox().close();
    sandboxes().discard(session);
    sandboxes().discard(session);
    assertThat(host.resolve("kept")).exists();
  }
}
