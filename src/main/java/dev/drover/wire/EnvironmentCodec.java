package dev.drover.wire;

import dev.drover.base.Fields;
import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.catalog.Environment;
import dev.drover.catalog.Environment.Networking;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Environments as the API shows and takes them.
public final class EnvironmentCodec {
  private static final List<String> PACKAGE_MANAGERS =
      List.of("apt", "cargo", "gem", "go", "npm", "pip");

  private EnvironmentCodec() {}

  public static Json.Obj write(Environment environment) {
    return NewerFields.over(known(environment), environment.newer());
  }

  private static Json.Obj known(Environment environment) {
    return Json.obj(
        "id",
        environment.id().value(),
        "type",
        "environment",
        "state",
        environment.archivedAt() == null ? "active" : "archived",
        "name",
        environment.name(),
        "description",
        environment.description(),
        "config",
        Json.obj(
            "type",
            "cloud",
            "networking",
            NetworkingCodec.CODEC.write(environment.networking()),
            "packages",
            packages()),
        "metadata",
        environment.metadata(),
        "scope",
        "organization",
        "created_at",
        Times.write(environment.createdAt()),
        "updated_at",
        Times.write(environment.updatedAt()),
        "archived_at",
        Times.write(environment.archivedAt()));
  }

  /// Reads a request's `config`; absent or null means a cloud environment without restrictions.
  public static Networking readConfig(Optional<Fields> config) {
    if (config.isEmpty()) {
      return new Networking.Unrestricted();
    }
    var fields = config.get();
    switch (fields.type()) {
      case "cloud" -> {}
      case "self_hosted" ->
          throw fields.problem(
              "type", "\"self_hosted\" is not supported by this version of Drover");
      default -> throw fields.problem("type", "must be \"cloud\"");
    }
    var networking =
        fields
            .object("networking")
            .map(NetworkingCodec.CODEC::request)
            .orElse(new Networking.Unrestricted());
    fields.object("packages").ifPresent(EnvironmentCodec::refusePackages);
    fields.end();
    return networking;
  }

  /// Reads an update's `config`: what it leaves out stays as it is stored.
  public static Networking readConfig(Optional<Fields> config, Environment before) {
    var stored = before.networking();
    if (config.isEmpty()) {
      return stored;
    }
    var fields = config.get();
    if (!before.isSupported()) {
      throw fields.problem(
          "type",
          "this version of Drover does not know the environment's type, and keeps its config");
    }
    switch (fields.type()) {
      case "cloud" -> {}
      case "self_hosted" ->
          throw Problem.invalid(
              "invalid_config_type_change",
              fields.path("type") + ": a cloud environment cannot become self_hosted");
      default -> throw fields.problem("type", "must be \"cloud\"");
    }
    var networking =
        fields
            .object("networking")
            .map(sent -> NetworkingCodec.CODEC.update(stored, sent))
            .orElse(stored);
    fields.object("packages").ifPresent(EnvironmentCodec::refusePackages);
    fields.end();
    return networking;
  }

  /// What a newer version stored beside the known fields, once an update has been sent.
  public static Json.Obj newer(Json.Obj sent, Environment before) {
    var newer = NewerFields.without(before.newer(), withoutConfig(sent));
    var config = newer.object("config");
    if (config.fields().isEmpty()) {
      return newer;
    }
    var left = NewerFields.without(config, sent.object("config").fields().keySet());
    return left.fields().isEmpty()
        ? NewerFields.without(newer, Set.of("config"))
        : newer.with("config", left);
  }

  private static Set<String> withoutConfig(Json.Obj sent) {
    var fields = new HashSet<>(sent.fields().keySet());
    fields.remove("config");
    return fields;
  }

  private static void refusePackages(Fields packages) {
    if (packages.value("type").isPresent()) {
      packages.type("packages");
    }
    PACKAGE_MANAGERS.forEach(packages::unsupported);
    packages.end();
  }

  private static Json.Obj packages() {
    var packages = Json.obj("type", "packages");
    for (var manager : PACKAGE_MANAGERS) {
      packages = packages.with(manager, List.of());
    }
    return packages;
  }
}
