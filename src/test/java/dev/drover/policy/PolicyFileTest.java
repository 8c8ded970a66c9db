package dev.drover.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Problem;
import dev.drover.http.HostName;
import dev.drover.policy.NetworkCap.Max;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What the reader of a policy takes and refuses, and what is in force.
final class PolicyFileTest {
  static final String WHOLE =
      """
      networking:
        max: limited
        hosts: ["*.corp.example", api.example.com]
        ports: [80, 443, 8443]
        private: ["10.20.0.0/16", git.corp.example]
      packages: {managers: [pip, npm]}
      mcp: {hosts: ["*.corp.example"], https_only: true}
      tools: {ask: [bash, "mcp__*"], deny: [web_search]}
      models: ["claude-*", "local/*"]
      isolation: {at_least: process}
      credentials: {kinds: [mcp_oauth, static_bearer]}
      """;

  @TempDir private Path directory;

  private Path file(String yaml) throws Exception {
    return Files.writeString(directory.resolve("policy.yaml"), yaml);
  }

  private OperatorPolicy read(String yaml) throws Exception {
    return PolicyFile.read(file(yaml)).policy();
  }

  @Test
  void everySectionIsRead() throws Exception {
    var policy = read(WHOLE);
    assertThat(policy.networking().max()).isEqualTo(Max.LIMITED);
    assertThat(policy.networking().hosts().orElseThrow().toString())
        .isEqualTo("[*.corp.example, api.example.com]");
    assertThat(policy.networking().ports().orElseThrow()).containsExactly(80, 443, 8443);
    assertThat(policy.networking().privateHosts().orElseThrow().names())
        .containsExactly("git.corp.example");
    assertThat(policy.managers().orElseThrow()).containsExactly("npm", "pip");
    assertThat(policy.mcp().denial(URI.create("https://a.corp.example/mcp"))).isEmpty();
    assertThat(policy.mcp().denial(URI.create("http://a.corp.example/mcp")).orElseThrow().rule())
        .isEqualTo("mcp.https_only");
    assertThat(policy.mcp().denial(URI.create("https://a.example/mcp")).orElseThrow().rule())
        .isEqualTo("mcp.hosts");
    assertThat(policy.tools().asking("bash")).contains("tools.ask.0");
    assertThat(policy.tools().asking("wiki", "look")).contains("tools.ask.1");
    assertThat(policy.tools().denial("web_search").orElseThrow().sentence())
        .isEqualTo("the operator's policy denies the tool web_search (policy rule tools.deny.0)");
    assertThat(policy.modelDenial("claude-opus-5")).isEmpty();
    assertThat(policy.modelDenial("gpt-5").orElseThrow().rule()).isEqualTo("models");
    assertThat(policy.credentialDenial("environment_variable")).isPresent();
    assertThat(policy.credentialDenial("mcp_oauth")).isEmpty();
  }

