package dev.drover.wire;

import dev.drover.base.Fields;
import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.catalog.Environment;
import dev.drover.catalog.Environment.Networking;
import dev.drover.catalog.Packages;
import dev.drover.catalog.Resource;
import dev.drover.catalog.ResourceKind;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.Set;

/// The JSON form of environments.
public final class EnvironmentCodec implements ResourceCodec<Environment> {
  public static final EnvironmentCodec CODEC = new EnvironmentCodec();

  /// The field in which schema version 14 stores the fields of a newer version.
  private static final String MIGRATED = "drover_newer";

  private EnvironmentCodec() {}

  @Override
  public ResourceKind<Environment> kind() {
    return Environment.KIND;
  }

  @Override
  public Environment request(Fields sent) {
    var name = sent.name("name", 256);
    var description = sent.optionalPlainText("description", 2048);
    var config = readConfig(sent.object("config"));
    var environment =
        new Environment(
            name,
            description,
            config.networking(),
            config.packages(),
            Metadata.readForEnvironment(sent),
            Json.EMPTY);
    checkScope(sent);
    return environment;
  }

  @Override
  public Environment update(Environment before, Fields sent) {
    var name = sent.value("name").isPresent() ? sent.name("name", 256) : before.name();
    var description =
        sent.has("description")
            ? sent.optionalPlainText("description", 2048)
            : before.description();
    var config = readConfig(sent.object("config"), before);
    var environment =
        new Environment(
            name,
            description,
            config.networking(),
            config.packages(),
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
            PackagesCodec.CODEC.stored(stored.object("config").object("packages")),
            Metadata.stored(stored),
            Json.EMPTY);
    return new Environment(
        known.name(),
        known.description(),
        known.networking(),
        known.packages(),
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
            "packages", PackagesCodec.CODEC.write(environment.packages()));
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

  /// What a `config` says.
  private record Config(Networking networking, Packages packages) {
    /// Whether the packages, if there are any, can be fetched.
    boolean isInstallable() {
      return packages.isEmpty()
          || !(networking instanceof Networking.Limited limited)
          || limited.packageManagers();
    }
  }

  /// Reads the `config` of a request; absent or null means a cloud environment without
  /// restrictions.
  private static Config readConfig(Optional<Fields> config) {
    if (config.isEmpty()) {
      return new Config(new Networking.Unrestricted(), Packages.NONE);
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
    var packages =
        fields.object("packages").map(PackagesCodec.CODEC::request).orElse(Packages.NONE);
    return checked(fields, new Config(networking, packages), Optional.empty());
  }

  /// Reads the `config` of an update; fields that are absent stay as they are stored.
  private static Config readConfig(Optional<Fields> config, Environment before) {
    var stored = before.networking();
    if (config.isEmpty()) {
      return new Config(stored, before.packages());
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
    var packages =
        fields
            .object("packages")
            .map(sent -> PackagesCodec.CODEC.update(before.packages(), sent))
            .orElse(before.packages());
    return checked(
        fields,
        new Config(networking, packages),
        Optional.of(new Config(before.networking(), before.packages())));
  }

  private static Config checked(Fields fields, Config config, Optional<Config> before) {
    fields.end();
    if (!config.isInstallable() && before.filter(stored -> !stored.isInstallable()).isEmpty()) {
      throw fields.problem(
          "packages", "need networking.allow_package_managers if the networking is limited");
    }
    return config;
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
}
