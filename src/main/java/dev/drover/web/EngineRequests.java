package dev.drover.web;

import dev.drover.base.Json;
import dev.drover.http.Outbound;
import dev.drover.http.Request;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jsoup.Jsoup;

/// Requests to the operator's search engine, and what is common to the answers of all engines.
record EngineRequests(Outbound outbound, String userAgent) {
  private static final Duration HEAD = Duration.ofSeconds(10);
  private static final Duration CHUNK = Duration.ofSeconds(10);
  private static final int MOST = 2 << 20;

  /// Gets a JSON object.
  ///
  /// @throws IOException if the server does not answer with one
  Json.Obj get(URI base, Map<String, String> query, Map<String, String> headers)
      throws IOException, InterruptedException {
    var words =
        query.entrySet().stream()
            .map(entry -> entry.getKey() + "=" + encoded(entry.getValue()))
            .collect(Collectors.joining("&"));
    var own = base.getRawQuery();
    var url = URI.create(base + (own == null ? "?" : "&") + words);
    var request =
        Request.of("GET", url).with("accept", "application/json").with("user-agent", userAgent);
    for (var header : headers.entrySet()) {
      request = request.with(header.getKey(), header.getValue());
    }
    try (var response = outbound.send(request, HEAD)) {
      if (response.status() != 200) {
        throw new IOException("it answered " + response.status());
      }
      var text = response.body().text(CHUNK, MOST);
      return Json.parse(text) instanceof Json.Obj object ? object : Json.EMPTY;
    } catch (Json.Malformed e) {
      throw new IOException("its answer is not JSON", e);
    }
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  /// @param snippet and `age` the fields of a hit that hold them
  static List<SearchHit> hits(List<Json> results, int most, String snippet, String age) {
    return results.stream()
        .flatMap(
            result ->
                result instanceof Json.Obj hit
                    ? hit(hit, text(hit, snippet), text(hit, age)).stream()
                    : Stream.empty())
        .limit(most)
        .toList();
  }

  private static Optional<SearchHit> hit(Json.Obj hit, String snippet, String age) {
    return WebUrl.of(text(hit, "url"))
        .map(url -> new SearchHit(url, plain(text(hit, "title")), plain(snippet), plain(age)));
  }

  private static String text(Json.Obj object, String field) {
    var text = object.text(field);
    return text == null ? "" : text;
  }

  /// Engines mark words with elements of HTML.
  private static String plain(String text) {
    var start = text.length() > 10_000 ? text.substring(0, 10_000) : text;
    var plain = Conversion.printable(Jsoup.parse(start).text()).strip();
    return plain.length() > 2_000 ? plain.substring(0, 2_000) + "…" : plain;
  }
}
