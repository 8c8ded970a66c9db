package dev.drover.templates;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Ids;
import dev.drover.base.Json;
import dev.drover.base.Pause;
import dev.drover.catalog.Environment.Networking;
import dev.drover.catalog.Packages;
import dev.drover.catalog.Packages.Manager;
import dev.drover.gateway.EgressTap;
import dev.drover.gateway.Gateway;
import dev.drover.gateway.NetworkSettings;
import dev.drover.gateway.PackageHosts;
import dev.drover.gateway.PackageSettings;
import dev.drover.gateway.PackageVariables;
import dev.drover.gateway.Policy;
import dev.drover.hands.Egress;
import dev.drover.hands.HandSpec;
import dev.drover.hands.LiveOutput;
import dev.drover.hands.Sandbox;
import dev.drover.hands.Sandboxes;
import dev.drover.hands.ToolCall;
import dev.drover.hands.bwrap.BwrapEngine;
import dev.drover.hands.local.LocalSandboxes;
import dev.drover.hands.local.MemoryMounts;
import dev.drover.hands.local.PackageMounts;
import dev.drover.hands.local.SandboxSettings;
import dev.drover.http.PrivateHosts;
import dev.drover.http.PublicOnly;
import dev.drover.policy.OperatorPolicy;
import dev.drover.session.EventId;
import dev.drover.session.SessionError;
import dev.drover.session.SessionId;
import java.net.InetAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/// Templates of packages that come from mirrors on loopback, made by the package managers of this
/// machine in real sandboxes, and sandboxes of sessions that show them.
final class PackageStage implements AutoCloseable {
  static final String HOST = "mirror.example";
  private static final Ids IDS = Ids.secure();
  private static final AtomicInteger NUMBERS = new AtomicInteger();

  private final Path data;
  private final SandboxSettings settings;
  private final Gateway gateway;
  private final Templates templates;

  PackageStage(Path data, PackageSettings mirrors) {
    this.data = data;
    var limits = new TemplateSettings(1L << 30, Duration.ofMinutes(5), Duration.ZERO);
    settings =
        SandboxSettings.DEFAULT
            .withFirstUid(1_000_000 + new SecureRandom().nextInt(10_000) * 65_536)
            .withLongestCall(limits.limit())
            .withVariables(PackageVariables.of(mirrors, Path.of("/")))
            .withEtc(PackageVariables.files(mirrors, Path.of("/")));
    var network = new NetworkSettings(Set.of(), Optional.empty(), 1L << 30, Optional.empty());
    var hosts = new PackageHosts(data, mirrors);
    gateway =
        new Gateway(
            _ ->
                new Policy(
                    new Networking.Limited(List.of(), false, true),
                    network.rules(hosts, OperatorPolicy.NONE)),
            new PublicOnly(
                PrivateHosts.of(List.of(HOST)),
                _ -> new InetAddress[] {InetAddress.ofLiteral("127.0.0.1")}),
            network,
            EgressTap.NONE,
            Pause.REAL);
    var workshop =
        new TemplateWorkshop(
            builds ->
                sandboxes(data.resolve("builds"), (build, _) -> builds.system(build), gateway),
            gateway::takeRefusals,
            Path.of("/"),
            mirrors.aptSources(),
            IDS,
            Pause.REAL);
    templates =
        new Templates(
            data,
            Path.of("/"),
            settings.variables(),
            workshop,
            limits,
            InstantSource.system(),
            Pause.REAL);
  }

  private LocalSandboxes sandboxes(Path directory, PackageMounts packages, Egress egress) {
    try {
      return new LocalSandboxes(
          directory,
          settings,
          BwrapEngine::new,
          MemoryMounts.NONE,
          packages,
          egress,
          LiveOutput.NONE,
          IDS,
          Pause.REAL,
          InstantSource.system());
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  static Packages packages(Manager manager, String... names) {
    return new Packages(Map.of(manager, List.of(names)));
  }

  /// The output of commands in a sandbox of a session with these packages, one for each command.
  List<String> outputs(Packages packages, String... commands) throws Exception {
    return inSandbox(
        packages,
        sandbox -> {
          var outputs = new ArrayList<String>();
          for (var command : commands) {
            outputs.add(bash(sandbox, command));
          }
          return outputs;
        });
  }

  private interface Work<T> {
    T in(Sandbox sandbox) throws Exception;
  }

  private <T> T inSandbox(Packages packages, Work<T> work) throws Exception {
    templates.await(packages);
    var session = new SessionId("sesn_stage" + NUMBERS.incrementAndGet());
    try (var all =
        sandboxes(
            data.resolve("sessions"),
            (_, directory) -> templates.use(packages, directory),
            Egress.NONE)) {
      try (var sandbox = all.provision(HandSpec.workspace(session))) {
        return work.in(sandbox);
      } finally {
        all.discard(session);
      }
    }
  }

  /// The content of a file that the tool `write` has written and the tool `read` reads, in a
  /// sandbox of a session with these packages.
  String written(Packages packages, String content) throws Exception {
    var path = "/workspace/written";
    return inSandbox(
        packages,
        sandbox -> {
          var write = call("write", Json.obj("file_path", path, "content", content));
          sandbox.execute(write, () -> false);
          return sandbox.execute(call("read", Json.obj("file_path", path)), () -> false).text();
        });
  }

  private static ToolCall call(String tool, Json.Obj input) {
    return new ToolCall(new EventId("sevt_stage" + NUMBERS.incrementAndGet()), tool, input);
  }

  private static String bash(Sandbox sandbox, String command) throws InterruptedException {
    return sandbox
        .execute(call("bash", Json.obj("command", command, "timeout_ms", 120_000)), () -> false)
        .text()
        .strip();
  }

  /// Why packages cannot be installed, as a client learns it.
  SessionError error(Packages packages) {
    return unavailable(packages).error().orElseThrow();
  }

  /// Why packages cannot be installed, as the model learns it.
  String failure(Packages packages) {
    return String.valueOf(unavailable(packages).getMessage());
  }

  private Sandboxes.Unavailable unavailable(Packages packages) {
    var thrown = new AtomicReference<Sandboxes.Unavailable>();
    assertThatThrownBy(() -> templates.await(packages))
        .isInstanceOfSatisfying(Sandboxes.Unavailable.class, thrown::set);
    return thrown.get();
  }

  @Override
  public void close() {
    templates.close();
    gateway.close();
  }
}
