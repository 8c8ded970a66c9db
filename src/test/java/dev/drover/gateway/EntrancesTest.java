package dev.drover.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Problem;
import dev.drover.catalog.Environment.Networking;
import dev.drover.gateway.Entrances.Entrance;
import dev.drover.http.PrivateHosts;
import dev.drover.http.PublicOnly;
import dev.drover.http.Resolver;
import dev.drover.testing.PrivateSpellings;
import dev.drover.testing.WebSite;
import dev.drover.webhooks.WebhookGuard;
import dev.drover.webhooks.WebhookUrls;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Every way to write an address that is not public, at every place where something from outside
/// names a host: nothing reaches the listener on 127.0.0.1 unless the operator has opened it. A web
/// site on 127.0.0.2 plays the servers that may be reached.
@Timeout(60)
final class EntrancesTest {
  private static final String LOOPBACK = "127.0.0.1";
  private static final Networking ANY = new Networking.Unrestricted();

  private final WebSite site = new WebSite();

  @AfterEach
  void close() {
    site.close();
  }

  /// @param opened what the operator allows of the networks of this machine
  private Entrances open(Networking networking, Resolver names, List<String> opened)
      throws IOException {
    return new Entrances(
        networking,
        new PublicOnly(PrivateHosts.of(opened), names),
        new PublicOnly(PrivateHosts.NONE, names),
        site.port());
  }

