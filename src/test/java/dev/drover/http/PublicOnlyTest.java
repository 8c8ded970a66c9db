package dev.drover.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Problem;
import dev.drover.testing.PrivateSpellings;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PublicOnlyTest {
  /// Looks nothing up, so that a host that reaches it was not refused by its form.
  private static final Guard FORMS =
      new PublicOnly(
          PrivateHosts.NONE,
          host -> {
            throw new UnknownHostException(host);
          });

  private static Guard resolving(String... addresses) {
    return new PublicOnly(
        PrivateHosts.NONE,
        _ -> Stream.of(addresses).map(InetAddress::ofLiteral).toArray(InetAddress[]::new));
  }

  private static void refused(Guard guard, String url) {
    assertThatThrownBy(() -> guard.admit(new URI(url)))
        .as(url)
        .isInstanceOfSatisfying(
            Unreachable.class, e -> assertThat(e.why()).isEqualTo(Unreachable.Why.FORBIDDEN));
  }

  static Stream<String> hosts() {
    return PrivateSpellings.and(
        "256.256.256.256",
        "1.2.3",
        "1.2.3.4.5",
        "example.1",
        "example.0x7f",
        "ü.example",
        "user:password@public.example",
        "public.example:0",
        "public.example:65536",
        "public..example",
        "-public.example",
        "pub_lic.example");
  }

  @ParameterizedTest
  @MethodSource("hosts")
  void aHostThatIsNotPublicOrNotPlainIsRefusedWithoutALookup(String host) {
    for (var scheme : List.of("http", "https", "HTTP")) {
      URI url;
      try {
        url = new URI(scheme + "://" + host + "/path");
      } catch (URISyntaxException _) {
        continue; // no URL at all
      }
      refused(FORMS, url.toString());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "file:///etc/passwd",
        "gopher://public.example/",
        "jar:http://public.example!/x",
        "ftp://public.example/",
        "http:127.0.0.1",
        "http:/127.0.0.1",
        "//127.0.0.1/",
        "/path",
        "mailto:a@public.example"
      })
  void aUrlOfAnotherKindIsRefused(String url) {
    refused(FORMS, url);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.1.2.3",
        "10.0.0.1",
        "10.255.255.255",
        "100.64.0.1",
        "100.127.255.255",
        "127.0.0.1",
        "127.0.0.2",
        "169.254.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.1",
        "192.0.0.192",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "168.63.129.16",
        "::",
        "::1",
        "::ffff:192.168.0.1",
        "::10.0.0.1",
        "64:ff9b::a00:1",
        "100::1",
        "2001:0:1::1",
        "2001:db8::1",
        "2002:a00:1::1",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fd12:3456::1",
        "fd20:ce::254",
        "fe80::1",
        "fec0::1",
        "ff02::1"
      })
  void aNameWithSuchAnAddressIsRefusedAlsoBesideAPublicOne(String address) {
    refused(resolving(address), "https://name.example/");
    refused(resolving("93.184.215.14", address), "https://name.example/");
    refused(resolving(address, "93.184.215.14"), "https://name.example/");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1.1.1.1",
        "9.255.255.255",
        "11.0.0.0",
        "93.184.215.14",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.1",
        "172.15.255.255",
        "172.32.0.0",
        "192.167.255.255",
        "192.169.0.0",
        "223.255.255.255",
        "2001:200::1",
        "2606:2800:21f:cb07:6820:80da:af6b:8b2c",
        "2a00::1"
      })
  void aPublicAddressIsTheOneToConnectTo(String address) throws Exception {
    var literal = InetAddress.ofLiteral(address);
    assertThat(resolving(address, "1.1.1.1").admit(URI.create("https://name.example:8443/x")))
        .hasValue(literal);
    var host = address.contains(":") ? "[" + address + "]" : address;
    assertThat(FORMS.admit(URI.create("http://" + host + ":1/"))).hasValue(literal);
  }

  @ParameterizedTest
  @CsvSource({
    "Name.Example, name.example",
    "name.example., name.example",
    "xn--nxasmq6b.example, xn--nxasmq6b.example",
    "localhost, localhost",
    "1.example, 1.example",
    "a1, a1"
  })
  void aNameIsLookedUpOnceInItsPlainForm(String host, String name) throws Exception {
    var asked = new ArrayList<String>();
    var guard =
        new PublicOnly(
            PrivateHosts.NONE,
            looked -> {
              asked.add(looked);
              return new InetAddress[] {InetAddress.ofLiteral("1.1.1.1")};
            });
    guard.admit(URI.create("https://" + host + "/"));
    assertThat(asked).containsExactly(name);
  }

  @Test
  void whatTheOperatorOpenedIsAllowedAndNothingBesideIt() throws Exception {
    var guard =
        new PublicOnly(
            PrivateHosts.of(List.of("10.20.0.0/16", "fd00::/8")), _ -> new InetAddress[0]);
    assertThat(guard.admit(URI.create("http://10.20.255.1/"))).isPresent();
    assertThat(guard.admit(URI.create("http://[fd12::1]/"))).isPresent();
    refused(guard, "http://10.21.0.1/");
    refused(guard, "http://[fc00::1]/");
  }

  @Test
  void aMetadataServerIsOpenedByItsOwnAddressAlone() throws Exception {
    var url = URI.create("http://169.254.169.254/latest/meta-data");
    refused(opened("169.254.0.0/16"), url.toString());
    refused(opened("0.0.0.0/0"), url.toString());
    refused(opened("169.254.169.254/31"), url.toString());
    assertThat(opened("169.254.169.254").admit(url)).isPresent();
    assertThat(opened("169.254.169.254/32").admit(url)).isPresent();
  }

  private static Guard opened(String range) {
    return new PublicOnly(PrivateHosts.of(List.of(range)), _ -> new InetAddress[0]);
  }

  @Test
  void aNameThatTheOperatorOpenedMayHaveAnyAddressButAMetadataServers() throws Exception {
    var opened = PrivateHosts.of(List.of("Git.Corp.example"));
    Resolver own = _ -> new InetAddress[] {InetAddress.ofLiteral("127.0.0.1")};
    var guard = new PublicOnly(opened, own);
    assertThat(guard.admit(URI.create("http://git.corp.example./"))).isPresent();
    refused(guard, "http://a.git.corp.example/");
    refused(guard, "http://corp.example/");
    Resolver metadata = _ -> new InetAddress[] {InetAddress.ofLiteral("169.254.169.254")};
    refused(new PublicOnly(opened, metadata), "http://git.corp.example/");
  }

  @Test
  void whatTheOperatorOpenedStaysOpenOnlyWithinTheCapOfTheMoment() throws Exception {
    var cap = new AtomicReference<>(Optional.<PrivateHosts>empty());
    Resolver own = _ -> new InetAddress[] {InetAddress.ofLiteral("10.20.0.1")};
    var opened = PrivateHosts.of(List.of("10.0.0.0/8", "git.corp.example"));
    var guard = new PublicOnly(opened, cap::get, own);
    var url = URI.create("http://git.corp.example/");
    assertThat(guard.admit(url)).isPresent();
    cap.set(Optional.of(PrivateHosts.of(List.of("10.20.0.0/16"))));
    assertThat(guard.admit(url)).isPresent();
    cap.set(Optional.of(PrivateHosts.of(List.of("10.21.0.0/16", "hub.corp.example"))));
    refused(guard, url.toString());
    cap.set(Optional.of(PrivateHosts.NONE));
    refused(guard, url.toString());
    var wider = Optional.of(PrivateHosts.of(List.of("127.0.0.0/8")));
    refused(new PublicOnly(opened, () -> wider, own), "http://127.0.0.1/");
  }

  @ParameterizedTest
  @ValueSource(strings = {"*.corp.example", "127.1", "a b", "http://corp.example", "", "corp:80"})
  void whatTheOperatorOpensIsAnAddressARangeOrAName(String entry) {
    assertThatThrownBy(() -> PrivateHosts.of(List.of(entry))).isInstanceOf(Problem.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        " public.example",
        "\tpublic.example",
        "public.example\0",
        "127.0.0.1\0.public.example",
        "public.example\n",
        "127.0.0.1#@public.example",
        "127.0.0.1\\@public.example",
        "public@127.0.0.1",
        "//127.0.0.1",
        "127%2e0%2e0%2e1",
        "::1",
        "[::1",
        "[::1]]",
        "[127.0.0.1]x",
        "localhost:80",
        "*.example"
      })
  void aHostFromAConnectionIsReadAsStrictlyAsThatOfAUrl(String host) {
    assertThatThrownBy(() -> HostName.of(host)).isInstanceOf(Unreachable.class);
  }

  @Test
  void theMachinesOwnAddressesAreRefused() throws Exception {
    for (var own : NetworkInterface.networkInterfaces().toList()) {
      for (var address : own.inetAddresses().toList()) {
        var text = address.getHostAddress().replaceFirst("%.*", "");
        refused(resolving(text), "https://name.example/");
      }
    }
  }

  @Test
  void aNameWithoutAnAddressIsUnknown() {
    assertThatThrownBy(() -> FORMS.admit(URI.create("https://name.example/")))
        .isInstanceOfSatisfying(
            Unreachable.class, e -> assertThat(e.why()).isEqualTo(Unreachable.Why.UNKNOWN_HOST));
    assertThatThrownBy(() -> resolving().admit(URI.create("https://name.example/")))
        .hasMessage("unknown host");
  }

  @Test
  void lookupsThatNeverEndAreGivenUpAndBounded() throws Exception {
    var end = new CountDownLatch(1);
    var begun = new CountDownLatch(Lookups.AT_ONCE);
    Resolver stuck =
        host -> {
          begun.countDown();
          try {
            end.await();
          } catch (InterruptedException _) {
            // as an end
          }
          throw new UnknownHostException(host);
        };
    var guard = new PublicOnly(PrivateHosts.NONE, stuck, Duration.ofMillis(5));
    for (int i = 0; i < Lookups.AT_ONCE; i++) {
      assertThatThrownBy(() -> guard.admit(URI.create("https://name.example/")))
          .hasMessageContaining("not found within");
    }
    begun.await();
    assertThatThrownBy(() -> guard.admit(URI.create("https://name.example/")))
        .hasMessageContaining("too many");
    end.countDown();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "10.0.0.0/33",
        "10.0.0.0/-1",
        "10.0.0.0/x",
        "10/8",
        "name",
        "::/129",
        "010.0.0.0/8"
      })
  void whatIsNoRangeIsRefused(String text) {
    assertThatThrownBy(() -> AddressRange.of(text)).isInstanceOf(Problem.class);
  }
}
