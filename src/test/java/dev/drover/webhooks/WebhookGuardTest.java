package dev.drover.webhooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Problem;
import dev.drover.http.PrivateHosts;
import dev.drover.http.PublicOnly;
import dev.drover.http.Resolver;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class WebhookGuardTest {
  private static final Resolver NAMES =
      host ->
          switch (host) {
            case "public.example" -> new InetAddress[] {InetAddress.ofLiteral("1.1.1.1")};
            case "localhost" -> new InetAddress[] {InetAddress.ofLiteral("127.0.0.1")};
            case "inside.example" -> new InetAddress[] {InetAddress.ofLiteral("10.1.2.3")};
            case "rebound.example" ->
                new InetAddress[] {
                  InetAddress.ofLiteral("1.1.1.1"), InetAddress.ofLiteral("127.0.0.1")
                };
            default -> throw new UnknownHostException(host);
          };

  private final WebhookUrls urls =
      new WebhookUrls(
          new WebhookGuard(
              new PublicOnly(PrivateHosts.of(List.of("10.1.0.0/16")), NAMES),
              new PublicOnly(PrivateHosts.NONE, NAMES)));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://public.example/hook?a=b",
        "https://public.example:8443/",
        "https://1.1.1.1/",
        "https://inside.example/",
        "http://inside.example:8080/hook",
        "http://10.1.255.255/",
        "https://not-yet.example/"
      })
  void publicHostsAreAllowedEncryptedAndHostsOfTheOperatorInAnyWay(String url) throws Exception {
    assertThat(urls.check(url)).isEqualTo(URI.create(url));
  }

  @ParameterizedTest
  @CsvSource({
    "http://public.example/, must be an https URL",
    "http://1.1.1.1/, must be an https URL",
    "https://rebound.example/, not on the public internet",
    "https://127.0.0.1/, not on the public internet",
    "http://localhost/, not on the public internet",
    "https://169.254.169.254/latest, not on the public internet",
    "https://[::1]/, not on the public internet",
    "https://[::ffff:10.0.0.1]/, not on the public internet",
    "https://2130706433/, number",
    "https://0177.0.0.1/, number",
    "https://user@public.example/, user",
    "https://public.example/#x, fragment",
    "ftp://public.example/, scheme",
    "public.example, scheme",
    "https:///path, host",
    "https://a b/, must be an https URL",
    "'', scheme"
  })
  void everyOtherUrlIsRefusedWithAReason(String url, String reason) {
    assertThatThrownBy(() -> urls.check(url))
        .isInstanceOf(Problem.class)
        .hasMessageStartingWith("url: ")
        .hasMessageContaining(reason);
  }
}
