package dev.drover.gateway;

import dev.drover.base.Json;
import dev.drover.base.Secret;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// Puts secrets in the place of placeholders in one request: in the values of headers, and in the
/// body. Never in the target, in names, or in trailers. Not safe for concurrent use.
final class Substitution {
  /// The longest head after that.
  private static final int MOST_HEAD = 256 * 1024;

  private static final Pattern BASIC = Pattern.compile("(?i)(basic[ ]+)([A-Za-z0-9+/]+={0,2})");

  private final List<Placeholder> placeholders;
  private final Source source;

  /// Where a secret comes from, right before it is sent.
  interface Source {
    /// @return empty if the placeholder stands for nothing any more
    /// @throws NotConnected if it must not be sent, or is not available
    Optional<Secret> reveal(Placeholder placeholder, boolean inBody) throws NotConnected;
  }

  /// @param placeholders those that cover the host of the request
  Substitution(List<Placeholder> placeholders, Source source) {
    this.placeholders = placeholders;
    this.source = source;
  }

  /// The headers as they are sent.
  ///
  /// @throws NotConnected as [Source#reveal]; if they become too long
  List<RequestHead.Field> headers(List<RequestHead.Field> fields) throws IOException {
    var texts = texts(false, Form.AS_IT_IS);
    if (texts.isEmpty()) {
      return fields;
    }
    var all = new ArrayList<RequestHead.Field>();
    int length = 0;
    for (var field : fields) {
      var value = header(field, texts);
      length += value.length();
      if (length > MOST_HEAD) {
        throw new NotConnected(
            Verdict.Reason.LIMIT, "an HTTP request was refused: its headers have too many secrets");
      }
      all.add(new RequestHead.Field(field.name(), value));
    }
    return all;
  }

  private static String header(RequestHead.Field field, List<Replacer.Text> texts)
      throws IOException {
    var basic = BASIC.matcher(field.value());
    if (field.name().equals("authorization") && basic.matches()) {
      try {
        var inside = Base64.getDecoder().decode(basic.group(2));
        var replaced = Replacer.whole(inside, texts);
        return Arrays.equals(inside, replaced)
            ? field.value()
            : basic.group(1) + Base64.getEncoder().encodeToString(replaced);
      } catch (IllegalArgumentException _) {
        return field.value(); // a placeholder is not Base64 either
      }
    }
    var replaced = Replacer.whole(field.value().getBytes(StandardCharsets.ISO_8859_1), texts);
    return new String(replaced, StandardCharsets.ISO_8859_1);
  }

  /// Whether the body may contain a placeholder that is replaced.
  boolean inBody() {
    return placeholders.stream().anyMatch(Placeholder::body);
  }

  /// What is replaced in a body of a type: a secret takes the form that it has in texts of this
  /// type.
  List<Replacer.Text> inBody(Optional<String> type) {
    return texts(true, Form.of(type));
  }

  private List<Replacer.Text> texts(boolean inBody, Form form) {
    return placeholders.stream()
        .filter(inBody ? Placeholder::body : Placeholder::header)
        .map(one -> new Replacer.Text(one.text(), with(one, inBody, form)))
        .toList();
  }

  private Replacer.With with(Placeholder placeholder, boolean inBody, Form form) {
    return () ->
        source
            .reveal(placeholder, inBody)
            .map(secret -> form.written(secret.reveal()).getBytes(StandardCharsets.UTF_8));
  }

  /// How a text is written in a body.
  private enum Form {
    AS_IT_IS,
    IN_JSON,
    IN_FORM;

    static Form of(Optional<String> type) {
      var media = type.orElse("").toLowerCase(Locale.ROOT).replaceFirst(";.*", "").strip();
      if (media.equals("application/x-www-form-urlencoded")) {
        return IN_FORM;
      }
      return media.equals("application/json") || media.endsWith("+json") ? IN_JSON : AS_IT_IS;
    }

    String written(String secret) {
      return switch (this) {
        case AS_IT_IS -> secret;
        case IN_FORM -> URLEncoder.encode(secret, StandardCharsets.UTF_8);
        case IN_JSON -> {
          var quoted = Json.of(secret).toString();
          yield quoted.substring(1, quoted.length() - 1);
        }
      };
    }
  }
}
