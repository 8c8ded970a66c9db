package dev.drover.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// HTML as a model reads it, and pages that are made to cost much.
final class MarkdownTest {
  private static WebPage.Text page(String type, byte[] bytes) {
    var url = WebUrl.of("https://a.example/dir/page").orElseThrow();
    return Markdown.of(new Fetched(List.of(url), Media.of(type), bytes, false, true));
  }

  private static WebPage.Text page(String html) {
    return page("text/html; charset=utf-8", html.getBytes(StandardCharsets.UTF_8));
  }

  private static String text(String html) {
    return page(html).text();
  }

  @Test
  void thePartsOfAPage() {
    assertThat(
            text(
                """
                <title>T</title><body><h1>One <small>two</small></h1><p>Some
                  <b>bold</b>&nbsp;text.<br>Next line.</p>
                <h3>Three</h3><div>a</div><div>b</div><hr>
                <blockquote><p>said</p><p>more</p></blockquote>
                <p>Use <code>a &lt; b</code>, now.</p>\
                """))
        .isEqualTo(
            """
            # One two

            Some bold text.
            Next line.

            ### Three

            a
            b

            ---

            > said
            >\s
            > more

            Use `a < b`, now.\
            """
                .replace("> \n", "\n"));
  }

  @Test
  void listsAreNestedAndNumbered() {
    assertThat(
            text("<ul><li>a<li>b<ol><li>one</li><li><p>two</p></li></ol></li></ul><ol><li>x</ol>"))
        .isEqualTo("- a\n- b\n  1. one\n  2. two\n\n1. x");
  }

  @Test
  void codeKeepsItsLines() {
    assertThat(text("<p>So:</p><pre><code>if (a) {\n  b;\n\n}\n</code></pre><p>end</p>"))
        .isEqualTo("So:\n\n```\nif (a) {\n  b;\n\n}\n```\n\nend");
  }

  @Test
  void aTable() {
    assertThat(
            text(
                "<table><thead><tr><th>k<th>v</thead><tr><td>a|b<td>1<br>2<tr><td><p>c</p><td>"
                    + "<table><tr><td>in</td></tr></table></table><p>end</p>"))
        .isEqualTo("| k | v |\n| --- | --- |\n| a\\|b | 1 2 |\n| c | in |\n\nend");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      value = {
        "<a href=/x>here</a> ! [here](https://a.example/x)",
        "<a href=y?q=1>to y</a>, there ! [to y](https://a.example/dir/y?q=1), there",
        "<p>a <a href=//b.example>b</a>c</p> ! a [b](https://b.example)c",
        "<a href=#part>part</a> ! part",
        "<a href=javascript:x()>no</a> ! no",
        "<a href=mailto:a@b.example>mail</a> ! mail",
        "<a href=/x></a>t ! t",
        "<base href=https://c.example/z/><a href=w>w</a> ! [w](https://c.example/z/w)",
        "<a href=/x><div>a</div><div>b</div></a> ! 'a\nb (https://a.example/x)'",
        "<ul><li><a href=/x>here</a></ul> ! - [here](https://a.example/x)",
      })
  void links(String html, String text) {
    assertThat(text(html)).isEqualTo(text);
  }

  @Test
  void imagesAreTheirWords() {
    assertThat(text("<img src=i.png alt=Diagram><img src=j.png><img src=data:x alt=Logo>"))
        .isEqualTo("![Diagram](https://a.example/dir/i.png)Logo");
  }

  @Test
  void whatNoReaderSeesIsLeftOut() {
    assertThat(
            text(
                """
                <head><style>s</style><script>x</script></head><nav>menu</nav>seen
                <script>y</script><template>t</template><svg><text>g</text></svg>
                <p hidden>h1</p><p style="color:red; Display : none">h2</p><p aria-hidden=true>h3</p>
                <p style="visibility:hidden">h4</p><!-- h5 --><noscript>n</noscript><input value=v>\
                """))
        .isEqualTo("seen");
  }

  @Test
  void theTitleIsOneLineWithoutControlCharacters() {
    var page = page("<title>A\u0007\n  b</title><p>x\u0000\u001by</p>");
    assertThat(page.title()).isEqualTo("A b");
    assertThat(page.text()).doesNotContain("\u001b", "\u0000").startsWith("x");
    assertThat(page.cut()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "text/html; charset=iso-8859-1, iso-8859-1, <p>Grüße",
    "text/html; charset=\"windows-1252\", windows-1252, <p>Grüße",
    "text/html, windows-1252, <meta charset=windows-1252><p>Grüße",
    "text/html, utf-8, <p>Grüße",
    "text/html, utf-16, <p>Grüße",
    "text/html; charset=nonsense, utf-8, <p>Grüße",
  })
  void theCharacterSetIsTheServersOrThePages(String type, String charset, String html) {
    assertThat(page(type, html.getBytes(Charset.forName(charset))).text()).isEqualTo("Grüße");
  }

  static Stream<Supplier<String>> hostile() {
    return Stream.of(
        () -> "<div>".repeat(2_000_000),
        () -> "<b><i><a href=x>".repeat(200_000),
        () -> "<table><tr><td>".repeat(100_000),
        () -> "<ul><li>".repeat(200_000) + "x",
        () -> "<blockquote>".repeat(200_000) + "x",
        () -> "<p>x".repeat(1_000_000),
        () -> "<p " + "a ".repeat(1_000_000) + ">x",
        () -> "<p " + attributes(300_000) + ">x",
        () -> "<a href=x>y</a>".repeat(100_000) + "<base href=https://" + "a.".repeat(100) + "b>",
        () ->
            "<base href=https://b.example/"
                + "c/".repeat(900)
                + ">"
                + "<a href=x>y</a>".repeat(200_000),
        () -> "<!--".repeat(500_000),
        () -> "<".repeat(3_000_000),
        () -> "&".repeat(3_000_000),
        () -> "&lt;&amp;".repeat(400_000),
        () -> "<svg><title>".repeat(100_000),
        () -> "<select><option>".repeat(100_000),
        () -> "<font>".repeat(30_000) + "<p>".repeat(30_000),
        () -> "<pre>" + "\n".repeat(3_000_000),
        () -> " ".repeat(4_000_000),
        () -> "<a href=x>" + "<p>y".repeat(90_000),
        () -> "<p style='" + "display:".repeat(300_000) + "'>x");
  }

  private static String attributes(int count) {
    var text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      text.append('a').append(i).append("=1 ");
    }
    return text.toString();
  }

  /// Without the bounds, some take minutes or gigabytes.
  @ParameterizedTest
  @MethodSource("hostile")
  void aPageThatIsMadeToCostMuchCostsLittle(Supplier<String> html) {
    var bytes = html.get().getBytes(StandardCharsets.UTF_8);
    var page = page("text/html", bytes);
    assertThat(page.text().length()).isLessThanOrEqualTo(Markdown.LONGEST);
  }

  @Test
  void aPageOfTooManyTagsIsCut() {
    var page = page("<p>x".repeat(Markdown.TAGS + 1));
    assertThat(page.cut()).isTrue();
    assertThat(page.text()).startsWith("x\n\nx");
  }
}
