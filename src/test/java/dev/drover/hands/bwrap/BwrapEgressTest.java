package dev.drover.hands.bwrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.drover.hands.Egress;
import dev.drover.hands.HandSpec;
import dev.drover.hands.SandboxContract;
import dev.drover.hands.Sandboxes;
import dev.drover.hands.local.Engine;
import dev.drover.hands.local.SandboxSettings;
import dev.drover.session.HandId;
import dev.drover.session.SessionId;
import dev.drover.testing.Commands;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What programs in a sandbox see of the way out, and what arrives of it on the host.
@Execution(ExecutionMode.CONCURRENT)
@Tag("sandbox")
final class BwrapEgressTest extends SandboxContract {
  private static final OwnGateway GATEWAY = new OwnGateway();
  private static BwrapBench bench;

  /// Functions for the programs of the tests.
  private static final String PYTHON =
      """
      import hashlib, os, socket, sys, threading, time
      def connect(text, address=('127.0.0.1', 3128)):
          s = socket.create_connection(address, 20)
          s.sendall(text)
          return s
      def rest(s):
          got = b''
          while part := s.recv(65536):
              got += part
          return got
      """;

  @BeforeAll
  static void open() {
    bench = new BwrapBench(SandboxSettings.DEFAULT, GATEWAY);
  }

  @AfterAll
  static void close() {
    bench.close();
  }

  @Override
  protected Sandboxes sandboxes() {
    return bench;
  }

  private String python(String program) throws InterruptedException {
    return bash("python3 - <<'END'\n" + PYTHON + program + "END");
  }

  @Test
  void aProgramThatUsesAProxyArrivesAtThePort() throws Exception {
    assertThat(bash("curl -sS http://a.test:8080/x?y"))
        .startsWith("1 1 \nGET http://a.test:8080/x?y HTTP/1.1");
  }

  @Test
  void aProgramThatKnowsNoProxyFindsTheWayByTheName() throws Exception {
    assertThat(bash("curl -sS --noproxy '*' http://a.test/x"))
        .startsWith("1 2 7f0000020050\nGET /x HTTP/1.1")
        .contains("Host: a.test");
    assertThat(python("print(rest(connect(b'GET / HTTP/1.0\\r\\n\\r\\n', ('b.test', 443))))\n"))
        .contains("1 2 7f00000201bb\\nGET / ");
    assertThat(GATEWAY.names).contains("a.test.", "b.test.");
  }

  @Test
  void namesAreLookedUpAsOnAMachineWithANetwork() throws Exception {
    assertThat(
            python(
                """
                for flags in 0, socket.AI_ADDRCONFIG:
                    for family in socket.AF_UNSPEC, socket.AF_INET:
                        found = socket.getaddrinfo('a.test', 80, family, socket.SOCK_STREAM, 0, flags)
                        print([x[4][0] for x in found])
                try:
                    socket.getaddrinfo('absent.test', 80)
                except socket.gaierror as e:
                    print(e.errno == socket.EAI_NONAME)
                """))
        .isEqualTo("['127.0.0.2']\n".repeat(4) + "True");
    assertThat(bash("getent ahostsv4 localhost | head -1")).startsWith("127.0.0.1");
  }

  /// All of them ask with the same id.
  @Test
  void everyQuestionGetsItsOwnAnswer() throws Exception {
    assertThat(
            python(
                """
                def question(i):
                    name = b''.join(bytes([len(x)]) + x for x in (b'n%d' % i, b'test'))
                    return b'\\0\\7\\1\\0\\0\\1\\0\\0\\0\\0\\0\\0' + name + b'\\0\\0\\1\\0\\1'
                asked = []
                for i in range(200):
                    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                    s.settimeout(20)
                    s.sendto(question(i), ('127.0.0.1', 53))
                    asked.append(s)
                right = 0
                for i, s in enumerate(asked):
                    answer = s.recv(2000)
                    right += answer[:2] == b'\\0\\7' and b'n%d' % i in answer
                s = socket.create_connection(('127.0.0.1', 53), 20)
                q = question(1)
                s.sendall(bytes([0, len(q)]) + q)
                got = b''
                while len(got) < 4:
                    got += s.recv(4 - len(got))
                print(right, got[2:])
                """))
        .isEqualTo("200 b'\\x00\\x07'");
  }

  @Test
  void eachDirectionEndsOnItsOwn() throws Exception {
    assertThat(
            python(
                """
                s = connect(b'n' + b'x' * 3000000)
                s.shutdown(socket.SHUT_WR)
                print(rest(s).decode())
                """))
        .isEqualTo("3000000");
  }

  @Test
  void aReplyThatIsCutOffDoesNotLookComplete() throws Exception {
    assertThat(
            python(
                """
                s = connect(b'c')
                got = b''
                try:
                    while part := s.recv(100):
                        got += part
                    print('complete')
                except ConnectionResetError:
                    print(got.decode())
                """))
        .isEqualTo("part");
  }

