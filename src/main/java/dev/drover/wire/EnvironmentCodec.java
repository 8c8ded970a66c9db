package dev.drover.wire;

import dev.drover.base.Fields;
import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.catalog.Environment;
import dev.drover.catalog.Environment.Networking;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// Environments as the API shows and takes them.
public final class EnvironmentCodec {
  private static final List<String> PACKAGE_MANAGERS =
      List.of("apt", "cargo", "gem", "go", "npm", "pip");
  private static final Pattern HOST =
      Pattern.compile(
          "(\\*\\.)?([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\\.)*[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?");

  private EnvironmentCodec() {}

  public static Json.Obj write(Environment environment) {
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
            networking(environment.networking()),
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

  public static Json.Obj networking(Networking networking) {
    return switch (networking) {
      case Networking.Unrestricted _ -> Json.obj("type", "unrestricted");
      case Networking.Limited limited ->
          Json.obj(
              "type",
              "limited",
              "allowed_hosts",
              limited.allowedHosts(),
              "allow_mcp_servers",
              limited.mcpServers(),
              "allow_package_managers",
              limited.packageManagers());
    };
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
            .map(EnvironmentCodec::readNetworking)
            .orElse(new Networking.Unrestricted());
    fields.object("packages").ifPresent(EnvironmentCodec::refusePackages);
    fields.end();
    return networking;
  }

  /// Reads an update's `config`: what it leaves out stays as it is stored.
  public static Networking readConfig(Optional<Fields> config, Networking stored) {
    if (config.isEmpty()) {
      return stored;
    }
    var fields = config.get();
    switch (fields.type()) {
      case "cloud" -> {}
      case "self_hosted" ->
          throw Problem.invalid(
              "invalid_config_type_change",
              fields.path("type") + ": a cloud environment cannot become self_hosted");
      default -> throw fields.problem("type", "must be \"cloud\"");
    }
    var networking =
        fields.object("networking").map(sent -> readNetworking(sent, stored)).orElse(stored);
    fields.object("packages").ifPresent(EnvironmentCodec::refusePackages);
    fields.end();
    return networking;
  }

  /// Reads what [#networking] wrote, or a client's form of it.
  public static Networking readNetworking(Fields fields) {
    return readNetworking(fields, new Networking.Unrestricted());
  }

  private static Networking readNetworking(Fields fields, Networking stored) {
    var before =
        stored instanceof Networking.Limited limited
            ? limited
            : new Networking.Limited(List.of(), false, false);
    Networking networking =
        switch (fields.type()) {
          case "unrestricted" -> new Networking.Unrestricted();
          case "limited" ->
              new Networking.Limited(
                  fields.value("allowed_hosts").isPresent() ? hosts(fields) : before.allowedHosts(),
                  fields.bool("allow_mcp_servers").orElse(before.mcpServers()),
                  fields.bool("allow_package_managers").orElse(before.packageManagers()));
          default -> throw fields.problem("type", "must be \"unrestricted\" or \"limited\"");
        };
    fields.end();
    return networking;
  }

  private static List<String> hosts(Fields fields) {
    var hosts = fields.texts("allowed_hosts", 1_000, 255);
    for (var host : hosts) {
      if (!HOST.matcher(host).matches()) {
        throw fields.problem(
            "allowed_hosts",
            "must be bare host names or \"*.domain\", without scheme, port or path");
      }
    }
    return hosts;
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
