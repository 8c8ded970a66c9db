package dev.drover.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.base.Secret;
import dev.drover.catalog.DomainRules;
import dev.drover.catalog.ToolRules;
import dev.drover.catalog.Toolset;
import dev.drover.catalog.UserLocation;
import dev.drover.hands.ToolCall;
import dev.drover.hands.ToolResult;
import dev.drover.http.Guard;
import dev.drover.http.Outbound;
import dev.drover.session.EventId;
import dev.drover.testing.Stage;
import dev.drover.testing.WebSite;
import dev.drover.tools.CallContext;
import dev.drover.tools.ServerTool;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `web_search` with engines in the two forms, which answer as their documentation says. No search
/// engine of the internet was asked.
@Timeout(60)
final class WebSearchTest {
  private static final String KEY = "BSA-secret-key";

  private final WebSite site = new WebSite();
  private final Outbound outbound = new Outbound(Guard.NONE, Duration.ofSeconds(5));
  private final List<String> headers = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    outbound.close();
    site.close();
  }

  private URI engine(String path) {
    return URI.create("http://" + WebSite.ADDRESS + ":" + site.port() + path);
  }

  private ServerTool searxng() {
    return WebTools.search(
        outbound, new WebSettings.Engine(WebSettings.Kind.SEARXNG, engine(""), Optional.empty()));
  }

  private ServerTool brave() {
    return WebTools.search(
        outbound,
        new WebSettings.Engine(
            WebSettings.Kind.BRAVE, engine("/res/v1/web/search"), Optional.of(new Secret(KEY))));
  }

  private void answers(String path, Json.Obj answer) {
    site.page(
        path,
        exchange -> {
          exchange
              .getRequestHeaders()
              .forEach(
                  (name, value) ->
                      headers.add(name.toLowerCase(Locale.ROOT) + ": " + value.getFirst()));
          var body = WebSite.bytes(answer.toString());
          exchange.getResponseHeaders().set("content-type", "application/json");
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
        });
  }

  private static Json.Obj found(String url, String title, String content) {
    return Json.obj("url", url, "title", title, "content", content, "engine", "e", "score", 1);
  }

  private static ToolResult call(ServerTool tool, ToolRules.Search rules, Json.Obj input)
      throws InterruptedException {
    var setting = new Toolset.ToolSetting(WebSearch.NAME, Toolset.OPEN, rules);
    var toolset = new Toolset(Toolset.OPEN, List.of(setting));
    try (var stage = new Stage(List.of(toolset))) {
      var at = new CallContext(Stage.WORKSPACE, stage.row().primary(), stage.store().eventLog());
      return tool.execute(at, new ToolCall(new EventId("sevt_1"), WebSearch.NAME, input, false));
    }
  }

  private static ToolResult search(ServerTool tool, ToolRules.Search rules, String query)
      throws InterruptedException {
    return call(tool, rules, Json.obj("query", query));
  }

  private static ToolRules.Search allowing(String... domains) {
    return new ToolRules.Search(new DomainRules(List.of(domains), List.of()), Optional.empty());
  }

  private static ToolRules.Search blocking(String... domains) {
    return new ToolRules.Search(new DomainRules(List.of(), List.of(domains)), Optional.empty());
  }

  private static List<String> sources(ToolResult result) {
    return result.content().items().stream()
        .map(block -> String.valueOf(((Json.Obj) block).text("source")))
        .toList();
  }

  @Test
  void hitsAreSearchResults() throws Exception {
    answers(
        "/search",
        Json.obj(
            "results",
            Json.arr(
                found("https://a.example/x", "A <b>title</b>", "Some &amp; text")
                    .with("publishedDate", "2026-01-02T00:00:00"),
                found("ftp://b.example/", "no page of the web", ""),
                found("https://c.example/", "", ""),
                Json.of("nonsense"))));
    var result = search(searxng(), ToolRules.Search.OPEN, "two words & more");
    assertThat(result.isError()).isFalse();
    assertThat(result.content().items())
        .containsExactly(
            block("https://a.example/x", "A title", "Some & text\n(2026-01-02T00:00:00)"),
            block("https://c.example/", "c.example", "(no excerpt)"));
    assertThat(site.requests())
        .containsExactly(WebSite.ADDRESS + "/search?q=two+words+%26+more&format=json");
  }

  private static Json.Obj block(String source, String title, String text) {
    return Json.obj(
        "type",
        "search_result",
        "source",
        source,
        "title",
        title,
        "content",
        Json.arr(Json.obj("type", "text", "text", text)),
        "citations",
        Json.obj("enabled", false));
  }

  @Test
  void braveGetsTheKeyAndTheLocation() throws Exception {
    answers(
        "/res/v1/web/search",
        Json.obj(
            "web",
            Json.obj(
                "results",
                Json.arr(
                    Json.obj(
                        "url",
                        "https://a.example/x",
                        "title",
                        "T",
                        "description",
                        "The <strong>words</strong>",
                        "age",
                        "2 days ago")))));
    var location =
        new UserLocation(
            Optional.of("Zürich"),
            Optional.of("ZH"),
            Optional.of("CH"),
            Optional.of("Europe/Zurich"));
    var rules = new ToolRules.Search(DomainRules.NONE, Optional.of(location));
    var result = search(brave(), rules, "q");
    assertThat(result.content().items())
        .containsExactly(block("https://a.example/x", "T", "The words\n(2 days ago)"));
    assertThat(site.requests().getFirst())
        .endsWith("?q=q&count=20&text_decorations=false&country=CH");
    assertThat(headers)
        .contains(
            "x-subscription-token: " + KEY,
            "x-loc-country: CH",
            "x-loc-state-name: ZH",
            "x-loc-timezone: Europe/Zurich")
        .noneMatch(header -> header.startsWith("x-loc-city"));
  }

  @Test
  void domainsAreAskedForAndAppliedToTheHits() throws Exception {
    var all =
        List.of(
            "https://a.example/x",
            "https://deep.a.example/docs/y",
            "https://b.example/docs/",
            "https://aa.example/");
    answers("/search", Json.obj("results", all.stream().map(url -> found(url, "t", "c")).toList()));
    assertThat(sources(search(searxng(), allowing("a.example"), "q")))
        .containsExactly("https://a.example/x", "https://deep.a.example/docs/y");
    assertThat(sources(search(searxng(), blocking("a.example", "aa.example"), "q")))
        .containsExactly("https://b.example/docs/");
    assertThat(sources(search(searxng(), allowing("a.example/docs", "b.example/docs"), "q")))
        .containsExactly("https://deep.a.example/docs/y", "https://b.example/docs/");
    var none = search(searxng(), allowing("other.example"), "q");
    assertThat(none.text()).isEqualTo("(no results)");
    assertThat(none.isError()).isFalse();
    assertThat(site.requests()).first().asString().contains("q=q+site%3Aa.example&");
    assertThat(site.requests().get(1)).contains("q=q+-site%3Aa.example+-site%3Aaa.example&");
    assertThat(site.requests().get(2)).contains("site%3Aa.example%2Fdocs+OR+site%3Ab.example");
  }

  @Test
  void aResultHasAtMostTenHits() throws Exception {
    answers(
        "/search",
        Json.obj(
            "results",
            IntStream.range(0, 100)
                .mapToObj(
                    i -> found("https://a.example/" + i, "t".repeat(9_000), "c".repeat(9_000)))
                .toList()));
    var result = search(searxng(), ToolRules.Search.OPEN, "q");
    assertThat(result.content().items()).hasSize(10);
    assertThat(result.content().toString()).hasSizeLessThan(50_000);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "403 | no | it answered 403",
        "500 | no | it answered 500",
        "302 | no | it answered 302",
        "200 | <html> | its answer is not JSON",
        "200 | [] | its answer has no results; is the format json allowed there?",
        "200 | {} | its answer has no results; is the format json allowed there?",
      })
  void anEngineThatCannotBeUsedIsAnError(int status, String body, String why) throws Exception {
    site.answers("/search", status, Map.of("location", "/elsewhere"), body);
    var result = search(searxng(), ToolRules.Search.OPEN, "q");
    assertThat(result.isError()).isTrue();
    assertThat(result.text())
        .isEqualTo("web_search: unavailable: the search engine cannot be used: " + why);
    assertThat(site.requests()).hasSize(1);
  }

  @Test
  void anErrorShowsNoKey() throws Exception {
    site.answers("/res/v1/web/search", 401, Map.of(), "bad key " + KEY);
    var result = search(brave(), ToolRules.Search.OPEN, "q");
    assertThat(result.isError()).isTrue();
    assertThat(result.content().toString()).doesNotContain(KEY);
    site.close();
    assertThat(search(brave(), ToolRules.Search.OPEN, "q").content().toString())
        .contains("unavailable")
        .doesNotContain(KEY);
  }

  @Test
  void aQueryHasWords() throws Exception {
    for (var input : List.of(Json.EMPTY, Json.obj("query", "  "), Json.obj("query", 7))) {
      assertThat(call(searxng(), ToolRules.Search.OPEN, input).text())
          .isEqualTo("web_search: invalid_input: query is required");
    }
    assertThat(search(searxng(), ToolRules.Search.OPEN, "x".repeat(401)).text())
        .startsWith("web_search: query_too_long: ");
    assertThat(site.requests()).isEmpty();
  }
}
