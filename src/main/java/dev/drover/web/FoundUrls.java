package dev.drover.web;

import dev.drover.base.Json;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/// Finds the URLs that a text shows to its reader.
final class FoundUrls {
  private static final Pattern URL = Pattern.compile("(?i)https?://[^\\s<>\"`|^{}\\p{Cntrl}]+");

  /// Also names without a scheme, as people write them.
  private static final Pattern BARE =
      Pattern.compile(
          "(?i)(?<![\\w@./:-])[a-z0-9][a-z0-9.-]*\\.[a-z][a-z0-9-]+(:\\d+)?(/[^\\s<>\"`|^{}]*)?");

  /// Characters that end a sentence or close a bracket, and rarely belong to the URL before them.
  private static final String TAIL = ".,;:!?'*_~\u2026\u201d\u2019";

  private static final int MOST_TRIMS = 16;

  private FoundUrls() {}

  /// Passes on the keys of all URLs in the texts of `content`, in every reading of their end.
  ///
  /// @param bare whether names without a scheme count, too
  static void in(Json content, boolean bare, Consumer<String> keys) {
    switch (content) {
      case Json.Str(var text) -> in(text, bare, keys);
      case Json.Arr(var items) -> items.forEach(item -> in(item, bare, keys));
      case Json.Obj object when "base64".equals(object.text("type")) -> {}
      case Json.Obj object -> object.fields().values().forEach(value -> in(value, bare, keys));
      default -> {}
    }
  }

  static void in(String text, boolean bare, Consumer<String> keys) {
    var urls = URL.matcher(text);
    while (urls.find()) {
      readings(urls.group(), keys);
    }
    if (bare) {
      var names = BARE.matcher(text);
      while (names.find()) {
        readings("https://" + names.group(), keys);
      }
    }
  }

  /// `(see https://a.example/b).` may mean `/b)` or `/b`; both count.
  private static void readings(String url, Consumer<String> keys) {
    var reading = url.length() > WebUrl.LONGEST ? url.substring(0, WebUrl.LONGEST) : url;
    for (int i = 0; i < MOST_TRIMS; i++) {
      WebUrl.of(reading).map(WebUrl::key).ifPresent(keys);
      char last = reading.charAt(reading.length() - 1);
      if (TAIL.indexOf(last) < 0 && ")]>".indexOf(last) < 0) {
        break;
      }
      reading = reading.substring(0, reading.length() - 1);
    }
    markdown(url, keys);
  }

  /// In `[text](https://a.example/b)` and what follows it, the first bracket ends the URL.
  private static void markdown(String url, Consumer<String> keys) {
    int depth = 0;
    for (int i = 0; i < url.length(); i++) {
      char c = url.charAt(i);
      depth += c == '(' || c == '[' ? 1 : c == ')' || c == ']' ? -1 : 0;
      if (depth < 0) {
        WebUrl.of(url.substring(0, i)).map(WebUrl::key).ifPresent(keys);
        return;
      }
    }
  }
}
