package dev.drover.api;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.wire.Fields;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;

/// Checks the content blocks of client events, and keeps them exactly as they came, for the model
/// sees them so. Every problem is `INVALID_REQUEST` and names the field.
final class ContentBlocks {
  private static final int MAX_BLOCKS = 1_000;
  private static final int MAX_TEXT = 4_000_000;
  private static final int MAX_URL = 8_192;
  private static final Set<String> IMAGES =
      Set.of("image/jpeg", "image/png", "image/gif", "image/webp");

  private ContentBlocks() {}

  /// What a user says: at least one block.
  static Json.Arr message(Fields event) {
    var blocks = new ArrayList<Json>();
    for (var block : event.objects("content", MAX_BLOCKS)) {
      switch (block.type()) {
        case "text" -> {
          if (text(block).isBlank()) {
            throw block.problem("text", "must have a character that is not white space");
          }
        }
        case "image" -> image(source(block));
        case "document" -> document(block);
        case "redacted" ->
            throw block.problem("type", "\"redacted\" is only ever sent by the server");
        default -> throw block.problem("type", "must be \"text\", \"image\" or \"document\"");
      }
      block.end();
      blocks.add(block.raw());
    }
    return notEmpty(event, blocks);
  }

  /// What a tool of the client gave.
  static Json.Arr result(Fields event) {
    var blocks = new ArrayList<Json>();
    for (var block : event.objects("content", MAX_BLOCKS)) {
      switch (block.type()) {
        case "text" -> text(block);
        case "image" -> image(source(block));
        case "document" -> document(block);
        case "search_result" -> searchResult(block);
        default ->
            throw block.problem(
                "type", "must be \"text\", \"image\", \"document\" or \"search_result\"");
      }
      block.end();
      blocks.add(block.raw());
    }
    return new Json.Arr(blocks);
  }

  /// What the client's program says in its own name: 1 to 1,000 text blocks.
  static Json.Arr system(Fields event) {
    return notEmpty(event, texts(event));
  }

  private static List<Json> texts(Fields parent) {
    var blocks = new ArrayList<Json>();
    for (var block : parent.objects("content", MAX_BLOCKS)) {
      block.type("text");
      text(block);
      block.end();
      blocks.add(block.raw());
    }
    return blocks;
  }

  private static Json.Arr notEmpty(Fields event, List<Json> blocks) {
    if (blocks.isEmpty()) {
      throw event.problem("content", "must contain at least 1 item");
    }
    return new Json.Arr(blocks);
  }

  private static String text(Fields block) {
    return block.text("text", 1, MAX_TEXT);
  }

  private static void searchResult(Fields block) {
    block.text("source", 1, MAX_URL);
    block.text("title", 1, 1_000);
    notEmpty(block, texts(block));
    block
        .object("citations")
        .ifPresent(
            citations -> {
              citations.bool("enabled");
              citations.end();
            });
  }

  private static Fields source(Fields block) {
    return Fields.of(block.required("source"), block.path("source"));
  }

  private static void image(Fields source) {
    switch (source.type()) {
      case "base64" -> {
        if (!IMAGES.contains(source.text("media_type", 1, 256))) {
          throw source.problem(
              "media_type", "must be image/jpeg, image/png, image/gif or image/webp");
        }
        base64(source);
      }
      case "url" -> url(source);
      case "file" -> throw unsupported(source, "file");
      default -> throw source.problem("type", "must be \"base64\" or \"url\"");
    }
    source.end();
  }

  private static void document(Fields block) {
    var source = source(block);
    switch (source.type()) {
      case "base64" -> {
        mediaType(source, "application/pdf");
        base64(source);
      }
      case "text" -> {
        mediaType(source, "text/plain");
        source.text("data", 1, MAX_TEXT);
      }
      case "url" -> url(source);
      case "file" -> throw unsupported(source, "file");
      default -> throw source.problem("type", "must be \"base64\", \"text\" or \"url\"");
    }
    source.end();
    block.optionalText("title", 1_000);
    block.optionalText("context", 100_000);
  }

  private static void mediaType(Fields source, String expected) {
    if (!source.text("media_type", 1, 256).equals(expected)) {
      throw source.problem("media_type", "must be " + expected);
    }
  }

  private static Problem unsupported(Fields fields, String type) {
    return fields.problem("type", "\"" + type + "\" is not supported by this version of Drover");
  }

  private static void url(Fields source) {
    var url = source.text("url", 1, MAX_URL);
    try {
      var parsed = new URI(url);
      var scheme = String.valueOf(parsed.getScheme());
      if ((scheme.equalsIgnoreCase("https") || scheme.equalsIgnoreCase("http"))
          && parsed.getHost() != null) {
        return;
      }
    } catch (URISyntaxException _) {
      // said below
    }
    throw source.problem("url", "must be an http or https URL");
  }

  /// Whether it can be decoded, without decoding it.
  private static void base64(Fields source) {
    var data = source.text("data", 1, Exchange.MAX_BODY);
    int end = data.length();
    while (end > 0 && data.charAt(end - 1) == '=') {
      end--;
    }
    IntPredicate digit =
        c ->
            (c >= 'A' && c <= 'Z')
                || (c >= 'a' && c <= 'z')
                || (c >= '0' && c <= '9')
                || c == '+'
                || c == '/';
    boolean padded = data.length() % 4 == 0 && data.length() - end <= 2;
    if (end == 0 || !padded || !data.chars().limit(end).allMatch(digit)) {
      throw source.problem("data", "must be base64");
    }
  }
}