  @Test
  void whoeverIsGoneInsideIsGoneForTheHost() throws Exception {
    python(
        """
        for i in range(20):
            s = connect(b'f')
            s.recv(100)
            s.close()
        """);
    await().until(() -> GATEWAY.streams(sandbox().id()).get() == 0);
  }

  @Test
  void manyConnectionsAtOnceCarryTheirOwnBytes() throws Exception {
    assertThat(
            python(
                """
                right = []
                def one(i):
                    s = connect(b'e')
                    sent = os.urandom(200000)
                    threading.Thread(target=lambda: (s.sendall(sent), s.shutdown(socket.SHUT_WR))).start()
                    if rest(s) == sent:
                        right.append(i)
                all = [threading.Thread(target=one, args=(i,)) for i in range(100)]
                [t.start() for t in all]
                [t.join() for t in all]
                held = [connect(b'e') for i in range(400)]
                for s in held[:250]:
                    s.shutdown(socket.SHUT_WR)
                    rest(s)
                    s.close()
                for s in held[250:]:
                    s.sendall(b'last')
                    assert s.recv(4) == b'last'
                print(len(right))
                """))
        .isEqualTo("100");
  }

  @Test
  void aProgramThatDoesNotReadHoldsNobodyUp() throws Exception {
    assertThat(
            python(
                """
                held = [connect(b'f') for i in range(20)]
                s = connect(b'e' + b'x' * 100000)
                s.shutdown(socket.SHUT_WR)
                print(len(rest(s)))
                """))
        .isEqualTo("100000");
  }

  @Test
  void nobodyInsideCanStopTheWay() throws Exception {
    error("bash", "command", "kill -STOP -1; kill -9 -1; kill -9 1; sleep 1000", "timeout_ms", 500);
    assertThat(bash("curl -sS http://a.test/")).startsWith("1 1 ");
  }

