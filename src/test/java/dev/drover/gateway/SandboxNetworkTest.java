package dev.drover.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Ids;
import dev.drover.base.Json;
import dev.drover.base.Pause;
import dev.drover.catalog.Environment.Networking;
import dev.drover.hands.HandSpec;
import dev.drover.hands.Sandbox;
import dev.drover.hands.ToolCall;
import dev.drover.hands.ToolResult;
import dev.drover.hands.bwrap.BwrapEngine;
import dev.drover.hands.local.LocalSandboxes;
import dev.drover.hands.local.MemoryMounts;
import dev.drover.hands.local.SandboxSettings;
import dev.drover.http.PrivateHosts;
import dev.drover.http.PublicOnly;
import dev.drover.http.Resolver;
import dev.drover.session.EventId;
import dev.drover.session.SessionId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the usual programs reach from a real sandbox, through the real gateway.
@Tag("sandbox")
final class SandboxNetworkTest {
  private static final SessionId SESSION = new SessionId("sesn_network");
  private static final AtomicInteger CALLS = new AtomicInteger();
  private static final Set<String> LOOKED_UP = ConcurrentHashMap.newKeySet();
  private static final Ids IDS = new Ids(new SecureRandom());
  private static final Networking ALLOWED =
      new Networking.Limited(List.of("api.example", "git.example", "*.sub.example"), false, true);

  private static final Resolver LOOPBACK =
      host -> {
        LOOKED_UP.add(host);
        if (!host.endsWith(".example")) {
          throw new UnknownHostException(host);
        }
        return new InetAddress[] {InetAddress.ofLiteral("127.0.0.1")};
      };

  @TempDir static Path directory;

  private static LocalWeb web;
  private static SandboxSettings settings;
  private static Gateway gateway;
  private static LocalSandboxes sandboxes;
  private static Sandbox sandbox;

  @BeforeAll
  static void open() throws Exception {
    web = new LocalWeb(Files.createDirectory(directory.resolve("web")));
    settings =
        SandboxSettings.DEFAULT.withFirstUid(
            1_000_000 + new SecureRandom().nextInt(10_000) * 65_536);
    gateway = newGateway();
    sandboxes = newSandboxes();
    sandbox = sandboxes.provision(HandSpec.workspace(SESSION));
    for (var file : List.of("ca.pem", "trusted.p12")) {
      bash("echo " + Base64.getEncoder().encodeToString(web.file(file)) + " | base64 -d > " + file);
    }
  }

  private static Gateway newGateway() {
    var rules =
        new NetworkRules(Set.of(web.plainPort()), List.of("pypi.example", "registry.example"));
    return new Gateway(
        _ -> new Policy(ALLOWED, rules),
        new PublicOnly(PrivateHosts.of(List.of("127.0.0.1")), LOOPBACK),
        ConnectionLimits.of(1L << 40),
        EgressTap.NONE,
        Pause.REAL,
        web::server);
  }

  private static LocalSandboxes newSandboxes() throws Exception {
    return new LocalSandboxes(
        directory.resolve("data"),
        settings,
        BwrapEngine::new,
        MemoryMounts.NONE,
        gateway,
        IDS,
        Pause.REAL,
        InstantSource.system());
  }

  @AfterAll
  static void close() throws IOException {
    sandbox.close();
    sandboxes.discard(SESSION);
    sandboxes.close();
    gateway.close();
    web.close();
  }

  @BeforeEach
  void forget() {
    gateway.takeRefusals(sandbox.id());
  }

  private static ToolResult run(String command) throws InterruptedException {
    var id = new EventId("sevt_n" + CALLS.incrementAndGet());
    return sandbox.execute(
        new ToolCall(id, "bash", Json.obj("command", command, "timeout_ms", 60_000)), () -> false);
  }

  private static String bash(String command) throws InterruptedException {
    var result = run(command);
    assertThat(result.isError()).as(result.text()).isFalse();
    return result.text();
  }

