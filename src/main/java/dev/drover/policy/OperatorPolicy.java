package dev.drover.policy;

import dev.drover.http.HostName;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;

/// What the operator allows agents and environments to ask for. A section that the policy does not
/// have sets no limit. Immutable.
///
/// @param networking what sandboxes may reach
/// @param managers the package managers whose hosts environments may open; empty: all
/// @param mcp the MCP servers that agents may use
/// @param tools the tools that must ask, or that are denied
/// @param models the models that may be used; empty: all
/// @param credentials the kinds of credentials that may be stored and used; empty: all
public record OperatorPolicy(
    NetworkCap networking,
    Optional<NavigableSet<String>> managers,
    McpCap mcp,
    ToolCap tools,
    Optional<List<Glob>> models,
    Optional<NavigableSet<String>> credentials) {
  /// The policy of an operator who has not set one.
  public static final OperatorPolicy NONE =
      new OperatorPolicy(
          NetworkCap.NONE,
          Optional.empty(),
          McpCap.NONE,
          ToolCap.NONE,
          Optional.empty(),
          Optional.empty());

  static final String MANAGERS = "packages.managers";
  static final String MODELS = "models";
  static final String KINDS = "credentials.kinds";

  public OperatorPolicy {
    models = models.map(List::copyOf);
  }

  /// Why an environment allows a connection.
  public enum Opening {
    /// It allows every host.
    ANY,
    /// It lists the host.
    LISTED,
    /// It allows the hosts of package managers.
    PACKAGES
  }

  /// Why a sandbox may not connect to a host that its environment allows; empty if it may.
  public Optional<Denial> denial(HostName host, int port, Opening opening) {
    if (networking.max() == NetworkCap.Max.NONE) {
      return Optional.of(NetworkCap.NO_NETWORK);
    }
    boolean ofManagers = opening == Opening.PACKAGES && managers.isPresent();
    if (!ofManagers && !networking.lists(host)) {
      return Optional.of(new Denial(NetworkCap.HOSTS, "does not allow the host " + host.text()));
    }
    if (opening == Opening.ANY
        && networking.max() == NetworkCap.Max.LIMITED
        && networking.hosts().isEmpty()) {
      return Optional.of(
          new Denial(NetworkCap.MAX, "allows only hosts that the environment lists"));
    }
    return denial(port);
  }

  private Optional<Denial> denial(int port) {
    return networking.ports().filter(allowed -> !allowed.contains(port)).isEmpty()
        ? Optional.empty()
        : Optional.of(new Denial(NetworkCap.PORTS, "does not allow the port " + port));
  }

  /// Why the hosts of package managers may not be opened by an environment; empty if they may.
  Optional<Denial> packageDenial() {
    if (networking.max() == NetworkCap.Max.NONE) {
      return Optional.of(NetworkCap.NO_NETWORK);
    }
    if (managers.isEmpty() && networking.hosts().isPresent()) {
      return Optional.of(
          new Denial(
              NetworkCap.HOSTS, "allows no hosts but its own, unless packages.managers is set"));
    }
    return managers.filter(NavigableSet::isEmpty).isPresent()
        ? Optional.of(new Denial(MANAGERS, "allows no package managers"))
        : Optional.empty();
  }

  /// Why a model may not be used; empty if it may.
  public Optional<Denial> modelDenial(String id) {
    return models.filter(some -> some.stream().noneMatch(glob -> glob.matches(id))).isEmpty()
        ? Optional.empty()
        : Optional.of(new Denial(MODELS, "does not allow the model " + id));
  }

  /// Why credentials of a kind may not be stored or used; empty if they may.
  ///
  /// @param kind the `type` in the protocol; empty for one of a newer version, which is never used
  public Optional<Denial> credentialDenial(String kind) {
    return kind.isEmpty() || credentials.filter(some -> !some.contains(kind)).isEmpty()
        ? Optional.empty()
        : Optional.of(new Denial(KINDS, "does not allow credentials of type " + kind));
  }
}
