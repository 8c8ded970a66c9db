package dev.drover.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Ids;
import dev.drover.base.Json;
import dev.drover.base.Pause;
import dev.drover.catalog.Environment.Networking;
import dev.drover.gateway.tls.Authority;
import dev.drover.gateway.tls.UpstreamTls;
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
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the usual programs do with a placeholder in a real sandbox, through the real gateway. They
/// trust the gateway's authority without an option.
@Tag("sandbox")
final class SandboxSecretsTest {
  private static final SessionId SESSION = new SessionId("sesn_secrets");
  private static final AtomicInteger CALLS = new AtomicInteger();
  private static final String TOKEN = HeldSecrets.TOKEN;
  private static final Resolver LOOPBACK =
      _ -> new InetAddress[] {InetAddress.ofLiteral("127.0.0.1")};

  @TempDir static Path directory;

  private static final HeldSecrets SECRETS =
      new HeldSecrets().of(LocalWeb.GIT_PASSWORD, "api.example", "git.example");
  private static byte[] key = {};
  private static LocalWeb web;
  private static Gateway gateway;
  private static LocalSandboxes sandboxes;
  private static Sandbox sandbox;

  @BeforeAll
  static void open() throws Exception {
    web = new LocalWeb(Files.createDirectory(directory.resolve("web")));
    var random = new SecureRandom();
    key = Authority.make(InstantSource.system(), random);
    var authority = new Authority(key, InstantSource.system(), random);
    var upstream = new UpstreamTls(Optional.of(directory.resolve("web/ca.pem")));
    gateway =
        new Gateway(
            _ ->
                new Policy(
                    new Networking.Limited(List.of("*.example"), false, false),
                    new NetworkRules(Set.of(), List.of())),
            new PublicOnly(PrivateHosts.of(List.of("127.0.0.1")), LOOPBACK),
            ConnectionLimits.of(1L << 40),
            Optional.of(new Interception(_ -> SECRETS, () -> authority, upstream)),
            EgressTap.NONE,
            Pause.REAL,
            web::server);
    sandboxes =
        new LocalSandboxes(
            directory.resolve("data"),
            SandboxSettings.DEFAULT.withFirstUid(
                1_000_000 + new SecureRandom().nextInt(10_000) * 65_536),
            BwrapEngine::new,
            MemoryMounts.NONE,
            gateway,
            new Ids(random),
            Pause.REAL,
            InstantSource.system());
    sandbox = sandboxes.provision(HandSpec.workspace(SESSION));
    var ca = Base64.getEncoder().encodeToString(web.file("ca.pem"));
    bash("echo " + ca + " | base64 -d > theirs.pem");
  }

  @AfterAll
  static void close() {
    sandbox.close();
    sandboxes.discard(SESSION);
    sandboxes.close();
    gateway.close();
    web.close();
  }

  @BeforeEach
  void forget() {
    web.received.clear();
    gateway.takeRefusals(sandbox.id());
  }

  private static ToolResult run(String command) throws InterruptedException {
    var id = new EventId("sevt_s" + CALLS.incrementAndGet());
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
      cat > Ask.java <<'END'
      import java.net.URI;
      import java.net.http.*;
      class Ask {
        public static void main(String[] args) throws Exception {
          var answer = HttpClient.newHttpClient().send(
              HttpRequest.newBuilder(URI.create("https://api.example/hello"))
                  .header("x-token", System.getenv("API_TOKEN")).build(),
              HttpResponse.BodyHandlers.ofString());
          System.out.println(answer.body());
        }
      }
      END
      java -Xshare:auto -XX:TieredStopAtLevel=1 Ask.java
      """;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "curl -sS -H \"X-Token: $API_TOKEN\" https://api.example/hello",
        "curl -sS --noproxy '*' -H \"X-Token: $API_TOKEN\" https://api.example/hello",
        "curl -sS -H \"X-Token: $API_TOKEN\" http://api.example/hello",
        "curl -sS -d \"token=$API_TOKEN\" -H 'content-type: text/plain' https://api.example/hello",
        "python3 -c 'import os, urllib.request as u;"
            + " r = u.Request(\"https://api.example/hello\","
            + " headers={\"X-Token\": os.environ[\"API_TOKEN\"]});"
            + " print(u.urlopen(r).read().decode())'",
        "python3 -c 'import os; from pip._vendor import requests;"
            + " print(requests.get(\"https://api.example/hello\","
            + " headers={\"X-Token\": os.environ[\"API_TOKEN\"]}).text)'",
        "node -e 'fetch(\"https://api.example/hello\","
            + " {headers: {\"x-token\": process.env.API_TOKEN}})"
            + ".then(r => r.text()).then(console.log)'",
        JAVA
      })
  void aProgramUsesThePlaceholderAndTheHostGetsTheSecret(String command) throws Exception {
    assertThat(bash(command)).contains("hello from api.example");
    assertThat(web.received)
        .singleElement()
        .asString()
        .contains(LocalWeb.GIT_PASSWORD)
        .doesNotContain(TOKEN);
    assertThat(gateway.takeRefusals(sandbox.id())).isEmpty();
  }

  @Test
  void gitClonesAPrivateRepository() throws Exception {
    var clone = "git clone -q https://x:$API_TOKEN@git.example/private.git r && cat r/file";
    assertThat(bash(clone)).contains("from git");
    assertThat(run("git clone -q https://x:no@git.example/private.git no </dev/null").isError())
        .isTrue();
  }

  @Test
  void anotherHostGetsThePlaceholderAndHasItsOwnCertificate() throws Exception {
    var ask = "curl -sS -H \"X-Token: $API_TOKEN\" https://pypi.example/simple/tiny/";
    assertThat(run(ask).text()).contains("self-signed certificate");
    assertThat(bash(ask + " --cacert theirs.pem")).contains("tiny");
    assertThat(web.received).singleElement().asString().contains(TOKEN);
  }

  @Test
  void theSandboxHasThePlaceholderAndNeitherTheSecretNorTheKeyOfTheAuthority() throws Exception {
    assertThat(bash("env")).contains("API_TOKEN=" + TOKEN);
    assertThat(bash("bash -c 'cat /proc/self/environ; set'")).contains(TOKEN);
    var privateKey = new String(key, StandardCharsets.US_ASCII).substring(0, 60);
    var found =
        bash(
            "grep -rlaF -e '%s' -e '%s' /etc /workspace /home /run /mnt /tmp /proc/1/environ 2>/dev/null | grep -v pattern; echo end"
                .formatted(
                    Base64.getEncoder()
                        .encodeToString(LocalWeb.GIT_PASSWORD.getBytes(StandardCharsets.UTF_8))
                        .substring(0, 20),
                    privateKey));
    assertThat(found.strip()).isEqualTo("end");
    assertThat(bash("grep -c 'BEGIN CERTIFICATE' /etc/ssl/certs/drover.crt; ls -l /etc/ssl/certs"))
        .startsWith("1")
        .doesNotContain("key");
  }
}
