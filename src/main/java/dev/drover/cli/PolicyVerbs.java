package dev.drover.cli;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.policy.PolicyFile;
import dev.drover.policy.PolicyFinding;
import dev.drover.policy.PolicyFinding.Check;
import dev.drover.policy.PolicyFinding.Level;
import dev.drover.policy.PolicyLint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;

/// `drover policy`: the operator's policy.
final class PolicyVerbs {
  static final String NAME = "policy";
  static final String ABOUT = "The operator's policy: what agents may ask for.";

  /// The exit status if there is no policy, or if it is not valid.
  private static final int INVALID = 2;

  private static final String IGNORE = "--ignore";
  private static final String SESSION = "--session";
  private static final String HOST = "--host";
  private static final String TOOL = "--tool";

  private PolicyVerbs() {}

  static CommandSpec spec() {
    var lint =
        Specs.verb(
            "lint",
            "Checks a policy, without a server. The exit status is 1 if there are errors or"
                + " warnings, and 2 if the policy is missing or not valid.",
            PolicyVerbs::lint);
    lint.addPositional(
        Specs.word(0, "FILE", "0..1", "The policy. [default: that of the server on this machine]"));
    lint.addOption(
        Specs.texts(
            IGNORE, "CHECK", "Leave out the findings of this check. May be given several times."));
    var explain =
        Specs.verb(
            "explain",
            "Says whether a sandbox may connect to a host, or whether an agent may call a tool, and"
                + " which rule decides.",
            PolicyVerbs::explain);
    explain.addOption(
        Specs.text(SESSION, "ID", "The session. [default: the policy alone is asked]"));
    explain.addOption(Specs.text(HOST, "HOST[:PORT]", "The host. [default port: 443]"));
    explain.addOption(Specs.text(TOOL, "NAME", "The tool: a built-in tool, or mcp__SERVER__TOOL."));
    var spec =
        Specs.group(
            NAME,
            ABOUT,
            Specs.verb("show", "Prints the policy that a server applies.", PolicyVerbs::show),
            lint,
            explain);
    spec.usageMessage()
        .footer(
            "",
            "Examples:",
            "  drover policy lint policy.yaml --ignore any-mcp-server",
            "  drover policy explain --session sesn_... --host api.example.com",
            "  drover policy explain --tool bash");
    return spec;
  }

  private static int show(Invocation call) throws Refusal, IOException, InterruptedException {
    return call.print(call.api().get("/drover/policy"));
  }

  private static int explain(Invocation call) throws Refusal, IOException, InterruptedException {
    var arguments = call.arguments();
    var host = arguments.text(HOST);
    var tool = arguments.text(TOOL);
    if (host.isPresent() == tool.isPresent()) {
      throw arguments.wrong("give either " + HOST + " or " + TOOL);
    }
    var path = new StringBuilder("/drover/policy/");
    var port = "";
    if (host.isPresent()) {
      int colon = host.get().lastIndexOf(':');
      boolean hasPort = colon > host.get().lastIndexOf(']');
      var name = hasPort ? host.get().substring(0, colon) : host.get();
      port = hasPort ? "port=" + Api.segment(host.get().substring(colon + 1)) : "";
      path.append("hosts/").append(Api.segment(name));
    } else {
      path.append("tools/").append(Api.segment(tool.orElseThrow()));
    }
    var session = arguments.text(SESSION).map(id -> "session_id=" + Api.segment(id)).orElse("");
    var query = Stream.of(session, port).filter(part -> !part.isEmpty()).toList();
    var verdict = call.api().get(path + (query.isEmpty() ? "" : "?" + String.join("&", query)));
    if (call.output().json()) {
      return call.print(verdict);
    }
    var rule = Column.text(verdict, "rule");
    call.output()
        .line(
            Sanitized.line(
                "%s: %s [%s%s]"
                    .formatted(
                        Column.text(verdict, "verdict"),
                        Column.text(verdict, "reason"),
                        Column.text(verdict, "decided_by"),
                        rule.isEmpty() ? "" : ": " + rule)));
    return 0;
  }

  private static int lint(Invocation call) {
    var ignored = call.arguments().texts(IGNORE);
    var known = Arrays.stream(Check.values()).map(Check::id).toList();
    for (var name : ignored) {
      if (!known.contains(name)) {
        throw call.arguments().wrong(IGNORE + ": the checks are " + String.join(", ", known));
      }
    }
    PolicyFile file;
    try {
      file = PolicyFile.read(path(call));
    } catch (Problem problem) {
      call.say(Sanitized.output(problem.getMessage()));
      return INVALID;
    }
    var findings =
        PolicyLint.of(file).stream()
            .filter(found -> !ignored.contains(found.check().id()))
            .toList();
    findings.forEach(found -> print(call.output(), file, found));
    summary(call.output(), file, findings);
    return findings.stream().allMatch(found -> found.check().level() == Level.NOTE) ? 0 : 1;
  }

  /// The file in the arguments, or that of the server on this machine.
  private static Path path(Invocation call) {
    var word = call.arguments().word(0);
    if (!word.isEmpty()) {
      return Path.of(word);
    }
    var settings = call.settings();
    return settings
        .getOrDefault("policy.file", Optional.empty())
        .map(Path::of)
        .orElseGet(
            () ->
                Path.of(settings.getOrDefault("data", Optional.empty()).orElse(""))
                    .resolve(PolicyFile.NAME));
  }

  private static void print(Output output, PolicyFile file, PolicyFinding found) {
    var line = file.line(found.rule());
    var level = level(found.check().level());
    output.line(
        output.json()
            ? Json.obj(
                    "type",
                    "finding",
                    "check",
                    found.check().id(),
                    "level",
                    level,
                    "rule",
                    found.rule().isEmpty() ? null : found.rule(),
                    "line",
                    line.orElse(null),
                    "message",
                    found.message())
                .toString()
            : Sanitized.line(
                "%s%s: %s: %s%s [%s]"
                    .formatted(
                        name(file),
                        line.map(at -> ":" + at).orElse(""),
                        level,
                        found.rule().isEmpty() ? "" : found.rule() + ": ",
                        found.message(),
                        found.check().id())));
  }

  private static void summary(Output output, PolicyFile file, List<PolicyFinding> findings) {
    Map<Level, Long> count =
        findings.stream()
            .collect(Collectors.groupingBy(it -> it.check().level(), Collectors.counting()));
    long errors = count.getOrDefault(Level.ERROR, 0L);
    long warnings = count.getOrDefault(Level.WARNING, 0L);
    long notes = count.getOrDefault(Level.NOTE, 0L);
    output.line(
        output.json()
            ? Json.obj(
                    "type",
                    "summary",
                    "file",
                    name(file),
                    "hash",
                    file.hash(),
                    "errors",
                    errors,
                    "warnings",
                    warnings,
                    "notes",
                    notes)
                .toString()
            : Sanitized.line(
                "%s: errors %d, warnings %d, notes %d"
                    .formatted(name(file), errors, warnings, notes)));
  }

  private static String name(PolicyFile file) {
    return file.path().map(Path::toString).orElse("");
  }

  private static String level(Level level) {
    return level.name().toLowerCase(Locale.ROOT);
  }
}
