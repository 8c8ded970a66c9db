package dev.drover.web;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The canonical form of URLs, and texts that are none.
final class WebUrlTest {
  @ParameterizedTest
  @CsvSource({
    "https://a.example, https://a.example/",
    "HTTPS://A.Example:443/x#part, https://a.example/x",
    "http://a.example:80?q=1, http://a.example/?q=1",
    "http://a.example:8080/, http://a.example:8080/",
    "https://a.example./x, https://a.example/x",
    "https://a.example/%7euser/%2f, https://a.example/~user/%2F",
    "https://a.example/a b|c, https://a.example/a%20b%7Cc",
    "https://a.example/a%zz, https://a.example/a%25zz",
    "https://a.example/ü?ü, https://a.example/%C3%BC?%C3%BC",
    "https://bücher.example/, https://xn--bcher-kva.example/",
    "https://a.example/b/../c/./d, https://a.example/c/d",
    "https://[2001:DB8::1]:444/, https://[2001:db8::1]:444/",
  })
  void aUrlHasOneForm(String text, String canonical) {
    assertThat(WebUrl.of(text)).hasToString("Optional[" + canonical + "]");
    assertThat(WebUrl.of(canonical)).hasToString("Optional[" + canonical + "]");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a.example",
        "ftp://a.example/",
        "file:///etc/passwd",
        "jar:https://a.example/x!/",
        "javascript:alert(1)",
        "data:text/html,x",
        "//a.example/",
        "http:a.example",
        "https://",
        "https:///x",
        "https://user@a.example/",
        "https://user:word@a.example/",
        "https://a.example\\@b.example/",
        "https://a.example:80:80/",
        "https://a.example:x/",
        "https://127%2e0%2e0%2e1/",
        "https://１２７.0.0.1/",
        "https://①②⑦.0.0.1/",
        "https://a example/",
        "https://a.example\u0000.b.example/",
        "https://[::1/",
        "https://127.1/",
      })
  void thisIsNone(String text) {
    assertThat(WebUrl.of(text)).isEmpty();
  }

  @Test
  void oneThatIsTooLongIsNone() {
    assertThat(WebUrl.of("https://a.example/" + "x".repeat(2_000))).isPresent();
    assertThat(WebUrl.of("https://a.example/" + "x".repeat(2_100))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "/y, https://a.example/y",
    "y, https://a.example/dir/y",
    "../y, https://a.example/y",
    "../../../y, https://a.example/y",
    "?q=ä b, https://a.example/dir/page?q=%C3%A4%20b",
    "//b.example/z, https://b.example/z",
    "http://c.example, http://c.example/",
    "#part, https://a.example/dir/page?old",
  })
  void aReferenceLeadsFromHere(String reference, String target) {
    var base = WebUrl.of("https://a.example/dir/page?old").orElseThrow();
    assertThat(base.resolve(reference)).hasToString("Optional[" + target + "]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"mailto:a@b.example", "javascript:x", "https://u@b.example/", "file:/x"})
  void aReferenceThatLeadsOffTheWeb(String reference) {
    assertThat(WebUrl.of("https://a.example/").orElseThrow().resolve(reference)).isEmpty();
  }

  @Test
  void theSchemeAndASlashAtTheEndMakeNoOtherPage() {
    var key = WebUrl.of("https://a.example/x/?q").orElseThrow().key();
    assertThat(WebUrl.of("http://a.example/x?q").orElseThrow().key()).isEqualTo(key);
    assertThat(WebUrl.of("https://a.example/x?p").orElseThrow().key()).isNotEqualTo(key);
    assertThat(WebUrl.of("https://a.example:8443/x?q").orElseThrow().key()).isNotEqualTo(key);
  }
}
