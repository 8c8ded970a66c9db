package dev.drover;

import dev.drover.base.Ids;
import dev.drover.base.Pause;
import dev.drover.gateway.Gateway;
import dev.drover.gateway.PackageVariables;
import dev.drover.hands.Hands;
import dev.drover.hands.local.PackageMounts;
import dev.drover.hands.local.SandboxSettings;
import dev.drover.session.Sessions;
import dev.drover.templates.SessionPackages;
import dev.drover.templates.TemplateWorkshop;
import dev.drover.templates.TemplatedHands;
import dev.drover.templates.Templates;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The packages of a server's environments.
final class TemplateParts {
  /// The file system that sandboxes show.
  static final Path ROOT = Path.of("/");

  private final Templates templates;
  private final SessionPackages packages;

  /// @param onClose accepts an action to run when the server closes
  TemplateParts(
      Config config,
      Wiring wiring,
      NetworkParts network,
      Sessions sessions,
      Ids ids,
      InstantSource clock,
      Consumer<Runnable> onClose) {
    packages = new SessionPackages(sessions);
    var way = new AtomicReference<@Nullable Gateway>();
    var workshop =
        new TemplateWorkshop(
            builds -> {
              var made = network.registries(builds);
              way.set(made);
              return wiring.workshop(config, (build, _) -> builds.system(build), made, ids);
            },
            hand -> {
              var made = way.get();
              return made == null ? List.of() : made.takeRefusals(hand);
            },
            ROOT,
            config.packages().aptSources(),
            ids,
            Pause.REAL);
    templates =
        new Templates(
            config.data(), ROOT, sources(config), workshop, config.templates(), clock, Pause.REAL);
    onClose.accept(
        () -> {
          templates.close();
          var made = way.get();
          if (made != null) {
            made.close();
          }
        });
  }

  private static Map<String, String> sources(Config config) {
    var sources = new TreeMap<>(PackageVariables.of(config.packages(), ROOT));
    sources.putAll(PackageVariables.files(config.packages(), ROOT));
    return sources;
  }

  /// The settings of sandboxes, with the configuration of package managers.
  static SandboxSettings sandboxes(Config config) {
    return config
        .sandboxes()
        .withVariables(PackageVariables.of(config.packages(), ROOT))
        .withEtc(PackageVariables.files(config.packages(), ROOT));
  }

  PackageMounts mounts() {
    return (session, directory) -> templates.use(packages.of(session), directory);
  }

  Hands around(Hands hands) {
    return new TemplatedHands(hands, templates, packages::of);
  }
}