  @Test
  void aCallThatFreezesTheSandboxLeavesConnectionsAlone() throws Exception {
    bash(
        "python3 - >said 2>&1 <<'END' &\n"
            + PYTHON
            + "s = connect(b'e')\nopen('on', 'w')\n"
            + "while not os.path.exists('go'): time.sleep(0.01)\n"
            + "s.sendall(b'x' * 1000); s.shutdown(socket.SHUT_WR); print(len(rest(s)))\nEND\n");
    bash(Commands.await("on"));
    ok("grep", "pattern", "x");
    assertThat(bash("touch go; wait; cat said")).isEqualTo("1000");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "echo > /dev/tcp/127.0.0.1/80",
        "echo > /dev/tcp/127.0.0.1/443",
        "echo > /dev/tcp/127.0.0.2/22",
        "echo > /dev/tcp/10.0.0.1/80",
        "echo > /dev/tcp/169.254.169.254/80",
        "python3 -c 'import socket; socket.create_server((\"127.0.0.1\", 80))'",
        "python3 -c 'import socket; socket.create_server((\"127.0.0.2\", 3128))' && false",
        "ip link add dummy0 type dummy",
        "ip addr add 10.0.0.1/8 dev lo",
        "ls /run/*/e /tmp/*/e"
      })
  void thereIsNoOtherWay(String command) throws Exception {
    error("bash", "command", command);
    assertThat(
            bash(
                "tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' '; grep CapEff"
                    + " /proc/self/status"))
        .isEqualTo("lo\nCapEff:\t0000000000000000");
  }

  @Test
  void aSandboxWithoutAWayOutHasNothingOfIt() throws Exception {
    var without = new SessionId(session.value() + OwnGateway.WITHOUT);
    try (var other = bench.provision(HandSpec.workspace(without))) {
      assertThat(other.execute(call("bash", "command", "env | grep -ci proxy")).text())
          .startsWith("0");
      assertThat(other.execute(call("bash", "command", "echo > /dev/tcp/127.0.0.1/3128")).text())
          .contains("Connection refused");
      assertThat(GATEWAY.opened).doesNotContain(other.id());
    } finally {
      bench.discard(without);
    }
  }

  /// It was made by a server that knows nothing of ways out.
  @Test
  void aHandOfAnOlderServerGoesOnAsItIs() throws Exception {
    var without = new SessionId(session.value() + "o" + OwnGateway.WITHOUT);
    var made = bench.provision(HandSpec.workspace(without));
    var id = made.id();
    made.leave();
    var all = new OwnGateway();
    Egress always =
        new Egress() {
          @Override
          public boolean offers(SessionId session) {
            return true;
          }

          @Override
          public Way open(SessionId session, HandId hand, Dial dial) {
            return all.open(session, hand, dial);
          }
        };
    try (var next = BwrapBench.provider(bench.data, bench.profile, BwrapEngine::new, always);
        var taken = next.attach(HandSpec.workspace(without), id).orElseThrow()) {
      assertThat(taken.execute(call("bash", "command", "echo on")).text()).isEqualTo("on");
      assertThat(all.opened).isEmpty();
    } finally {
      bench.discard(without);
    }
  }

  @Test
  void aConnectionThatBeginsBetweenTwoServersIsServedByTheSecond() throws Exception {
    var id = new SessionId(session.value() + "r");
    var made = bench.provision(HandSpec.workspace(id));
    var hand = made.id();
    var start =
        "(curl -sS http://a.test/ >first 2>&1; touch one) & (" + WAITS + ") & wait -n; cat first";
    assertThat(made.execute(call("bash", "command", start)).text()).startsWith("1 1 ");
    made.leave();
    var second = new OwnGateway();
    try (var next = BwrapBench.provider(bench.data, bench.profile, BwrapEngine::new, second)) {
      Files.createFile(bench.data.resolve("workspaces/" + id + "/workspace/go"));
      try (var taken = next.attach(HandSpec.workspace(id), hand).orElseThrow()) {
        assertThat(taken.execute(call("bash", "command", "wait; cat second")).text())
            .startsWith("1 1 ");
        assertThat(second.opened).containsExactly(hand);
      }
    } finally {
      bench.discard(id);
    }
  }

  private static final String WAITS =
      Commands.await("go") + "; curl -sS http://b.test/ >second 2>&1";

  /// As on Ubuntu, where only bubblewrap itself may make namespaces.
  @Test
  void whereTheKernelAllowsNoPortsThereIsTheProxy() throws Exception {
    var id = new SessionId(session.value() + "p");
    try (var other =
            BwrapBench.provider(
                bench.data,
                bench.profile,
                machine -> new BwrapEngine(machine, Path.of("/bin/false"), BwrapEngine::bwrap),
                GATEWAY);
        var made = other.provision(HandSpec.workspace(id))) {
      assertThat(other.problem()).isEmpty();
      assertThat(other.limits()).contains("only programs that use a proxy reach the network");
      assertThat(bench.sandboxes().limits()).doesNotContain("proxy");
      assertThat(made.execute(call("bash", "command", "env")).text())
          .contains("http_proxy=http://127.0.0.1:3128");
      assertThat(made.execute(call("bash", "command", "curl -sS http://a.test/")).text())
          .startsWith("1 1 ");
      assertThat(made.execute(call("bash", "command", "curl -sS --noproxy '*' http://a.test/")))
          .matches(result -> result.isError());
    } finally {
      bench.discard(id);
    }
  }

  /// A server that is not root makes it in a user namespace.
  @Test
  void theNetworkIsMadeForAnyUser() throws Exception {
    var program = Files.createTempFile("drover-", "-hand");
    try (var names = Files.list(bench.data.resolve("bin"))) {
      Files.write(program, Files.readAllBytes(names.findFirst().orElseThrow()));
      Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
      var command = "setpriv --reuid 12345 --regid 12345 --clear-groups " + program;
      var process =
          new ProcessBuilder("sh", "-c", command + " network /usr/bin/bwrap")
              .redirectErrorStream(true)
              .start();
      var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as(said).isZero();
    } finally {
      Files.delete(program);
    }
  }

  /// Whoever makes the mistake, here a bubblewrap that does not do what it is asked for.
  @ParameterizedTest
  @ValueSource(strings = {"", OwnGateway.WITHOUT})
  void aSandboxInTheNetworkOfTheHostDoesNotStart(String kind) throws Exception {
    var id = new SessionId(session.value() + "h" + kind);
    var wrong = Files.createTempFile("drover-", "-bwrap");
    Files.writeString(
        wrong,
        """
        #!/bin/sh
        n=$#
        for a; do
          set -- "$@" "$a"
          [ "$a" != --unshare-all ] || set -- "$@" --share-net
        done
        shift $n
        exec /usr/bin/bwrap "$@"
        """);
    Files.setPosixFilePermissions(wrong, PosixFilePermissions.fromString("rwxr-xr-x"));
    Engine.Maker maker =
        machine -> new BwrapEngine(machine, Path.of("/bin/false"), () -> Optional.of(wrong));
    try (var other = BwrapBench.provider(bench.data, bench.profile, maker, GATEWAY)) {
      assertThatThrownBy(() -> other.provision(HandSpec.workspace(id)))
          .isInstanceOf(Sandboxes.Unavailable.class)
          .hasMessageContaining("not in a network of its own");
      assertThat(other.problem().orElseThrow()).contains("not in a network of its own");
    } finally {
      Files.delete(wrong);
      bench.discard(id);
    }
  }
}
