package dev.drover.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Json;
import dev.drover.catalog.Environment.Networking;
import dev.drover.http.Unreachable;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PolicyTest {
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
}
