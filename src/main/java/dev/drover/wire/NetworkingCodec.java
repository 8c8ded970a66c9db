package dev.drover.wire;

import dev.drover.base.Fields;
import dev.drover.base.Json;
import dev.drover.catalog.Environment.Networking;
import java.util.List;
import java.util.regex.Pattern;

/// The JSON form of `networking` in an environment's `config`: the hosts that a sandbox may reach.
public final class NetworkingCodec implements Codec<Networking> {
  public static final NetworkingCodec CODEC = new NetworkingCodec();

  private static final Networking.Limited NOTHING = new Networking.Limited(List.of(), false, false);

  /// A host name, or `*.domain`.
  static final Pattern HOST =
      Pattern.compile(
          "(\\*\\.)?([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\\.)*[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?");

  private NetworkingCodec() {}

  @Override
  public Json.Obj write(Networking networking) {
    return switch (networking) {
      case Networking.Unrestricted _ -> Json.obj("type", "unrestricted");
      case Networking.Limited limited -> NewerFields.over(known(limited), limited.newer());
      case Networking.Other other -> other.json();
    };
  }

  private static Json.Obj known(Networking.Limited limited) {
    return Json.obj(
        "type", "limited",
        "allowed_hosts", limited.allowedHosts(),
        "allow_mcp_servers", limited.mcpServers(),
        "allow_package_managers", limited.packageManagers());
  }

  /// A type that is neither unrestricted nor limited becomes [Networking.Other].
  @Override
  public Networking stored(Json.Obj json) {
    var unrestricted = new Networking.Unrestricted();
    if (json.equals(write(unrestricted))) {
      return unrestricted;
    }
    if (!"limited".equals(json.text("type"))) {
      return new Networking.Other(json);
    }
    var known =
        new Networking.Limited(
            json.items("allowed_hosts").stream()
                .filter(Json.Str.class::isInstance)
                .map(host -> ((Json.Str) host).value())
                .toList(),
            json.get("allow_mcp_servers").filter(Json.of(true)::equals).isPresent(),
            json.get("allow_package_managers").filter(Json.of(true)::equals).isPresent());
    return new Networking.Limited(
        known.allowedHosts(),
        known.mcpServers(),
        known.packageManagers(),
        NewerFields.of(json, known(known)));
  }

  @Override
  public Networking request(Fields sent) {
    return update(NOTHING, sent);
  }

  /// Reads an update; absent fields of a limited networking stay as they are stored.
  ///
  /// @throws dev.drover.base.Problem `INVALID_REQUEST` that names the field
  Networking update(Networking stored, Fields sent) {
    var before = stored instanceof Networking.Limited limited ? limited : NOTHING;
    Networking networking =
        switch (sent.type()) {
          case "unrestricted" -> new Networking.Unrestricted();
          case "limited" ->
              new Networking.Limited(
                  sent.value("allowed_hosts").isPresent() ? hosts(sent) : before.allowedHosts(),
                  sent.bool("allow_mcp_servers").orElse(before.mcpServers()),
                  sent.bool("allow_package_managers").orElse(before.packageManagers()),
                  NewerFields.without(before.newer(), sent.raw().fields().keySet()));
          default -> throw sent.problem("type", "must be \"unrestricted\" or \"limited\"");
        };
    sent.end();
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
}
