package dev.drover.base;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/// The forms in which another server may repeat secrets: as they are, in JSON, encoded for URLs, in
/// hexadecimal digits, and in Base64, also as a part of a longer text. A server that means to hide
/// a secret finds others.
public final class SecretForms {
  /// Shorter texts are not secrets.
  private static final int SHORTEST = 4;

  /// Shorter parts of Base64 could be ordinary words.
  private static final int SHORTEST_PART = 6;

  private final List<String> forms;

  public SecretForms(Collection<Secret> secrets) {
    var all = new ArrayList<String>();
    secrets.forEach(secret -> of(secret.reveal()).forEach(all::add));
    all.sort(Comparator.comparingInt(String::length).reversed());
    forms = List.copyOf(all);
  }

  private static Stream<String> of(String secret) {
    var json = Json.of(secret).toString();
    var bytes = secret.getBytes(StandardCharsets.UTF_8);
    var url = URLEncoder.encode(secret, StandardCharsets.UTF_8);
    var hex = HexFormat.of().formatHex(bytes);
    var plain =
        Stream.of(
            secret,
            json.substring(1, json.length() - 1),
            url,
            lowerCaseEscapes(url),
            hex,
            hex.toUpperCase(Locale.ROOT));
    var encoded =
        Stream.of(Base64.getEncoder(), Base64.getUrlEncoder())
            .map(Base64.Encoder::withoutPadding)
            .flatMap(
                base64 ->
                    Stream.of(
                        base64.encodeToString(bytes),
                        inside(secret, 0, base64),
                        inside(secret, 1, base64),
                        inside(secret, 2, base64)));
    return Stream.concat(plain, encoded).filter(form -> form.length() >= SHORTEST).distinct();
  }

  private static String lowerCaseEscapes(String url) {
    var text = new StringBuilder(url);
    for (int i = text.indexOf("%"); i >= 0; i = text.indexOf("%", i + 1)) {
      text.replace(i, i + 3, text.substring(i, i + 3).toLowerCase(Locale.ROOT));
    }
    return text.toString();
  }

  /// The part of the Base64 of a longer text that depends on the secret alone.
  ///
  /// @param before how many bytes are before the secret, modulo 3
  private static String inside(String secret, int before, Base64.Encoder base64) {
    var encoded =
        base64.encodeToString((" ".repeat(before) + secret).getBytes(StandardCharsets.UTF_8));
    int from = before == 0 ? 0 : 4;
    return encoded.length() - 1 - from < SHORTEST_PART
        ? ""
        : encoded.substring(from, encoded.length() - 1);
  }

  /// All forms, the longest first. They are as secret as the secrets.
  public List<String> all() {
    return forms;
  }

  /// Replaces every form of a secret in a text.
  public String replace(String text, String instead) {
    var clean = text;
    for (var form : forms) {
      clean = clean.replace(form, instead);
    }
    return clean;
  }
}
