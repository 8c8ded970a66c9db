package dev.drover.web;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jspecify.annotations.Nullable;

/// The text of HTML pages, as Markdown. What a page may cost is limited before and while it is
/// read: bytes, elements and the length of the text.
final class Markdown {
  /// Elements, ends of elements and comments.
  static final int TAGS = 100_000;

  /// The longest text, in characters.
  static final int LONGEST = 2_000_000;

  private Markdown() {}

  static WebPage.Text of(Fetched fetched) {
    var bytes = fetched.bytes();
    int length = end(bytes);
    var page = parsed(bytes, length, fetched);
    var writer = new MarkdownWriter(LONGEST);
    page.filter(writer);
    boolean cut = fetched.cut() || length < bytes.length || writer.isFull();
    return new WebPage.Text(
        Conversion.printable(page.title()).strip(), Conversion.printable(writer.text()), cut);
  }

  /// The library finds the character set: that of a byte order mark, of the server, or of the page.
  private static Document parsed(byte[] bytes, int length, Fetched fetched) {
    @Nullable String charset = fetched.media().charset().map(Object::toString).orElse(null);
    try {
      return Jsoup.parse(
          new ByteArrayInputStream(bytes, 0, length), charset, fetched.url().toString());
    } catch (IOException e) {
      throw new UncheckedIOException("bytes in memory cannot be read", e);
    }
  }

  /// The length of the part with no more than the allowed number of tags.
  private static int end(byte[] bytes) {
    int tags = 0;
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '<' && ++tags > TAGS) {
        return i;
      }
    }
    return bytes.length;
  }
}
