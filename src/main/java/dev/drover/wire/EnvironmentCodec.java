package dev.drover.wire;

import dev.drover.base.Fields;
import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.catalog.Environment;
import dev.drover.catalog.Environment.Networking;
import dev.drover.catalog.Resource;
import dev.drover.catalog.ResourceKind;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The JSON form of environments.
public final class EnvironmentCodec implements ResourceCodec<Environment> {
  public static final EnvironmentCodec CODEC = new EnvironmentCodec();

  private static final List<String> PACKAGE_MANAGERS =
      List.of("apt", "cargo", "gem", "go", "npm", "pip");

  /// The field in which schema version 14 stores the fields of a newer version.
  private static final String MIGRATED = "drover_newer";

  private EnvironmentCodec() {}

  @Override
  public ResourceKind<Environment> kind() {
    return Environment.KIND;
  }

  @Override
  public Environment request(Fields sent) {
    var environment =
        new Environment(
            sent.name("name", 256),
            sent.optionalPlainText("description", 2048),
            readConfig(sent.object("config")),
            Metadata.readForEnvironment(sent));
    checkScope(sent);
    return environment;
  }

  @Override
  public Environment update(Environment before, Fields sent) {
    var environment =
        new Environment(
            sent.value("name").isPresent() ? sent.name("name", 256) : before.name(),
            sent.has("description")
                ? sent.optionalPlainText("description", 2048)
                : before.description(),
            readConfig(sent.object("config"), before),
            Metadata.patchForEnvironment(sent, before.metadata()),
            newer(sent.raw(), before));
    checkScope(sent);
    return environment;
  }

  private static void checkScope(Fields body) {
    var scope = body.optionalText("scope", 64);
    if (scope != null && !scope.equals("organization")) {
      throw body.problem("scope", "must be \"organization\"");
    }
  }

  /// An environment without networking has no network access.
  @Override
  public Environment stored(Json.Obj json) {
    var stored =
        NewerFields.over(NewerFields.without(json, Set.of(MIGRATED)), json.object(MIGRATED));
    var name = stored.text("name");
    var known =
        new Environment(
            name == null ? "" : name,
            stored.text("description"),
            NetworkingCodec.CODEC.stored(json.object("config").object("networking")),
            Metadata.stored(stored));
    return new Environment(
        known.name(),
        known.description(),
        known.networking(),
        known.metadata(),
        NewerFields.of(stored, known(known)));
  }

  @Override
  public Json.Obj write(Environment environment) {
    return NewerFields.over(known(environment), environment.newer());
  }

  private static Json.Obj known(Environment environment) {
    var config =
        Json.obj(
            "type", "cloud",
            "networking", NetworkingCodec.CODEC.write(environment.networking()),
            "packages", packages());
    return Json.obj(
        "name",
        environment.name(),
        "description",
        environment.description(),
        "config",
        config,
        Metadata.FIELD,
        environment.metadata(),
        "scope",
        "organization");
  }

  @Override
  public Json.Obj shown(Resource<Environment> environment) {
    var fields = new LinkedHashMap<String, Json>();
    fields.put("state", Json.of(environment.archivedAt() == null ? "active" : "archived"));
    fields.putAll(write(environment.content()).fields());
    return new Json.Obj(fields);
  }

  /// Reads the `config` of a request; absent or null means a cloud environment without
  /// restrictions.
  private static Networking readConfig(Optional<Fields> config) {
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

  /// Reads the `config` of an update; fields that are absent stay as they are stored.
  private static Networking readConfig(Optional<Fields> config, Environment before) {
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

  /// The fields that a newer version stored, after an update.
  private static Json.Obj newer(Json.Obj sent, Environment before) {
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
