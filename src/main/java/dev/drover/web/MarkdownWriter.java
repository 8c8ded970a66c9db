package dev.drover.web;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.Set;
import org.jsoup.nodes.Element;
import org.jsoup.nodes.Node;
import org.jsoup.nodes.TextNode;
import org.jsoup.select.NodeFilter;

/// Writes the nodes of a page as Markdown. It is called for the start and the end of each node and
/// never calls itself, so the nesting of a page is no limit. One thread.
final class MarkdownWriter implements NodeFilter {
  private static final Set<String> LEFT_OUT =
      Set.of(
          "script",
          "style",
          "template",
          "svg",
          "iframe",
          "object",
          "embed",
          "head",
          "nav",
          "noscript",
          "input",
          "select",
          "textarea",
          "audio",
          "video",
          "canvas",
          "map",
          "dialog");

  private static final Set<String> BLOCKS =
      Set.of(
          "p",
          "h1",
          "h2",
          "h3",
          "h4",
          "h5",
          "h6",
          "ul",
          "ol",
          "blockquote",
          "pre",
          "table",
          "dl",
          "figure",
          "section",
          "article",
          "hr",
          "details",
          "fieldset",
          "main",
          "header",
          "footer",
          "aside",
          "form");

  private static final Set<String> LINES =
      Set.of(
          "div", "li", "dt", "dd", "tr", "address", "figcaption", "summary", "caption", "option");

  private static final int DEEPEST_LIST = 8;

  private final MarkdownLines out;
  private final Deque<Integer> lists = new ArrayDeque<>();
  private final Deque<Integer> links = new ArrayDeque<>();
  private final TableState table = new TableState();
  private int pre;

  /// @param most the maximum length of the text
  MarkdownWriter(int most) {
    out = new MarkdownLines(most);
  }

  boolean isFull() {
    return out.isFull();
  }

  String text() {
    return out.text();
  }

  @Override
  public FilterResult head(Node node, int depth) {
    if (out.isFull()) {
      return FilterResult.STOP;
    }
    if (node instanceof TextNode text) {
      if (pre > 0) {
        out.verbatim(text.getWholeText());
      } else {
        out.words(table.isInCell() ? text.getWholeText().replace("|", "\\|") : text.getWholeText());
      }
      return FilterResult.CONTINUE;
    }
    if (!(node instanceof Element element)) {
      return FilterResult.SKIP_ENTIRELY;
    }
    if (LEFT_OUT.contains(element.normalName()) || isHidden(element)) {
      return FilterResult.SKIP_ENTIRELY;
    }
    open(element);
    return FilterResult.CONTINUE;
  }

  private static boolean isHidden(Element element) {
    var style = element.attr("style").toLowerCase(Locale.ROOT).replace(" ", "");
    return element.hasAttr("hidden")
        || element.attr("aria-hidden").equals("true")
        || style.contains("display:none")
        || style.contains("visibility:hidden");
  }

  private void open(Element element) {
    var name = element.normalName();
    space(name);
    switch (name) {
      case "h1", "h2", "h3", "h4", "h5", "h6" -> out.lead("#".repeat(name.charAt(1) - '0') + " ");
      case "ul" -> lists.push(-1);
      case "ol" -> lists.push(1);
      case "li" -> item();
      case "blockquote" -> out.quote(1);
      case "pre" -> {
        if (pre++ == 0) {
          out.fence();
        }
      }
      case "code", "kbd", "samp" -> {
        if (pre == 0) {
          out.mark("`");
        }
      }
      case "br" -> lineBreak();
      case "hr" -> out.mark("---");
      case "img" -> image(element);
      case "a" -> links.push(out.position());
      case "table" -> table.open();
      case "tr" -> table.row();
      case "td", "th" -> {
        if (table.cell()) {
          out.mark("| ");
        }
      }
      default -> {}
    }
  }

  private void lineBreak() {
    if (table.isInCell()) {
      out.words(" ");
    } else {
      out.line();
    }
  }

  private void item() {
    int number = lists.isEmpty() ? -1 : lists.pop();
    out.lead(
        "  ".repeat(Math.clamp(lists.size(), 0, DEEPEST_LIST))
            + (number < 0 ? "- " : number + ". "));
    lists.push(number < 0 ? -1 : number + 1);
  }

  private void image(Element image) {
    var words = image.attr("alt").strip();
    var url = image.absUrl("src");
    if (!words.isEmpty() && isOfTheWeb(url)) {
      out.words("![" + shortened(words) + "](" + url + ")");
    } else if (!words.isEmpty()) {
      out.words(shortened(words));
    }
  }

  private static boolean isOfTheWeb(String url) {
    return (url.startsWith("https://") || url.startsWith("http://"))
        && url.length() <= WebUrl.LONGEST;
  }

  private static String shortened(String words) {
    return words.length() <= 1_000 ? words : words.substring(0, 1_000) + "…";
  }

  /// The blank lines and line ends around an element. A cell of a table is one line.
  private void space(String name) {
    boolean block = BLOCKS.contains(name);
    if (!block && !LINES.contains(name)) {
      return;
    }
    if (table.isInCell()) {
      out.words(" ");
    } else if (block && !(!lists.isEmpty() && isList(name))) {
      out.blank();
    } else {
      out.line();
    }
  }

  private static boolean isList(String name) {
    return name.equals("ul") || name.equals("ol");
  }

  @Override
  public FilterResult tail(Node node, int depth) {
    if (out.isFull()) {
      return FilterResult.STOP;
    }
    if (node instanceof Element element && !LEFT_OUT.contains(element.normalName())) {
      close(element);
    }
    return FilterResult.CONTINUE;
  }

  private void close(Element element) {
    var name = element.normalName();
    switch (name) {
      case "ul", "ol" -> lists.poll();
      case "blockquote" -> out.quote(-1);
      case "pre" -> {
        if (--pre == 0) {
          out.fence();
        }
      }
      case "code", "kbd", "samp" -> {
        if (pre == 0) {
          out.end("`");
        }
      }
      case "a" -> out.link(links.pop(), target(element));
      case "td", "th" -> {
        if (table.endOfCell()) {
          out.words(" ");
        }
      }
      case "tr" -> row();
      case "table" -> table.close();
      default -> {}
    }
    if (!name.equals("tr")) {
      space(name);
    }
  }

  private static String target(Element link) {
    var url = link.attr("href").startsWith("#") ? "" : link.absUrl("href");
    return isOfTheWeb(url) ? url : "";
  }

  private void row() {
    int cells = table.endOfRow();
    if (cells > 0) {
      out.mark("|");
      if (table.isFirstRow()) {
        out.line();
        out.mark("|" + " --- |".repeat(cells));
      }
    }
    if (!table.isInCell()) {
      out.line();
    }
  }
}
