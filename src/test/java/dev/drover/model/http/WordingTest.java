package dev.drover.model.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A server's words are shown without secrets and without control characters, and shortened.
final class WordingTest {
  private static String fit(String text) {
    return Wording.fit(text, ApiKey.NONE);
  }

  @Test
  void theKeyIsHiddenWhereverItStands() {
    var key = new ApiKey("hunter2/hunter2");
    assertThat(Wording.fit("bad:hunter2/hunter2x", key)).isEqualTo("bad:[key]x");
    assertThat(Wording.fit("/q=hunter2%2Fhunter2&", key)).isEqualTo("/q=[key]&");
    assertThat(Wording.fit("x".repeat(295) + "hunter2/hunter2", key)).doesNotContain("hunter2");
    assertThat(Wording.fit(" x".repeat(1_990) + " hunter2/hunter2", key)).doesNotContain("hunt");
    assertThat(Wording.fit("hunter2/hunter2 ".repeat(400), key)).doesNotContain("hunt");
  }

  @ParameterizedTest
  @CsvSource({
    "k, unknown key, unknown key",
    "k, the model k is not known, the model k is not known",
    "k, Incorrect API key provided: k., Incorrect API key provided: [key].",
    "none, none of the models, none of the models",
    "none, invalid token none, invalid token [key]",
    "ollama, ollama: model not found, ollama: model not found",
    "ollama, 'header x-api-key: ollama', 'header x-api-key: [key]'",
    "ollama, 'Authorization: Bearer ollama, again', 'Authorization: Bearer [key], again'",
    "ollama, '{\"x-api-key\":\"ollama\"}', '{\"x-api-key\":\"[key]\"}'",
    "ollama, the key ollama2 is old, the key ollama2 is old",
    "1234567, password=1234567, password=[key]",
    "12345678, 12345678, [key]",
  })
  void aShortKeyIsHiddenOnlyWhereAKeyIsSpokenOf(String key, String text, String shown) {
    assertThat(Wording.fit(text, new ApiKey(key))).isEqualTo(shown);
  }

  @ParameterizedTest
  @CsvSource({
    "key sk-proj-abcDEF123456 is wrong, key [key] is wrong",
    "sk-ant-api03-aaaa_bbbb-cccc1, [key]",
    "sk-ab********wxyz, [key]",
    "gsk_1234567890abcdef, [key]",
    "hf_aBcDeFgHiJ123456, [key]",
    "xai-0123456789abcdef, [key]",
    "nvapi-0123456789abcdef, [key]",
    "AIzaSyA1234567890abcdefghijklmnopq, [key]",
    "AKIAIOSFODNN7EXAMPLE, [key]",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc_def-123, [key]",
    "Authorization: Bearer abc123def456, Authorization: Bearer [key]",
    "'{\"authorization\":\"Bearer abc123\"}', '{\"authorization\":\"Bearer [key]\"}'",
    "Basic dXNlcjpwYXNzd29yZDEyMw==, Basic [key]",
    "x-api-key: 0123abcd, x-api-key: [key]",
    "'\"api_key\": \"0123abcd\"', '\"api_key\": \"[key]\"'",
    "api-key=0123abcd, api-key=[key]",
    "http://me:pass@host/v1, http://[key]@host/v1",
    "http://host/v1?key=abc&x=1, http://host/v1?key=[key]&x=1",
    "https://h/?sig=a%2Fb, https://h/?sig=[key]",
  })
  void whatLooksLikeAKeyIsHidden(String text, String shown) {
    assertThat(fit(text)).isEqualTo(shown);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "missing Bearer token",
        "Bearer authentication required",
        "authorization: required",
        "no API key: set one",
        "sk-learn is not a model",
        "task-force and risk-based",
        "see http://host/v1/models?page=2",
        "model qwen3-coder:30b-a3b-q4_K_M not found",
        "max_tokens: 200000 > 64000",
        "/v1beta/openai/models/gemini-2.5-flash",
        "request req_011CUabcdefgh12345678 failed",
      })
  void ordinaryWordsStay(String text) {
    assertThat(fit(text)).isEqualTo(text);
  }

  @Test
  void controlCharactersAndEscapesAreGone() {
    assertThat(fit("\u001b[31mred\u001b[0m \u001b]0;title\u0007end")).isEqualTo("red end");
    assertThat(fit("a\nb\r\n\tc\u0000d\u009be")).isEqualTo("a b c d e");
    assertThat(fit("left\u202eright\u200b \u2028x\ufeff")).isEqualTo("left right x");
    assertThat(fit("  many     blanks ")).isEqualTo("many blanks");
    assertThat(fit("日本語 и ελ 😀")).isEqualTo("日本語 и ελ 😀");
    assertThat(fit("half \ud83d!")).isEqualTo("half !");
  }

  @Test
  void longWordsAreCutAndTheCutIsMarked() {
    assertThat(fit("x".repeat(300))).hasSize(300);
    assertThat(fit("x".repeat(301))).hasSize(301).endsWith("x…");
    assertThat(fit("😀".repeat(5_000)).codePoints()).hasSizeLessThan(302);
  }

  @Test
  void aHostileTextIsReadInNoTime() {
    for (var piece : new String[] {"sk-", "a-api", "://", "?key", "bearer ", "eyJ.", "\u001b]"}) {
      assertThat(fit(piece.repeat(60_000 / piece.length()))).hasSizeLessThan(302);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bad key sk/secret+key=1&2 here",
        "bad key sk\\/secret+key=1&2 here",
        "bad key sk\\\\/secret+key=1&2 here",
        "bad key sk\\u002fsecret\\u002Bkey=1\\u00262 here",
        "bad key sk&#x2F;secret&#43;key&#61;1&amp;2 here",
        "bad key sk%2Fsecret%2bkey%3D1%262 here",
      })
  void aKeyIsHiddenHoweverItIsSpelled(String text) {
    assertThat(Wording.fit(text, new ApiKey("sk/secret+key=1&2"))).isEqualTo("bad key [key] here");
  }
}
