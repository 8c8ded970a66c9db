package dev.drover.policy;

import dev.drover.catalog.Agent;
import dev.drover.catalog.Definition;
import dev.drover.catalog.Environment;
import dev.drover.catalog.Environment.Networking;
import dev.drover.catalog.McpToolset;
import dev.drover.catalog.Packages;
import dev.drover.catalog.Toolset;
import dev.drover.catalog.Toolset.ToolSetting;
import dev.drover.http.HostPattern;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// The check of what clients save against a policy. Every problem is `INVALID_REQUEST` with the
/// code [Denial#CODE] and names the field of the request and the rule of the policy.
public final class SaveRules {
  private static final String ASK = "set its permission_policy to always_ask";

  private final OperatorPolicy policy;

  /// @param policy as it is at the moment of the request
  public SaveRules(OperatorPolicy policy) {
    this.policy = policy;
  }

  /// Checks a new or changed agent as a whole.
  public void check(Agent agent) {
    check(agent.definition(), "");
  }

  /// Checks the definition of a session.
  public void checkSession(Definition definition) {
    check(definition, "agent.");
  }

  /// @param at the path of the definition in the request, with a dot at its end; or empty
  private void check(Definition definition, String at) {
    refuse(policy.modelDenial(definition.model().id()), at + "model", "");
    var servers = definition.mcpServers();
    for (int i = 0; i < servers.size(); i++) {
      refuse(policy.mcp().denial(servers.get(i).url()), at + "mcp_servers." + i + ".url", "");
    }
    var tools = definition.tools();
    for (int i = 0; i < tools.size(); i++) {
      var field = at + "tools." + i;
      switch (tools.get(i)) {
        case Toolset toolset -> check(toolset, field);
        case McpToolset toolset -> check(toolset, field);
        default -> {} // the client runs it
      }
    }
  }

  private void check(Toolset toolset, String field) {
    check(toolset.overrides(), field, policy.tools()::denial, policy.tools()::asking);
    Toolset.NAMES.stream()
        .sorted()
        .filter(name -> toolset.overrides().stream().noneMatch(one -> one.tool().equals(name)))
        .filter(name -> policy.tools().denial(name).isEmpty()) // simply not offered
        .forEach(
            name ->
                checkAsks(
                    toolset.defaults(),
                    name,
                    policy.tools().asking(name),
                    field,
                    "add it to configs, and " + ASK));
  }

  private void check(McpToolset toolset, String field) {
    var server = toolset.server();
    check(
        toolset.overrides(),
        field,
        tool -> policy.tools().denial(server, tool),
        tool -> policy.tools().asking(server, tool));
    if (toolset.defaults().enabled()) {
      refuse(policy.tools().denialOfAll(server), field + ".default_config.enabled", "");
      checkAsks(
          toolset.defaults(),
          "all tools of " + server,
          policy.tools().askingForAll(server),
          field + ".default_config.permission_policy",
          ASK);
    }
  }

  private static void check(
      List<ToolSetting> overrides,
      String field,
      Function<String, Optional<Denial>> denial,
      Function<String, Optional<String>> asking) {
    for (int i = 0; i < overrides.size(); i++) {
      var override = overrides.get(i);
      if (override.setting().enabled()) {
        var at = field + ".configs." + i;
        refuse(denial.apply(override.tool()), at, "set its enabled to false");
        checkAsks(override.setting(), override.tool(), asking.apply(override.tool()), at, ASK);
      }
    }
  }

  private static void checkAsks(
      Toolset.Setting setting, String tool, Optional<String> rule, String field, String remedy) {
    if (setting.enabled() && setting.policy() != Toolset.Policy.ALWAYS_ASK) {
      refuse(
          rule.map(path -> new Denial(path, "demands that calls of " + tool + " ask first")),
          field,
          remedy);
    }
  }

  /// Checks a new or changed environment as a whole.
  public void check(Environment environment) {
    switch (environment.networking()) {
      case Networking.Unrestricted _ -> checkUnrestricted();
      case Networking.Limited limited -> check(limited);
      case Networking.Other _ -> {} // reaches nothing
    }
    environment.packages().lists().keySet().stream()
        .map(Packages.Manager::word)
        .sorted()
        .forEach(this::checkManager);
  }

  private void checkManager(String manager) {
    if (policy.managers().filter(allowed -> !allowed.contains(manager)).isPresent()) {
      throw new Denial(OperatorPolicy.MANAGERS, "does not allow packages of " + manager)
          .at("config.packages." + manager);
    }
  }

  private void checkUnrestricted() {
    var cap = policy.networking();
    if (cap.isOpen()) {
      return;
    }
    var denial =
        switch (cap.max()) {
          case UNRESTRICTED -> new Denial(NetworkCap.HOSTS, "limits the hosts");
          case LIMITED -> new Denial(NetworkCap.MAX, "allows networking of type limited at most");
          case NONE -> NetworkCap.NO_NETWORK;
        };
    throw denial.at(
        "config.networking.type",
        cap.max() == NetworkCap.Max.NONE
            ? "set it to limited, without allowed_hosts"
            : "set it to limited, and list allowed_hosts");
  }

  private void check(Networking.Limited limited) {
    var hosts = limited.allowedHosts();
    for (int i = 0; i < hosts.size(); i++) {
      var field = "config.networking.allowed_hosts." + i;
      if (policy.networking().max() == NetworkCap.Max.NONE) {
        throw NetworkCap.NO_NETWORK.at(field);
      }
      if (!policy.networking().covers(new HostPattern(hosts.get(i)))) {
        throw new Denial(NetworkCap.HOSTS, "does not allow " + hosts.get(i)).at(field);
      }
    }
    if (limited.packageManagers()) {
      refuse(policy.packageDenial(), "config.networking.allow_package_managers", "");
    }
  }

  /// Checks a credential.
  ///
  /// @param kind the `type` in the protocol
  /// @param server the URL of its MCP server, if it is for one
  public void checkCredential(String kind, Optional<String> server) {
    refuse(policy.credentialDenial(kind), "auth.type", "");
    if (server.isPresent()) {
      try {
        refuse(policy.mcp().denial(new URI(server.get())), "auth.mcp_server_url", "");
      } catch (URISyntaxException _) {
        throw new Denial(McpCap.HOSTS, "does not allow this URL").at("auth.mcp_server_url");
      }
    }
  }

  private static void refuse(Optional<Denial> denial, String field, String remedy) {
    if (denial.isPresent()) {
      throw denial.get().at(field, remedy);
    }
  }
}
