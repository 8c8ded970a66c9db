package dev.drover.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Which spellings of a secret are found in the text of another server.
final class SecretFormsTest {
  private static final String SECRET = "tok-\"é+/=%9\\";

  private static String replaced(String secret, String text) {
    return new SecretForms(List.of(new Secret(secret))).replace(text, "*");
  }

  @Test
  void plainTextJsonUrlsAndDigitsAreFound() {
    var url = URLEncoder.encode(SECRET, StandardCharsets.UTF_8);
    var hex = HexFormat.of().formatHex(SECRET.getBytes(StandardCharsets.UTF_8));
    assertThat(replaced(SECRET, "a " + SECRET + " b")).isEqualTo("a * b");
    assertThat(replaced(SECRET, Json.of(SECRET).toString())).isEqualTo("\"*\"");
    assertThat(replaced(SECRET, "?t=" + url + "&u=" + url.toLowerCase(Locale.ROOT)))
        .isEqualTo("?t=*&u=*");
    assertThat(replaced(SECRET, hex + "." + hex.toUpperCase(Locale.ROOT))).isEqualTo("*.*");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "xy", "xyz", "x-access-token:", "Bearer "})
  void base64IsFoundInsideOfALongerTextToo(String before) {
    for (var secret : List.of(SECRET, "12345678", "123456789", "1234567890")) {
      for (var base64 : List.of(Base64.getEncoder(), Base64.getUrlEncoder())) {
        for (var after : List.of("", ":", "??", "and more")) {
          var bytes = (before + secret + after).getBytes(StandardCharsets.UTF_8);
          var encoded = base64.encodeToString(bytes);
          assertThat(replaced(secret, encoded)).contains("*").hasSizeLessThan(encoded.length());
        }
      }
    }
  }

  @Test
  void theLongestFormIsReplacedFirst() {
    var both = new SecretForms(List.of(new Secret("abcd"), new Secret("abcdef")));
    assertThat(both.replace("abcdef abcd", "*")).isEqualTo("* *");
  }

  @Test
  void aTextThatIsTooShortToBeASecretStays() {
    assertThat(replaced("a", "banana")).isEqualTo("banana");
    // This is all that the Base64 of a longer text is sure to have of this one.
    assertThat(replaced("abcde", "YmNkZ")).isEqualTo("YmNkZ");
  }
}
