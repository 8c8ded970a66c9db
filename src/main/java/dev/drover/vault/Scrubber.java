package dev.drover.vault;

import dev.drover.base.Json;
import dev.drover.base.Secret;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Removes secrets from texts of other servers: as they are, in JSON, encoded for URLs and in
/// Base64; also the tokens that OAuth servers return.
final class Scrubber {
  private static final String GONE = "[redacted]";
  private static final String NAMES = "(access_token|refresh_token|id_token|client_secret)";
  private static final Pattern IN_JSON =
      Pattern.compile("(?i)(\"" + NAMES + "\"\\s*:\\s*)\"[^\"]*\"?");
  private static final Pattern IN_FORM = Pattern.compile("(?i)(" + NAMES + "=)[^&\\s\"<]*");

  /// Shorter texts are not secrets.
  private static final int SHORTEST = 4;

  private final List<String> forms;

  Scrubber(Collection<Secret> secrets) {
    var all = new ArrayList<String>();
    secrets.forEach(secret -> forms(secret.reveal()).forEach(all::add));
    all.sort(Comparator.comparingInt(String::length).reversed());
    forms = List.copyOf(all);
  }

  private static Stream<String> forms(String secret) {
    var json = Json.of(secret).toString();
    var bytes = secret.getBytes(StandardCharsets.UTF_8);
    var base64 = Base64.getEncoder().withoutPadding();
    var forms =
        Stream.of(
            secret,
            json.substring(1, json.length() - 1),
            URLEncoder.encode(secret, StandardCharsets.UTF_8),
            HexFormat.of().formatHex(bytes),
            base64.encodeToString(bytes),
            Base64.getUrlEncoder().withoutPadding().encodeToString(bytes),
            inside(secret, 1),
            inside(secret, 2));
    return forms.filter(form -> form.length() >= SHORTEST).distinct();
  }

  /// The part of the Base64 of a longer text that depends on the secret alone.
  ///
  /// @param before how many bytes are before the secret, modulo 3
  private static String inside(String secret, int before) {
    var text = " ".repeat(before) + secret;
    var base64 = Base64.getEncoder().withoutPadding();
    var encoded = base64.encodeToString(text.getBytes(StandardCharsets.UTF_8));
    return encoded.length() < 6 ? "" : encoded.substring(4, encoded.length() - 1);
  }

  String clean(String text) {
    var clean = text;
    for (var form : forms) {
      clean = clean.replace(form, GONE);
    }
    clean = IN_JSON.matcher(clean).replaceAll("$1\"" + GONE + "\"");
    return IN_FORM.matcher(clean).replaceAll("$1" + GONE);
  }
}
