package dev.drover.http;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// The JDK's clients, with the connections that they keep. Safe for many threads.
///
/// The JDK's client looks hosts up itself. A request that has to go to a given address therefore
/// names that address in its URL and the host in its `host` header. For https, a client per host
/// names the host in the handshake and checks the certificate against it, see [NamedTls].
final class HostClients implements AutoCloseable {
  /// The maximum number of hosts whose connections are kept. The least recently used host is
  /// dropped; its running requests are completed.
  private static final int HOSTS = 64;

  /// The key of the client for http. It is not the name of a host.
  private static final String PLAIN = "";

  private static final String RESTRICTED = "jdk.httpclient.allowRestrictedHeaders";

  static {
    // Read once, when the JDK's client is first used. This class is the only one that uses it.
    if (System.getProperty(RESTRICTED) == null) {
      System.setProperty(RESTRICTED, "host");
    }
  }

  /// The destination of a request, and the client that sends it.
  ///
  /// @param host the value of the `host` header, if it differs from the host of the URL
  record Destination(HttpClient client, URI url, Optional<String> host) {}

  private final Duration connect;
  private final SSLContext tls;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private @Nullable HttpClient named;
  private final Map<String, HttpClient> pinned = new LinkedHashMap<>(16, 0.75f, true);
  private boolean closed;

  HostClients(Duration connect, SSLContext tls) {
    this.connect = connect;
    this.tls = tls;
  }

  private HttpClient.Builder builder() {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .followRedirects(HttpClient.Redirect.NEVER)
        .connectTimeout(connect)
        .executor(threads);
  }

  /// @param address the address to connect to; empty: any address of the host
  Destination to(URI url, Optional<InetAddress> address) {
    if (address.isEmpty()) {
      return new Destination(named(), url, Optional.empty());
    }
    boolean secure = "https".equalsIgnoreCase(url.getScheme());
    var client = pinned(secure ? url.getHost().toLowerCase(Locale.ROOT) : PLAIN);
    return new Destination(client, at(url, address.get()), Optional.of(host(url)));
  }

  /// Adds the `host` header to a request.
  static void name(HttpRequest.Builder request, String host) {
    try {
      request.header("host", host);
    } catch (IllegalArgumentException e) {
      throw new IllegalStateException(
          "the JDK's HTTP client was in use before Drover's: start the JVM with -D"
              + RESTRICTED
              + "=host",
          e);
    }
  }

  private static URI at(URI url, InetAddress address) {
    var text = address.getHostAddress();
    var host = address instanceof Inet6Address ? "[" + text + "]" : text;
    var query = url.getRawQuery();
    return URI.create(
        url.getScheme()
            + "://"
            + host
            + (url.getPort() < 0 ? "" : ":" + url.getPort())
            + url.getRawPath()
            + (query == null ? "" : "?" + query));
  }

  private static String host(URI url) {
    return url.getHost().toLowerCase(Locale.ROOT) + (url.getPort() < 0 ? "" : ":" + url.getPort());
  }

  /// The client for all hosts whose addresses do not matter. It is made when it is first used: each
  /// client has a thread and open files.
  private synchronized HttpClient named() {
    if (closed) {
      throw new IllegalStateException("the client is closed");
    }
    if (named == null) {
      named = builder().sslContext(tls).build();
    }
    return named;
  }

  /// @param host the host for https; [#PLAIN] for http, where one client serves all hosts
  private synchronized HttpClient pinned(String host) {
    if (closed) {
      throw new IllegalStateException("the client is closed");
    }
    var client = pinned.computeIfAbsent(host, this::pinnedClient);
    if (pinned.size() > HOSTS) {
      var oldest = pinned.entrySet().iterator();
      oldest.next().getValue().shutdown();
      oldest.remove();
    }
    return client;
  }

  /// The client uses no proxy, because a proxy would look up the host again.
  private HttpClient pinnedClient(String host) {
    var builder = builder().proxy(HttpClient.Builder.NO_PROXY);
    if (host.equals(PLAIN)) {
      return builder.build();
    }
    var name = host.replaceFirst("\\.$", "");
    var parameters = tls.getDefaultSSLParameters();
    if (isName(name)) {
      parameters.setServerNames(List.of(new SNIHostName(name)));
    }
    return builder.sslContext(NamedTls.of(tls, name)).sslParameters(parameters).build();
  }

  /// Whether the host is a name. A handshake cannot contain an address as its server name.
  private static boolean isName(String host) {
    return !host.startsWith("[") && !host.matches("[0-9.]+");
  }

  @Override
  public void close() {
    Stream<HttpClient> all;
    synchronized (this) {
      closed = true;
      all = Stream.concat(Stream.ofNullable(named), List.copyOf(pinned.values()).stream());
    }
    all.forEach(
        client -> {
          client.shutdownNow();
          client.close();
        });
    threads.close();
  }
}