  private static final String JAVA =
      """
      cat > Fetch.java <<'END'
      import java.net.URI;
      import java.net.http.*;
      class Fetch {
        public static void main(String[] args) throws Exception {
          var answer = HttpClient.newHttpClient().send(
              HttpRequest.newBuilder(URI.create(args[0])).build(),
              HttpResponse.BodyHandlers.ofString());
          System.out.println(answer.body());
        }
      }
      END
      java -Xshare:auto -XX:TieredStopAtLevel=1 -Djavax.net.ssl.trustStore=trusted.p12 \
        -Djavax.net.ssl.trustStorePassword=changeit Fetch.java https://api.example/hello
      """;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "curl -sS --cacert ca.pem https://api.example/hello",
        "curl -sS http://api.example/hello",
        "curl -sS --noproxy '*' --cacert ca.pem https://api.example/hello",
        "curl -sS --noproxy '*' http://api.example/hello",
        "curl -sS --socks5-hostname 127.0.0.1:3128 --cacert ca.pem https://api.example/hello",
        "SSL_CERT_FILE=ca.pem python3 -c 'import urllib.request;"
            + " print(urllib.request.urlopen(\"https://api.example/hello\").read())'",
        "NODE_EXTRA_CA_CERTS=ca.pem node -e"
            + " 'fetch(\"https://api.example/hello\").then(r => r.text()).then(console.log)'",
        "NODE_EXTRA_CA_CERTS=ca.pem node -e 'require(\"https\").get(\"https://api.example/hello\","
            + " r => r.on(\"data\", d => console.log(String(d))))'",
        JAVA
      })
  void aClientReachesAnAllowedHostAndIsRefusedAnother(String command) throws Exception {
    assertThat(bash(command)).contains("hello from api.example");
    assertThat(gateway.takeRefusals(sandbox.id())).isEmpty();
    var refused = run(command.replace("//api.example", "//evil.example"));
    assertThat(refused.text()).doesNotContain("hello from");
    assertThat(gateway.takeRefusals(sandbox.id()))
        .first()
        .asString()
        .startsWith("evil.example")
        .contains("allowed hosts (api.example, git.example, *.sub.example, package registries)");
    assertThat(LOOKED_UP).doesNotContain("evil.example");
  }

  @Test
  void gitClonesFromAnAllowedHost() throws Exception {
    var clone = "git -c http.sslCAInfo=ca.pem clone -q https://git.example/repository.git r";
    assertThat(bash(clone + " && cat r/file")).contains("from git");
    assertThat(run(clone.replace("git.example", "evil.example") + "2").text()).contains("403");
  }

  @Test
  void pipAndNpmInstallFromTheirRegistries() throws Exception {
    var pip =
        "python3 -m pip install -q --disable-pip-version-check --no-cache-dir --cert ca.pem"
            + " --index-url https://pypi.example/simple --target py tiny";
    assertThat(bash(pip + " && PYTHONPATH=py python3 -c 'import tiny; print(tiny.WORD)'"))
        .contains("tiny python");
    var npm =
        "mkdir -p n && cd n && npm install --silent --no-audit --no-fund --cafile ../ca.pem"
            + " --registry https://registry.example/ tiny && node -p 'require(\"tiny\")'; cd ..";
    assertThat(bash(npm)).contains("tiny node");
    assertThat(run(pip.replace("pypi.example", "evil.example") + " --retries 0").isError())
        .isTrue();
    assertThat(gateway.takeRefusals(sandbox.id()))
        .hasSize(1)
        .first()
        .asString()
        .startsWith("evil.example:443 was refused");
  }

  @Test
  void namesCarryNothingOut() throws Exception {
    LOOKED_UP.clear();
    var asked =
        bash(
            """
            python3 - <<'END'
            import socket
            found = 0
            for i in range(200):
                try:
                    socket.getaddrinfo(f'data-{i}.evil.example', 443)
                    found += 1
                except OSError:
                    pass
            print(found, {a[4][0] for a in socket.getaddrinfo('deep.in.sub.example', 443)})
            END
            """);
    assertThat(asked).startsWith("0 {'127.0.0.2'}");
    assertThat(LOOKED_UP).isEmpty();
  }

  @Test
  void nothingIsReachedBesideTheGateway() throws Exception {
    assertThat(
            bash(
                """
                python3 - <<'END'
                import socket
                for address in ('127.0.0.1', %d), ('1.1.1.1', 443), ('169.254.169.254', 80):
                    try:
                        socket.create_connection(address, 5)
                        print('connected', address)
                    except OSError as e:
                        print('no')
                END
                """
                    .formatted(web.plainPort())))
        .isEqualToIgnoringWhitespace("no no no");
    for (var url : List.of("http://127.0.0.1:" + web.plainPort(), "http://169.254.169.254/")) {
      assertThat(
              bash("curl -s -o /dev/null -w '%{http_code}' -x 127.0.0.1:3128 --noproxy '' " + url))
          .startsWith("403");
    }
  }

  @Test
  void twoHundredConnectionsAtOnceAllArrive() throws Exception {
    assertThat(
            bash(
                """
                python3 - <<'END'
                import http.client, threading
                ok, gate = [], threading.Barrier(200)
                def one():
                    c = http.client.HTTPConnection('127.0.0.1', 3128, timeout=60)
                    c.connect()
                    gate.wait()
                    c.request('GET', 'http://api.example/hello')
                    ok.append(c.getresponse().read())
                all = [threading.Thread(target=one) for _ in range(200)]
                [t.start() for t in all]
                [t.join() for t in all]
                print(ok.count(b'hello from api.example'))
                END
                """))
        .startsWith("200");
  }

  @Test
  void theNextServerServesASandboxThatIsAlive() throws Exception {
    var hand = sandbox.id();
    bash("(sleep 300) >/dev/null 2>&1 &");
    sandbox.leave();
    sandboxes.close();
    gateway.close();
    gateway = newGateway();
    sandboxes = newSandboxes();
    sandbox = sandboxes.provision(HandSpec.workspace(SESSION));
    assertThat(sandbox.id()).isEqualTo(hand);
    assertThat(bash("curl -sS --cacert ca.pem https://api.example/hello"))
        .contains("hello from api.example");
  }
}
