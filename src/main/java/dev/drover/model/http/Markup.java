package dev.drover.model.http;

import java.util.LinkedHashSet;
import java.util.regex.Pattern;

/// The words of an HTML or XML page.
final class Markup {
  private static final Pattern HEADINGS = Pattern.compile("(?is)<(title|h1)\\b[^>]*>(.*?)</\\1");
  private static final Pattern UNSEEN =
      Pattern.compile("(?is)<!--.*?(?:-->|$)|<(script|style|head)\\b.*?(?:</\\1\\s*>|$)");
  private static final Pattern TAGS = Pattern.compile("<[^>]*>?");

  private Markup() {}

  static boolean isMarkup(String text) {
    return text.startsWith("<");
  }

  /// The title and the first headings, else all visible text of the page.
  static String words(String page) {
    var words = new LinkedHashSet<String>();
    for (var match = HEADINGS.matcher(page); match.find(); ) {
      words.add(plain(match.group(2)));
    }
    words.remove("");
    return words.isEmpty()
        ? plain(UNSEEN.matcher(page).replaceAll(" "))
        : String.join(": ", words.stream().limit(2).toList());
  }

  private static String plain(String markup) {
    return TAGS.matcher(markup)
        .replaceAll(" ")
        .replace("&nbsp;", " ")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
        .replaceAll("\\s+", " ")
        .strip();
  }
}
