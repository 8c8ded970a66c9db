package dev.drover.web;

/// The part of a text that a result holds.
///
/// @param head what is shown
/// @param offset the number of characters to skip
/// @param most the maximum number of characters of the text
record Excerpt(String head, WebPage.Text page, long offset, int most) {
  /// The lines of the result.
  String text() {
    var text = page.text();
    if (text.isEmpty()) {
      return head
          + ":\n\n[The content has no text. A page may need scripts, which do not run here.]";
    }
    int from = boundary((int) Math.min(offset, text.length()));
    int to = boundary((int) Math.min((long) from + most, text.length()));
    var title = page.title().isEmpty() ? "" : "Title: " + page.title() + "\n";
    return head + ":\n" + title + "\n" + text.substring(from, to) + note(from, to, text.length());
  }

  private int boundary(int at) {
    boolean split =
        at > 0
            && at < page.text().length()
            && Character.isLowSurrogate(page.text().charAt(at))
            && Character.isHighSurrogate(page.text().charAt(at - 1));
    return split ? at - 1 : at;
  }

  private String note(int from, int to, int all) {
    var more =
        to < all
            ? "[Characters %,d to %,d of %,d. To read on, call web_fetch with offset %d.]"
                .formatted(from, to, all, to)
            : from > 0
                ? "[The end of the content: characters %,d to %,d.]".formatted(from, to)
                : "";
    var cut = page.cut() && to == all ? "[The rest of the content is too long to be read.]" : "";
    var notes = (more + " " + cut).strip();
    return notes.isEmpty() ? "" : "\n\n" + notes;
  }
}
