package dev.drover.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Which URLs a text shows.
final class FoundUrlsTest {
  private static Set<String> keys(Json content, boolean bare) {
    var keys = new HashSet<String>();
    FoundUrls.in(content, bare, keys::add);
    return keys;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "See https://a.example/b. | a.example/b",
        "(https://a.example/b) | a.example/b",
        "https://a.example/b_(c) | a.example/b_(c)",
        "[text](https://a.example/b), and more | a.example/b",
        "![i](https://a.example/b_(c)) | a.example/b_(c)",
        "<https://a.example/b> | a.example/b",
        "\"https://a.example/b?c=d&e=f\" | a.example/b?c=d&e=f",
        "HTTP://A.EXAMPLE/B | a.example/B",
        "https://a.example/b#c | a.example/b",
        "**https://a.example/b** | a.example/b",
        "it is at https://a.example/b… | a.example/b",
      })
  void itIsFound(String text, String key) {
    assertThat(keys(Json.of(text), false)).contains(key);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "look at a.example/b, please | a.example/b",
        "docs.a.example | docs.a.example",
        "a.example:8080/x | a.example:8080/x",
      })
  void aPersonNeedsNoScheme(String text, String key) {
    assertThat(keys(Json.of(text), true)).contains(key);
    assertThat(keys(Json.of(text), false)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"me@a.example", "version 1.2.3", "no url", "ftp://a.example/b", "https://"})
  void thisShowsNone(String text) {
    assertThat(keys(Json.of(text), true)).isEmpty();
  }

  @Test
  void allTextsOfAContentCountButNoImages() {
    var content =
        Json.arr(
            Json.obj("type", "text", "text", "https://a.example/1"),
            Json.obj("type", "search_result", "source", "https://a.example/2", "title", "t"),
            Json.obj(
                "type", "image", "source", Json.obj("type", "url", "url", "https://a.example/3")),
            Json.obj(
                "type",
                "image",
                "source",
                Json.obj("type", "base64", "data", "https://a.example/4")));
    assertThat(keys(content, false))
        .containsExactlyInAnyOrder("a.example/1", "a.example/2", "a.example/3");
  }

  @Test
  void aLongLineOfBracketsCostsLittle() {
    var text = "https://a.example/" + ")".repeat(100_000) + " " + "a.".repeat(50_000);
    assertThat(keys(Json.of(text), true)).hasSizeLessThan(40);
  }
}
