package dev.drover.desk;

import dev.drover.base.Problem;
import dev.drover.catalog.Definition;
import dev.drover.catalog.Toolset;
import dev.drover.desk.PolicyVerdict.Answer;
import dev.drover.desk.PolicyVerdict.By;
import dev.drover.policy.PolicyFile;
import dev.drover.policy.PolicyInForce;
import dev.drover.session.Session;
import java.util.Optional;

/// The desk for the operator's policy: what it is, and what it means for a case. Changes nothing.
/// Safe for many threads.
public final class PolicyDesk {
  private static final String MCP = "mcp__";

  /// The setting of a tool that an agent does not have.
  private static final Toolset.Setting ABSENT =
      new Toolset.Setting(false, Toolset.Policy.ALWAYS_ASK);

  /// Judges connections of sandboxes by name, without a lookup.
  public interface Connections {
    /// @param session empty: the policy alone is asked
    /// @throws Problem `INVALID_REQUEST` for a host that is not in its usual form
    PolicyVerdict judge(Optional<Session> session, String host, int port);
  }

  private final PolicyInForce policy;
  private final Connections connections;

  public PolicyDesk(PolicyInForce policy, Connections connections) {
    this.policy = policy;
    this.connections = connections;
  }

  /// The policy that this node applies.
  public PolicyFile inForce() {
    return policy.file();
  }

  /// Whether a sandbox may connect to a host.
  ///
  /// @param session empty: whether the policy allows it to any
  /// @throws Problem `INVALID_REQUEST` for a host that is not in its usual form
  public PolicyVerdict connection(Optional<Session> session, String host, int port) {
    return connections.judge(session, host, port);
  }

  /// Whether an agent may call a tool.
  ///
  /// @param session empty: whether the policy allows it to any
  /// @param tool a built-in tool, or `mcp__SERVER__TOOL`
  /// @throws Problem `INVALID_REQUEST` if there is no such tool
  public PolicyVerdict call(Optional<Session> session, String tool) {
    if (Toolset.NAMES.contains(tool)) {
      var cap = policy.get().tools();
      return verdict(
          cap.denial(tool).map(denied -> denied(denied.rule(), denied.sentence())),
          cap.asking(tool),
          session.map(it -> setting(it.agent(), tool)),
          tool);
    }
    if (tool.startsWith(MCP)) {
      return session.isPresent()
          ? ofServer(session.get().agent(), tool)
          : ofServer(Optional.empty(), tool);
    }
    throw Problem.invalid(
        "tool: must be a built-in tool or mcp__SERVER__TOOL; custom tools are not subject to the"
            + " policy");
  }

  private static Toolset.Setting setting(Definition agent, String tool) {
    return agent.toolset().map(toolset -> toolset.of(tool)).orElse(ABSENT);
  }

  private PolicyVerdict ofServer(Definition agent, String tool) {
    for (var server : agent.mcpServers()) {
      var prefix = MCP + server.name() + "__";
      var toolset = agent.mcpToolset(server.name());
      if (tool.startsWith(prefix) && toolset.isPresent()) {
        var denial = policy.get().mcp().denial(server.url());
        return denial.isPresent()
            ? denied(denial.get().rule(), denial.get().sentence())
            : ofServer(Optional.of(toolset.get().of(tool.substring(prefix.length()))), tool);
      }
    }
    return new PolicyVerdict(
        Answer.DENIED, By.AGENT, "mcp_servers", "the agent has no MCP server with such a tool");
  }

  private PolicyVerdict ofServer(Optional<Toolset.Setting> setting, String tool) {
    var cap = policy.get().tools();
    int end = tool.indexOf("__", MCP.length());
    if (end < 0) {
      throw Problem.invalid("tool: must be mcp__SERVER__TOOL");
    }
    var server = tool.substring(MCP.length(), end);
    var name = tool.substring(end + 2);
    return verdict(
        cap.denial(server, name).map(denied -> denied(denied.rule(), denied.sentence())),
        cap.asking(server, name),
        setting,
        tool);
  }

  /// @param asking the rule of the policy by which calls wait
  /// @param setting that of the agent; empty: no agent is asked
  private static PolicyVerdict verdict(
      Optional<PolicyVerdict> denied,
      Optional<String> asking,
      Optional<Toolset.Setting> setting,
      String tool) {
    if (denied.isPresent()) {
      return denied.get();
    }
    if (setting.isPresent() && !setting.get().enabled()) {
      return new PolicyVerdict(
          Answer.DENIED, By.AGENT, "enabled", "the agent does not enable the tool " + tool);
    }
    if (asking.isPresent()) {
      return new PolicyVerdict(
          Answer.ASKS,
          By.POLICY,
          asking.get(),
          "the operator's policy demands that calls of " + tool + " ask first");
    }
    return setting
        .map(it -> byAgent(it.policy(), tool))
        .orElseGet(
            () ->
                new PolicyVerdict(
                    Answer.ALLOWED, By.POLICY, "", "no rule of the policy limits " + tool));
  }

  private static PolicyVerdict byAgent(Toolset.Policy policy, String tool) {
    return policy == Toolset.Policy.ALWAYS_ALLOW
        ? new PolicyVerdict(
            Answer.ALLOWED, By.AGENT, "always_allow", "the agent allows calls of " + tool)
        : new PolicyVerdict(
            Answer.ASKS,
            By.AGENT,
            policy == Toolset.Policy.AUTO ? "auto" : "always_ask",
            "the agent lets calls of " + tool + " ask first");
  }

  private static PolicyVerdict denied(String rule, String sentence) {
    return new PolicyVerdict(Answer.DENIED, By.POLICY, rule, sentence);
  }
}