  @ParameterizedTest
  @EnumSource(Entrance.class)
  void noSpellingLeadsToAnAddressThatIsNotPublic(Entrance entrance) throws Exception {
    try (var entrances = open(ANY, PrivateSpellings::lookUp, List.of())) {
      for (var host : PrivateSpellings.all()) {
        entrances.enter(entrance, host, site.port());
        assertThat(entrances.admitted()).as(host).isEmpty();
      }
    }
    assertThat(site.strays()).isZero();
    assertThat(site.requests()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Entrance.class)
  void whatTheOperatorOpensIsReachedThroughTheSameEntrance(Entrance entrance) throws Exception {
    try (var entrances = open(ANY, PrivateSpellings::lookUp, List.of(LOOPBACK))) {
      for (var host : List.of(LOOPBACK, "loopback.example", "LOOPBACK.example.")) {
        entrances.enter(entrance, host, site.port());
        assertThat(site.strays()).as(host).isPositive();
      }
      assertThat(entrances.admitted()).containsOnly(LOOPBACK);
    }
  }

  @ParameterizedTest
  @EnumSource(Entrance.class)
  void whatIsBesideAnOpenedHostStaysClosed(Entrance entrance) throws Exception {
    var opened = List.of("127.0.0.2/31", "10.20.0.0/16", "169.254.0.0/16", "::2", "opened.example");
    var closed =
        List.of(
            LOOPBACK,
            "127.0.0.4",
            "10.19.255.255",
            "10.21.0.0",
            "169.254.169.254",
            "[::1]",
            "[::3]",
            "[::ffff:127.0.0.1]",
            "a.opened.example",
            "not-opened.example",
            "opened.example.public.example",
            "example");
    Resolver names = _ -> new InetAddress[] {InetAddress.ofLiteral(LOOPBACK)};
    try (var entrances = open(ANY, names, opened)) {
      for (var host : closed) {
        entrances.enter(entrance, host, site.port());
        assertThat(entrances.admitted()).as(host).isEmpty();
      }
      assertThat(site.strays()).isZero();
      entrances.enter(entrance, "opened.example", site.port());
      assertThat(site.strays()).isPositive();
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Entrance.class,
      names = {"CONNECT", "PROXY", "SOCKS", "HOST_HEADER", "SERVER_NAME", "MCP_SERVER"})
  void anEnvironmentThatListsAHostDoesNotOpenItsAddress(Entrance entrance) throws Exception {
    var listed =
        List.of(
            LOOPBACK, "[::1]", "169.254.169.254", "localhost", "private.example", "mixed.example");
    var limited = new Networking.Limited(listed, true, true);
    try (var entrances = open(limited, PrivateSpellings::lookUp, List.of())) {
      for (var host : listed) {
        entrances.enter(entrance, host, site.port());
        assertThat(entrances.admitted()).as(host).isEmpty();
      }
    }
    try (var entrances = open(limited, PrivateSpellings::lookUp, List.of(LOOPBACK))) {
      entrances.enter(entrance, "localhost", site.port());
      assertThat(entrances.admitted()).containsOnly(LOOPBACK);
    }
  }

  @ParameterizedTest
  @EnumSource(Entrance.class)
  void theAddressThatWasJudgedIsTheOneConnectedTo(Entrance entrance) throws Exception {
    var lookups = new AtomicInteger();
    Resolver rebinding =
        _ -> {
          var address = lookups.getAndIncrement() % 2 == 0 ? WebSite.ADDRESS : LOOPBACK;
          return new InetAddress[] {InetAddress.ofLiteral(address)};
        };
    try (var entrances = open(ANY, rebinding, List.of(WebSite.ADDRESS))) {
      for (int i = 0; i < 4; i++) {
        entrances.enter(entrance, "www.example", site.port());
      }
      assertThat(entrances.admitted()).isNotEmpty().containsOnly(WebSite.ADDRESS);
    }
    assertThat(lookups.get()).isGreaterThan(3);
    assertThat(site.strays()).isZero();
  }

  @ParameterizedTest
  @EnumSource(
      value = Entrance.class,
      names = {"REPOSITORY", "MCP_SERVER", "CREDENTIAL", "TOKEN_ENDPOINT", "WEBHOOK", "WEB_FETCH"})
  void noRedirectLeadsToAnAddressThatIsNotPublic(Entrance entrance) throws Exception {
    Resolver names =
        host -> host.equals("www.example") ? WebSite.lookUp(host) : PrivateSpellings.lookUp(host);
    var all = PrivateSpellings.all();
    try (var entrances = open(ANY, names, List.of(WebSite.ADDRESS))) {
      for (var host : all) {
        var location = Map.of("location", "http://" + host + ":" + site.port() + "/");
        site.answers(Entrances.PATH, 307, location, "");
        site.answers(Entrances.GIT_PATH, 307, location, "");
        entrances.enter(entrance, "www.example", site.port());
      }
      assertThat(entrances.admitted()).isNotEmpty().containsOnly(WebSite.ADDRESS);
    }
    assertThat(site.requests()).hasSizeGreaterThanOrEqualTo(all.size());
    assertThat(site.strays()).isZero();
  }

  @Test
  void theBytesOfAnAddressAreJudgedToo() throws Exception {
    var addresses =
        List.of(
            "7f000001",
            "00000000",
            "0a000001",
            "a9fea9fe",
            "00000000000000000000000000000001",
            "00000000000000000000ffff7f000001",
            "0000000000000000000000007f000001",
            "0064ff9b00000000000000007f000001",
            "20027f00000100000000000000000000",
            "fe800000000000000000000000000001",
            "fd000ec2000000000000000000000254");
    try (var entrances = open(ANY, PrivateSpellings::lookUp, List.of())) {
      for (var hex : addresses) {
        entrances.socksAddress(hex, site.port());
        assertThat(entrances.admitted()).as(hex).isEmpty();
      }
    }
    assertThat(site.strays()).isZero();
    try (var entrances = open(ANY, PrivateSpellings::lookUp, List.of(LOOPBACK))) {
      entrances.socksAddress("7f000001", site.port());
      assertThat(site.strays()).isPositive();
    }
  }

  @Test
  void noSpellingIsTheUrlOfAWebhookEndpoint() {
    var guard = new PublicOnly(PrivateHosts.NONE, PrivateSpellings::lookUp);
    var urls = new WebhookUrls(new WebhookGuard(guard, guard));
    for (var host : PrivateSpellings.all()) {
      assertThatThrownBy(() -> urls.check("https://" + host + "/hook"))
          .as(host)
          .isInstanceOf(Problem.class);
    }
  }
}
