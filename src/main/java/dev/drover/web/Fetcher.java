package dev.drover.web;

import dev.drover.base.ImageType;
import dev.drover.catalog.DomainRules;
import dev.drover.http.BodyStalled;
import dev.drover.http.Outbound;
import dev.drover.http.Request;
import dev.drover.http.Response;
import dev.drover.http.Unreachable;
import dev.drover.web.FetchFailed.Code;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.PushbackInputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

/// Fetches contents of the web. It follows redirects, each of which is judged like the first URL;
/// it sends no credentials and no cookies. Safe for many threads.
final class Fetcher {
  /// The most of a text that is read, in bytes; the rest is left out.
  static final int TEXT = 4 << 20;

  /// The longest other content, in bytes.
  static final int WHOLE = 10 << 20;

  private static final int REDIRECTS = 5;
  private static final Duration HEAD = Duration.ofSeconds(10);
  private static final String ACCEPT =
      "text/markdown, text/html;q=0.9, text/plain;q=0.9, application/pdf;q=0.8, image/*;q=0.7,"
          + " */*;q=0.5";

  private final Outbound outbound;
  private final String userAgent;
  private final Duration limit;

  /// @param outbound with a guard that allows only what agents may reach
  /// @param limit the maximum time for everything, redirects included
  Fetcher(Outbound outbound, String userAgent, Duration limit) {
    this.outbound = outbound;
    this.userAgent = userAgent;
    this.limit = limit;
  }

  /// @throws FetchFailed if there is no content that a model can read
  Fetched fetch(WebUrl url, DomainRules rules) throws FetchFailed, InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    var hops = new ArrayList<WebUrl>();
    var next = url;
    while (true) {
      judge(next, rules, hops.isEmpty());
      hops.add(next);
      try (var response = send(next, deadline)) {
        if (!isRedirect(response)) {
          return content(response, hops, deadline);
        }
        if (hops.size() > REDIRECTS) {
          throw failed(Code.URL_NOT_ACCESSIBLE, "more than " + REDIRECTS + " redirects");
        }
        next = target(next, response);
      }
    }
  }

  /// @param first whether the model named the URL; otherwise a server did
  static void judge(WebUrl url, DomainRules rules, boolean first) throws FetchFailed {
    if (!rules.permit(url.host(), url.path())) {
      throw failed(
          Code.URL_NOT_ALLOWED,
          (first ? "" : "a redirect leads to " + url + ", and ")
              + "the domain "
              + url.host()
              + " is not allowed for this agent");
    }
  }

  private Response send(WebUrl url, long deadline) throws FetchFailed, InterruptedException {
    var request =
        Request.of("GET", url.uri())
            .with("user-agent", userAgent)
            .with("accept", ACCEPT)
            .with("accept-encoding", "gzip, deflate");
    long left = deadline - System.nanoTime();
    try {
      return outbound.send(request, left < HEAD.toNanos() ? Duration.ofNanos(left) : HEAD);
    } catch (Unreachable e) {
      var code =
          e.why() == Unreachable.Why.FORBIDDEN ? Code.URL_NOT_ALLOWED : Code.URL_NOT_ACCESSIBLE;
      throw failed(code, url.host() + ": " + e.what());
    }
  }

  private static boolean isRedirect(Response response) {
    return switch (response.status()) {
      case 301, 302, 303, 307, 308 -> response.header("location").isPresent();
      default -> false;
    };
  }

  private static WebUrl target(WebUrl from, Response response) throws FetchFailed {
    return from.resolve(response.header("location").orElse(""))
        .orElseThrow(
            () ->
                failed(
                    Code.URL_NOT_ACCESSIBLE,
                    "a redirect leads to an address that is not an http or https URL"));
  }

  private static Fetched content(Response response, List<WebUrl> hops, long deadline)
      throws FetchFailed, InterruptedException {
    if (response.status() == 429) {
      throw failed(Code.TOO_MANY_REQUESTS, "the server answered 429: too many requests");
    }
    if (response.status() < 200 || response.status() > 299) {
      throw failed(Code.URL_NOT_ACCESSIBLE, "the server answered " + response.status());
    }
    var media = Media.of(response.header("content-type").orElse(""));
    if (media.kind() == Media.Kind.OTHER) {
      throw failed(
          Code.UNSUPPORTED_CONTENT_TYPE,
          "contents of type " + shown(media.name()) + " cannot be read");
    }
    try (var body = inflated(response, deadline)) {
      return read(body, media, hops, isStorable(response));
    } catch (InterruptedIOException _) {
      Thread.interrupted(); // the exception says it
      throw new InterruptedException();
    } catch (BodyStalled e) {
      throw failed(Code.URL_NOT_ACCESSIBLE, "the content did not arrive in time");
    } catch (IOException e) {
      throw failed(Code.URL_NOT_ACCESSIBLE, "the content is damaged, or was cut off");
    }
  }

  private static Fetched read(InputStream body, Media media, List<WebUrl> hops, boolean storable)
      throws IOException, FetchFailed {
    var start = body.readNBytes(1024);
    boolean whole = isReadWhole(media.kind(), start);
    int most = whole ? WHOLE : TEXT;
    var rest = body.readNBytes(most - start.length);
    boolean cut = body.read() >= 0;
    if (whole && cut) {
      throw failed(Code.CONTENT_TOO_LARGE, "the content is larger than " + (WHOLE >> 20) + " MiB");
    }
    var bytes = new byte[start.length + rest.length];
    System.arraycopy(start, 0, bytes, 0, start.length);
    System.arraycopy(rest, 0, bytes, start.length, rest.length);
    return new Fetched(hops, media, bytes, cut, storable);
  }

  private static boolean isReadWhole(Media.Kind kind, byte[] start) {
    return switch (kind) {
      case PDF, IMAGE -> true;
      case UNKNOWN -> ImageType.of(start).isPresent() || Conversion.isPdf(start);
      default -> false;
    };
  }

  /// The body without its encoding. It is never longer on the wire than any content may be.
  private static InputStream inflated(Response response, long deadline)
      throws IOException, FetchFailed {
    var wire = new WireBody(response.body(), deadline, WHOLE + 1L);
    var coding = String.join(",", response.headers("content-encoding")).strip();
    return switch (coding.toLowerCase(Locale.ROOT)) {
      case "", "identity" -> wire;
      case "gzip", "x-gzip" -> new GZIPInputStream(wire, 16 * 1024);
      case "deflate" -> deflated(wire);
      default ->
          throw failed(
              Code.UNSUPPORTED_CONTENT_TYPE, "the content has an encoding that was not asked for");
    };
  }

  /// Some servers send the bare stream, others the one with the header of zlib.
  private static InputStream deflated(InputStream wire) throws IOException {
    var body = new PushbackInputStream(wire, 2);
    var head = body.readNBytes(2);
    body.unread(head);
    boolean zlib =
        head.length == 2
            && (head[0] & 0x0f) == 8
            && ((head[0] & 0xff) << 8 | (head[1] & 0xff)) % 31 == 0;
    return new InflaterInputStream(body, new Inflater(!zlib), 16 * 1024);
  }

  private static boolean isStorable(Response response) {
    return response.status() == 200
        && response.headers("cache-control").stream()
            .noneMatch(value -> value.toLowerCase(Locale.ROOT).contains("no-store"));
  }

  private static String shown(String type) {
    return type.matches("[a-z0-9.+/_-]{1,100}") ? type : "an unknown form";
  }

  private static FetchFailed failed(Code code, String message) {
    return new FetchFailed(code, message);
  }
}
