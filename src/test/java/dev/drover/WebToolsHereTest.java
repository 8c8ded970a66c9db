package dev.drover;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.cli.Check;
import dev.drover.http.PublicOnly;
import dev.drover.testing.Script;
import dev.drover.testing.ScriptedMessages;
import dev.drover.testing.WebSite;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The web tools in a whole server, and what the doctor says of them.
@Timeout(120)
@Tag("sandbox")
final class WebToolsHereTest {
  @TempDir Path data;

  private final WebSite site = new WebSite();
  private final ScriptedMessages model = ScriptedMessages.start();

  @AfterEach
  void stop() {
    model.close();
    site.close();
  }

  private NodeHere start() throws InterruptedException {
    return NodeHere.start(
        data,
        "",
        model,
        5_000,
        new Wiring() {
          @Override
          PublicOnly guard(Config config) {
            return WebSite.guard(WebSite::lookUp);
          }
        });
  }

  @Test
  void aClientSeesWhatTheModelReads() throws Exception {
    site.html("/a", "<title>T</title><p>Read <a href=/b>more</a>").text("/b", "the rest");
    model.script(
        Script.reply().toolUse("web_fetch", Json.obj("url", site.url("/a"))),
        Script.reply()
            .toolUse("web_fetch", Json.obj("url", site.url("/b")))
            .toolUse("web_search", Json.obj("query", "x")),
        Script.reply().text("ok"));
    try (var node = start()) {
      var session = node.client().session("scripted");
      node.client().say(session, "Look at " + site.url("/a") + ".");
      node.client().awaitIdle(session);
      assertThat(node.client().types(session))
          .containsSubsequence(
              "agent.tool_use", "agent.tool_result", "agent.tool_use", "agent.tool_result");
      assertThat(node.client().events(session).toString())
          .contains("(text/html)", "the rest", "Permission to use web_search has been denied.");
      assertThat(node.get("/v1/sessions/" + session).body())
          .contains("\"server_tool_use\":{\"web_search_requests\":0,\"web_fetch_requests\":2}");
      assertThat(model.request(1).toString())
          .contains("\"name\":\"web_fetch\"")
          .doesNotContain("\"name\":\"web_search\"");
      assertThat(node.get("/metrics").body())
          .contains(
              "drover_tool_calls_total{tool=\"web_fetch\",outcome=\"ok\"} 2",
              "drover_hands_alive 0");
    }
  }

  @Test
  void theUrlOfAnImageOrADocumentGoesToTheModelServerAndIsNotFetched() throws Exception {
    site.page("/i", "image/png", WebSite.bytes("none"));
    var urls =
        List.of(
            site.url("/i"),
            "http://127.0.0.1:" + site.port() + "/i",
            "http://169.254.169.254/latest/meta-data/");
    var blocks = new ArrayList<Json>();
    for (var url : urls) {
      for (var type : List.of("image", "document")) {
        blocks.add(Json.obj("type", type, "source", Json.obj("type", "url", "url", url)));
      }
    }
    model.script(Script.reply().text("ok"));
    try (var node = start()) {
      var session = node.client().session("scripted");
      node.client().send(session, Json.obj("type", "user.message", "content", blocks));
      node.client().awaitIdle(session);
    }
    var asked = model.request(1).body().items("messages").toString();
    for (var url : urls) {
      assertThat(asked.split(Pattern.quote("\"url\":\"" + url + "\""), -1)).hasSize(3);
    }
    assertThat(site.requests()).isEmpty();
    assertThat(site.strays()).isZero();
  }

  private static Check check(Map<String, String> flags) {
    return Doctor.web(Config.read(flags, Map.of("HOME", "/home/me")));
  }

  @Test
  void theDoctorAsksTheSearchEngine() {
    assertThat(check(Map.of()).detail())
        .isEqualTo("web_fetch; no web_search: set web_search.provider for it");
    assertThat(check(Map.of("web_fetch.enabled", "false")).detail())
        .startsWith("no web_fetch, as set; ");
    var at = WebSite.ADDRESS + ":" + site.port();
    var set = Map.of("web_search.provider", "searxng", "web_search.url", "http://" + at);
    var none = check(set);
    assertThat(none.ok()).isFalse();
    assertThat(none.detail()).isEqualTo("web_search at " + at + ": it answered 404");
    site.answers("/search", 200, Map.of(), Json.obj("results", List.of()).toString());
    assertThat(check(set).detail()).isEqualTo("web_fetch; web_search at " + at);
    assertThat(check(set).ok()).isTrue();
  }
}
