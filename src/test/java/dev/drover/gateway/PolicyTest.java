package dev.drover.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Json;
import dev.drover.catalog.Environment.Networking;
import dev.drover.http.HostName;
import dev.drover.http.Unreachable;
import dev.drover.policy.OperatorPolicy;
import dev.drover.policy.PolicyFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PolicyTest {
  @TempDir private static Path directory;

  private static final NetworkRules RULES =
      new NetworkRules(Set.of(8443, 587), List.of("registry.example", "*.mirror.example"));
  private static final Policy UNRESTRICTED = new Policy(new Networking.Unrestricted(), RULES);

  private static Policy limited(boolean packages, String... hosts) {
    return new Policy(new Networking.Limited(List.of(hosts), true, packages), RULES);
  }

  private static String verdict(Policy policy, String authority) throws Unreachable {
    return switch (policy.judge(Destination.of(authority, 443))) {
      case Verdict.Allowed(var rule) -> rule;
      case Verdict.Refused(var reason, var _) -> reason.name();
    };
  }

  @ParameterizedTest
  @CsvSource({
    "api.example, true",
    "API.example, true",
    "b.example, false",
    "a.corp.example, true",
    "*.corp.example, true",
    "*.a.corp.example, true",
    "*.example, true",
    "*.api.example, false",
    "registry.example, true",
    "other.test, false",
  })
  void anEntryIsReachedIfSomeHostIs(String entry, boolean reached) {
    assertThat(limited(true, "api.example", "*.corp.example").reaches(entry)).isEqualTo(reached);
    assertThat(UNRESTRICTED.reaches(entry)).isTrue();
    assertThat(new Policy(new Networking.Other(Json.EMPTY), RULES).reaches(entry)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "api.example, allowed_hosts",
    "API.Example., allowed_hosts",
    "api.example:80, allowed_hosts",
    "api.example:8443, allowed_hosts",
    "api.example:8080, PORT",
    "api.example:22, PORT",
    "x.api.example, HOST",
    "example, HOST",
    "api.example.evil.example, HOST",
    "evilapi.example, HOST",
    "a.corp.example, allowed_hosts",
    "a.b.corp.example, allowed_hosts",
    "corp.example, HOST",
    "notcorp.example, HOST",
    "a.corp.example.evil.example, HOST",
    "upper.example, allowed_hosts",
    "93.184.215.14, allowed_hosts",
    "93.184.215.15, HOST",
    "[2606:2800:21f:cb07:6820:80da:af6b:8b2c]:443, HOST",
    "registry.example, HOST",
    "localhost, HOST"
  })
  void aLimitedEnvironmentAllowsItsHostsExactlyAndBelowItsWildcards(String asked, String expected)
      throws Exception {
    var policy = limited(false, "api.example", "*.corp.example", "Upper.Example", "93.184.215.14");
    assertThat(verdict(policy, asked)).isEqualTo(expected);
  }

  @Test
  void packageManagersReachTheirRegistriesIfTheEnvironmentAllowsIt() throws Exception {
    assertThat(verdict(limited(true), "registry.example")).isEqualTo("package_managers");
    assertThat(verdict(limited(true), "deb.mirror.example:80")).isEqualTo("package_managers");
    assertThat(verdict(limited(true), "registry.example:22")).isEqualTo("PORT");
    assertThat(verdict(limited(true), "api.example")).isEqualTo("HOST");
    assertThat(verdict(limited(true, "registry.example"), "registry.example"))
        .isEqualTo("allowed_hosts");
  }

  @Test
  void anUnrestrictedEnvironmentAllowsEveryHostAndPortButThoseOfMail() throws Exception {
    assertThat(verdict(UNRESTRICTED, "any.example:8080")).isEqualTo("unrestricted");
    assertThat(verdict(UNRESTRICTED, "[2a00::1]:1")).isEqualTo("unrestricted");
    assertThat(verdict(UNRESTRICTED, "any.example:65535")).isEqualTo("unrestricted");
    assertThat(verdict(UNRESTRICTED, "mail.example:25")).isEqualTo("PORT");
    assertThat(verdict(UNRESTRICTED, "mail.example:465")).isEqualTo("PORT");
    assertThat(verdict(UNRESTRICTED, "mail.example:587")).isEqualTo("unrestricted");
  }

  @Test
  void anEmptyListAndAKindOfANewerVersionAllowNothing() throws Exception {
    var newer = new Policy(new Networking.Other(Json.obj("type", "private")), RULES);
    assertThat(verdict(limited(false), "api.example")).isEqualTo("HOST");
    assertThat(verdict(newer, "api.example")).isEqualTo("HOST");
    assertThat(List.of(limited(false), newer)).noneMatch(Policy::opensAnything);
    assertThat(List.of(limited(true), limited(false, "a"), UNRESTRICTED))
        .allMatch(Policy::opensAnything);
  }

  @Test
  void aRefusalSaysWhatIsAllowed() throws Exception {
    var many = IntStream.range(0, 11).mapToObj(i -> "h" + i + ".example").toArray(String[]::new);
    assertThat(words(limited(true, "api.example", "*.corp.example"), "evil.example"))
        .isEqualTo(
            "evil.example:443 was refused: it is not in this environment's allowed hosts"
                + " (api.example, *.corp.example, package registries). Do not retry; tell the user"
                + " if it is needed");
    assertThat(words(limited(false), "evil.example")).contains("allowed hosts (none)");
    assertThat(words(limited(false, many), "evil.example"))
        .contains("h7.example, 3 more)")
        .doesNotContain("h8.example");
    assertThat(words(limited(false, "api.example"), "api.example:22"))
        .contains("port 22 may not be used");
  }

  private static String words(Policy policy, String authority) throws Unreachable {
    return ((Verdict.Refused) policy.judge(Destination.of(authority, 443))).words();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ":443",
        "api.example:",
        "api.example:0",
        "api.example:080",
        "api.example:+80",
        "api.example:65536",
        "api.example:99999999999",
        "api.example:80:80",
        "api.example:80 ",
        "api.example :80",
        " api.example",
        "api.example\t",
        "api.example\0",
        "user@api.example:443",
        "http://api.example",
        "//api.example",
        "api.example/path",
        "api.example?x",
        "api.example#x",
        "127.0.0.1#@api.example",
        "127.0.0.1\\@api.example",
        "127%2e0%2e0%2e1",
        "%31%32%37.0.0.1",
        "１２７.0.0.1",
        "①27.0.0.1",
        "127。0。0。1",
        "ü.example",
        "127.1",
        "127.0.1",
        "2130706433",
        "0x7f000001",
        "0x7f.0.0.1",
        "0177.0.0.1",
        "017700000001",
        "00127.0.0.1",
        "127.00.0.1",
        "127.0.0.1.",
        "0",
        "0251.0376.0251.0376",
        "0xa9fea9fe",
        "::1",
        "::1:443",
        "[::1",
        "[::1]443",
        "[::1]:",
        "[::g]:1",
        "[127.0.0.1",
        "[127.0.0.1]",
        "[]",
        "*",
        "*.corp.example",
        "a..example",
        "-a.example",
        "a_b.example"
      })
  void aTargetThatCanBeReadInMoreThanOneWayIsNone(String authority) {
    assertThatThrownBy(() -> Destination.of(authority, 443))
        .isInstanceOfSatisfying(
            Unreachable.class, e -> assertThat(e.why()).isEqualTo(Unreachable.Why.FORBIDDEN));
  }

  @Test
  void aTargetIsShownInItsUsualForm() throws Exception {
    assertThat(Destination.of("API.example.", 80)).hasToString("api.example:80");
    assertThat(Destination.of("[2A00::1]:8443", 80)).hasToString("[2a00::1]:8443");
  }

  private static Policy under(Networking networking, String yaml) throws Exception {
    var cap = PolicyFile.read(Files.writeString(directory.resolve("policy.yaml"), yaml)).policy();
    return new Policy(
        networking, new NetworkRules(Set.of(8443), List.of("registry.example"), Set.of(), cap));
  }

  @Test
  void theOperatorsPolicyLimitsWhatEveryEnvironmentAllows() throws Exception {
    var open = new Networking.Unrestricted();
    var listed =
        new Networking.Limited(List.of("api.example", "a.corp.example", "8.8.8.8"), true, true);

    var none = under(open, "networking: {max: none}");
    assertThat(none.opensAnything()).isFalse();
    assertThat(none.isUnrestricted()).isFalse();
    assertThat(verdict(none, "api.example")).isEqualTo("HOST");
    assertThat(under(listed, "networking: {max: none}").opensAnything()).isFalse();
    assertThat(verdict(under(listed, "networking: {max: none}"), "api.example")).isEqualTo("HOST");

    var limited = under(open, "networking: {max: limited}");
    assertThat(limited.opensAnything()).isFalse();
    assertThat(verdict(limited, "api.example")).isEqualTo("HOST");
    assertThat(verdict(under(listed, "networking: {max: limited}"), "api.example"))
        .isEqualTo("allowed_hosts");

    var hosts = "networking: {max: limited, hosts: [\"*.corp.example\", registry.example]}";
    assertThat(under(open, hosts).opensAnything()).isTrue();
    assertThat(under(open, hosts).isUnrestricted()).isFalse();
    assertThat(verdict(under(open, hosts), "b.corp.example")).isEqualTo("unrestricted");
    assertThat(verdict(under(open, hosts), "api.example")).isEqualTo("HOST");
    assertThat(verdict(under(listed, hosts), "a.corp.example")).isEqualTo("allowed_hosts");
    assertThat(verdict(under(listed, hosts), "b.corp.example")).isEqualTo("HOST");
    assertThat(verdict(under(listed, hosts), "8.8.8.8")).isEqualTo("HOST");
    assertThat(verdict(under(listed, hosts), "registry.example")).isEqualTo("package_managers");

    var corp = "networking: {hosts: [\"*.corp.example\"]}";
    assertThat(verdict(under(listed, corp), "registry.example")).isEqualTo("HOST");
    var managers = corp + "\npackages: {managers: [pip]}";
    assertThat(verdict(under(listed, managers), "registry.example")).isEqualTo("package_managers");

    var ports = under(open, "networking: {ports: [443]}");
    assertThat(verdict(ports, "api.example")).isEqualTo("unrestricted");
    assertThat(verdict(ports, "api.example:80")).isEqualTo("PORT");
    assertThat(verdict(under(listed, "networking: {ports: [443]}"), "api.example:8443"))
        .isEqualTo("PORT");
    assertThat(under(listed, "networking: {ports: [80]}").judge(HostName.of("api.example")))
        .isEqualTo(new Verdict.Allowed("allowed_hosts"));
    assertThat(under(open, "networking: {ports: [8080]}").judge(HostName.of("api.example")))
        .isEqualTo(new Verdict.Allowed("unrestricted"));
    assertThat(under(listed, "networking: {ports: [22]}").judge(HostName.of("api.example")))
        .isInstanceOf(Verdict.Refused.class);
    assertThat(ports.judge(Destination.of("api.example:80", 443)))
        .isEqualTo(
            new Verdict.Refused(
                Verdict.Reason.PORT,
                "api.example:80 was refused: the operator's policy does not allow the port 80"
                    + " (policy rule networking.ports). Do not retry; tell the user if it is"
                    + " needed"));
  }

  @Test
  void aChangeOfThePolicyHoldsForTheNextConnection() throws Exception {
    var now = new AtomicReference<>(NetworkRules.NONE);
    var policy = new Policy(new Networking.Unrestricted(), now::get);
    assertThat(verdict(policy, "api.example")).isEqualTo("unrestricted");
    var file = Files.writeString(directory.resolve("policy.yaml"), "networking: {max: none}");
    now.set(new NetworkRules(Set.of(), List.of(), Set.of(), PolicyFile.read(file).policy()));
    assertThat(verdict(policy, "api.example")).isEqualTo("HOST");
  }

  @Test
  void onlyRegistriesMayUseThePortsOfMirrors() throws Exception {
    var rules =
        new NetworkRules(Set.of(), List.of("mirror.example"), Set.of(8081), OperatorPolicy.NONE);
    var policy = new Policy(new Networking.Limited(List.of("api.example"), false, true), rules);
    assertThat(verdict(policy, "mirror.example:8081")).isEqualTo("package_managers");
    assertThat(verdict(policy, "mirror.example:8082")).isEqualTo("PORT");
    assertThat(verdict(policy, "api.example:8081")).isEqualTo("PORT");
    var without = new Policy(new Networking.Limited(List.of(), false, false), rules);
    assertThat(verdict(without, "mirror.example:8081")).isEqualTo("HOST");
  }
}
