package dev.drover.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What the checks of a policy find.
final class PolicyLintTest {
  /// A policy without a finding.
  private static final String GOOD =
      """
      networking: {max: limited, hosts: [api.example.com], private: [10.20.0.0/16]}
      packages: {managers: [pip]}
      mcp: {hosts: ["*.corp.example"], https_only: true}
      tools: {ask: [bash, "mcp__*"], deny: [web_search]}
      models: ["claude-*"]
      credentials: {kinds: [static_bearer]}
      """;

  @TempDir private Path directory;

  private List<PolicyFinding> lint(String yaml) throws Exception {
    return PolicyLint.of(
        PolicyFile.read(Files.writeString(directory.resolve("policy.yaml"), yaml)));
  }

  private List<String> found(String yaml) throws Exception {
    return lint(yaml).stream().map(it -> it.check().id() + " " + it.rule()).toList();
  }

  @Test
  void aCarefulPolicyHasNoFinding() throws Exception {
    assertThat(lint(GOOD)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "hosts: [api.example.com] | hosts: [\"*.com\"] | public-suffix networking.hosts.0",
        "hosts: [api.example.com] | hosts: [\"*.co.uk\"] | public-suffix networking.hosts.0",
        "[\"*.corp.example\"] | [\"*.example\"] | public-suffix mcp.hosts.0",
        "private: [10.20.0.0/16] | private: [10.0.0.0/8] | wide-private-range networking.private",
        "private: [10.20.0.0/16] | private: [\"fd00::/8\"] | wide-private-range networking.private",
        "private: [10.20.0.0/16] | private: [169.254.169.254] | metadata-server networking.private",
        "private: [10.20.0.0/16] | ports: [443, 25] | mail-port networking.ports",
        "private: [10.20.0.0/16] | ports: [] | never-applies networking.ports",
        "https_only: true | https_only: false | plain-http-mcp mcp",
        "hosts: [\"*.corp.example\"], | '' | any-mcp-server mcp",
        "[bash, \"mcp__*\"] | [bash, bash] | duplicate tools.ask.1",
        "[bash, \"mcp__*\"] | [\"mcp__a__*\"] | server-name tools.ask.0",
        "[bash, \"mcp__*\"] | [bash, web_search] | never-applies tools.ask.1",
        "[\"claude-*\"] | [\"*\"] | allows-all models.0",
        "[\"claude-*\"] | [] | no-model models",
        "[\"claude-*\"] | [claude-opus-5, \"claude-*\"] | duplicate models.0",
        "hosts: [\"*.corp.example\"] | hosts: [] | never-applies mcp.https_only",
        "hosts: [\"*.corp.example\"] | hosts: [] | never-applies credentials.kinds",
        "max: limited | max: none | never-applies networking.hosts",
        "max: limited | max: none | never-applies packages.managers",
        "hosts: [api.example.com], private: [10.20.0.0/16] | hosts: [10.1.2.3], private: []"
            + " | never-applies networking.hosts.0",
        "hosts: [api.example.com] | hosts: [a.b.example, \"*.b.example\"]"
            + " | duplicate networking.hosts.0",
      })
  void eachMistakeIsFound(String good, String bad, String expected) throws Exception {
    assertThat(GOOD).contains(good);
    assertThat(found(GOOD.replace(good, bad))).contains(expected);
  }

  @Test
  void whatAnOpenPolicyLeavesOpen() throws Exception {
    assertThat(found("")).containsExactly("empty-policy ");
    assertThat(found("models: [a]\ntools: {deny: [grep]}\n"))
        .contains(
            "unlimited-hosts networking",
            "plain-http-mcp mcp",
            "any-mcp-server mcp",
            "unasked-bash tools");
    assertThat(found("tools: {ask: [bash]}")).doesNotContain("unasked-bash tools");
    assertThat(found("networking: {hosts: []}\n")).contains("never-applies networking.hosts");
  }

  @Test
  void findingsAreInTheOrderOfTheLines() throws Exception {
    var file =
        PolicyFile.read(
            Files.writeString(
                directory.resolve("policy.yaml"),
                "models:\n  - \"*\"\nmcp:\n  https_only: false\n  hosts: [\"*.com\"]\n"));
    assertThat(PolicyLint.of(file).stream().map(found -> file.line(found.rule()).orElse(0)))
        .isSorted()
        .contains(1, 3, 5);
  }

  @Test
  void everyCheckHasANameThatTheDocumentsHave() throws Exception {
    var documented = Files.readString(Path.of("docs/policy.md"));
    var ids = new TreeSet<String>();
    for (var check : PolicyFinding.Check.values()) {
      assertThat(ids.add(check.id())).isTrue();
      assertThat(documented).contains("`" + check.id() + "`");
    }
    assertThat(ids).hasSize(Arrays.asList(PolicyFinding.Check.values()).size());
  }
}
