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
import dev.drover.session.EventId;
import dev.drover.session.SessionId;
import dev.drover.testing.PackageIndex;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What an agent installs by itself, from mirrors that the operator has set, without any option.
@Tag("sandbox")
final class AgentInstallsTest {
  private static final SessionId SESSION = new SessionId("sesn_installs");
  private static final String HOST = "mirror.example";
  private static final AtomicInteger CALLS = new AtomicInteger();

  @TempDir static Path directory;

  private static PackageIndex index;
  private static Gateway gateway;
  private static LocalSandboxes sandboxes;
  private static Sandbox sandbox;

  @BeforeAll
  static void open() throws Exception {
    index = new PackageIndex();
    index.wheel("tiny", "1.0", "tiny python");
    index.module(HOST, "little", "little node", Map.of());
    var mirrors =
        new PackageSettings(
            Map.of("pip", URI.create(index.simple(HOST)), "npm", URI.create(index.registry(HOST))));
    var hosts = new PackageHosts(directory, mirrors);
    var network = new NetworkSettings(Set.of(), Optional.empty(), 1L << 30, Optional.empty());
    gateway =
        new Gateway(
            _ -> new Policy(new Networking.Limited(List.of(), false, true), network.rules(hosts)),
            new PublicOnly(
                PrivateHosts.of(List.of(HOST)),
                _ -> new InetAddress[] {InetAddress.ofLiteral("127.0.0.1")}),
            network,
            EgressTap.NONE,
            Pause.REAL);
    sandboxes =
        new LocalSandboxes(
            directory.resolve("data"),
            SandboxSettings.DEFAULT
                .withFirstUid(1_000_000 + new SecureRandom().nextInt(10_000) * 65_536)
                .withVariables(PackageVariables.of(mirrors, Path.of("/"))),
            BwrapEngine::new,
            MemoryMounts.NONE,
            gateway,
            new Ids(new SecureRandom()),
            Pause.REAL,
            InstantSource.system());
    sandbox = sandboxes.provision(HandSpec.workspace(SESSION));
  }

  @AfterAll
  static void close() throws IOException {
    sandbox.close();
    sandboxes.discard(SESSION);
    sandboxes.close();
    gateway.close();
    index.close();
  }

  private static ToolResult run(String command) throws InterruptedException {
    var id = new EventId("sevt_i" + CALLS.incrementAndGet());
    return sandbox.execute(
        new ToolCall(id, "bash", Json.obj("command", command, "timeout_ms", 120_000)), () -> false);
  }

  private static String bash(String command) throws InterruptedException {
    var result = run(command);
    assertThat(result.isError()).as(result.text()).isFalse();
    return result.text();
  }

  @Test
  void pipInstallsWithoutRootAndAnotherSandboxOfTheSessionHasIt() throws Exception {
    bash("pip install -q tiny");
    assertThat(bash("tiny-says; python3 -c 'import tiny; print(tiny.__file__)'"))
        .isEqualToIgnoringWhitespace(
            "tiny python /home/user/.local/venv/lib/"
                + bash("basename $(realpath /usr/bin/python3)").strip()
                + "/site-packages/tiny.py");
    assertThat(run("/usr/bin/python3 -c 'import tiny'").isError()).isTrue();
    sandbox.close();
    sandbox = sandboxes.provision(HandSpec.workspace(SESSION));
    assertThat(bash("python -c 'import tiny; print(tiny.WORD)'; pip list 2>&1 | grep tiny"))
        .isEqualToIgnoringWhitespace("tiny python tiny 1.0");
    assertThat(bash("ls -A /workspace /mnt/session/outputs /mnt/user | grep -c tiny || true"))
        .isEqualTo("0");
  }

  @Test
  void anEnvironmentThatTheAgentMakesIsClean() throws Exception {
    assertThat(
            bash(
                """
                pip install -q tiny && python3 -m venv --without-pip own
                own/bin/python -c '
                import sys
                print(sys.prefix)
                try:
                    import tiny
                except ImportError:
                    print("clean")
                '
                pip --python own/bin/python install -q tiny 2>&1
                own/bin/tiny-says
                """))
        .isEqualToIgnoringWhitespace("/workspace/own clean tiny python");
  }

  @Test
  void npmInstallsProgramsAndModules() throws Exception {
    bash("npm install -g --silent little");
    assertThat(bash("little-says; node -p 'require(\"little\")'; npm prefix -g"))
        .isEqualToIgnoringWhitespace("little node little node /home/user/.local/npm");
  }

  @Test
  void whatIsNotInTheMirrorIsNotFoundAndNothingElseIsAsked() throws Exception {
    assertThat(run("pip install -q --retries 0 absent").text())
        .contains("No matching distribution found for absent");
    assertThat(gateway.takeRefusals(sandbox.id())).isEmpty();
  }

  @Test
  void itStandsInTheSessionsOwnDirectory() throws Exception {
    assertThat(bash("df --output=target ~/.local | tail -n 1")).isEqualTo("/home/user/.local");
    assertThat(bash("echo $PATH | cut -d: -f1; echo $CARGO_HOME $GOPATH $GEM_HOME"))
        .isEqualToIgnoringWhitespace(
            "/home/user/.local/venv/bin /home/user/.local/cargo /home/user/.local/go"
                + " /home/user/.local/gem");
  }
}