  @Test
  void whatIsNotInTheFileHasNoLimitAndAnEmptyListAllowsNothing() throws Exception {
    assertThat(read("")).isEqualTo(OperatorPolicy.NONE);
    assertThat(read("# nothing\n")).isEqualTo(OperatorPolicy.NONE);
    assertThat(read("isolation: {at_least: process}")).isEqualTo(OperatorPolicy.NONE);
    assertThat(read("models: []").modelDenial("any")).isPresent();
    var none = read("networking: {hosts: []}");
    assertThat(none.denial(HostName.of("a.example"), 443, OperatorPolicy.Opening.LISTED))
        .isPresent();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "netwerking: {} | netwerking: unknown field (FILE, line 1)",
        "networking: {host: []} | networking.host: unknown field (FILE, line 1)",
        "networking: all | networking: must be a map",
        "networking: {max: all} | networking.max: must be one of none, limited, unrestricted",
        "networking: {max: } | networking.max: field required",
        "networking: {hosts: a.example} | networking.hosts: must be an array",
        "networking: {hosts: } | networking.hosts: must be a list; [] allows nothing",
        "networking: {hosts: [\"https://a\"]} | networking.hosts: item 1 must be a host or",
        "networking: {hosts: [a.example, \"*\"]} | networking.hosts: item 2 must be a host or",
        "networking: {hosts: [7]} | networking.hosts: item 1 must be a text of",
        "networking: {hosts: [*.a]} | quote a text that begins with *",
        "networking: {ports: [0]} | networking.ports: item 1 must be a port, from 1 to 65535",
        "networking: {ports: [\"80\"]} | networking.ports: item 1 must be a port",
        "networking: {private: [10.0.0.0/33]} | networking.private: an address range must be",
        "packages: {managers: [brew]} | packages.managers: item 1 must be one of apt, cargo",
        "packages: {hosts: {}} | packages.hosts: unknown field",
        "mcp: {https_only: maybe} | mcp.https_only: must be a boolean",
        "tools: {deny: [bsh]} | tools.deny: item 1 must be a built-in tool (bash, edit,",
        "tools: {ask: [\"x*\"]} | tools.ask: item 1 must be a built-in tool",
        "isolation: {at_least: vm} | isolation.at_least: must be process",
        "credentials: {kinds: [password]} | credentials.kinds: item 1 must be one of env",
        "workspaces: {} | workspaces: is not supported by this version of Drover (FILE, line 1)",
        "quotas: {} | quotas: is unknown; limit networks by the setting network.sandbox_mib",
        "'models: [a]~models: [b]' | duplicate key models, first in line 1",
        "- a | must be a map",
      })
  void anythingElseIsRefusedWithItsPathAndLine(String yaml, String message) throws Exception {
    var path = file(yaml.replace("~", "\n"));
    assertThatThrownBy(() -> PolicyFile.read(path))
        .isInstanceOf(Problem.class)
        .hasMessageContaining(message.replace("FILE", path.toString()))
        .hasMessageContaining(path.toString());
  }

  @Test
  void theHashIsThatOfTheText() throws Exception {
    assertThat(PolicyFile.read(file("models: [a]\n")).hash())
        .isEqualTo(PolicyFile.read(file("models: [a]\n")).hash())
        .matches("[0-9a-f]{64}")
        .isNotEqualTo(PolicyFile.read(file("models: [b]\n")).hash());
  }

  @Test
  void aPolicyIsReadAgainIfItCanBe() throws Exception {
    var force = PolicyInForce.of(directory.resolve("policy.yaml"));
    assertThat(force.file()).isEqualTo(PolicyFile.NONE);
    assertThat(force.reload()).isTrue();
    file("models: [a]");
    assertThat(force.get().modelDenial("b")).isEmpty();
    assertThat(force.reload()).isTrue();
    assertThat(force.get().modelDenial("b")).isPresent();
    file("model: [c]");
    assertThat(force.reload()).isFalse();
    assertThat(force.get().modelDenial("b")).isPresent();
    Files.delete(directory.resolve("policy.yaml"));
    assertThat(force.reload()).isFalse();
    assertThat(force.get().modelDenial("b")).isPresent();
  }

  @Test
  void aPolicyThatIsNotValidIsNoPolicy() throws Exception {
    file("model: [c]");
    var force = PolicyInForce.of(directory.resolve("policy.yaml"));
    assertThatThrownBy(force::get).isInstanceOf(Problem.class);
    assertThatThrownBy(force::get).isInstanceOf(Problem.class);
  }

  @ParameterizedTest
  @CsvSource({
    "bash, bash, true",
    "bash, bas, false",
    "bash, bashx, false",
    "mcp__*, mcp__a__b, true",
    "mcp__*, mcp_, false",
    "*, '', true",
    "a*b*c, a1b2b3c, true",
    "a*b*c, abcb, false",
    "*delete, mcp__a__delete, true",
    "**, x, true",
    "A, a, false"
  })
  void patterns(String pattern, String name, boolean matches) {
    assertThat(new Glob(pattern).matches(name)).isEqualTo(matches);
  }
}
