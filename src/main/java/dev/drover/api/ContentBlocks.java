package dev.drover.api;

import dev.drover.base.Blank;
import dev.drover.base.Fields;
import dev.drover.base.ImageType;
import dev.drover.base.Json;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// The checks of the content blocks of client events. Valid blocks are kept exactly as received,
/// because they are sent to the model unchanged. Every problem is `INVALID_REQUEST` and names the
/// field.
final class ContentBlocks {
  private static final int MAX_BLOCKS = 1_000;
  private static final int MAX_TEXT = 4_000_000;
  private static final int MAX_URL = 8_192;

  private final ImageLimits images;
  private final SentFiles files;

  ContentBlocks(ImageLimits images, SentFiles files) {
    this.images = images;
    this.files = files;
  }

  /// The content of a user message: at least one block.
  Json.Arr message(Fields event) {
    var blocks = new ArrayList<Json>();
    for (var block : event.objects("content", MAX_BLOCKS)) {
      switch (block.type()) {
        case "text" -> said(block);
        case "image" -> image(source(block));
        case "document" -> document(block);
        case "redacted" -> throw block.problem("type", "\"redacted\" is sent only by the server");
        default -> throw block.problem("type", "must be \"text\", \"image\" or \"document\"");
      }
      block.end();
      blocks.add(block.raw());
    }
    return notEmpty(event, blocks);
  }

  /// The content of the result of a custom tool.
  Json.Arr result(Fields event) {
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

  /// The content of a system message: 1 to 1,000 text blocks.
  Json.Arr system(Fields event) {
    return notEmpty(event, texts(event));
  }

  private static List<Json> texts(Fields parent) {
    var blocks = new ArrayList<Json>();
    for (var block : parent.objects("content", MAX_BLOCKS)) {
      block.type("text");
      said(block);
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

  /// Checks a text that is sent to the model unchanged. A model server refuses a blank text, and
  /// would also refuse every later request that contains it.
  private static void said(Fields block) {
    if (Blank.is(text(block))) {
      throw block.problem("text", "must contain a character that is not white space");
    }
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

  private void image(Fields source) {
    switch (source.type()) {
      case "base64" -> {
        var declared = ImageType.named(source.text("media_type", 1, 256));
        if (declared.isEmpty()) {
          throw source.problem(
              "media_type", "must be image/jpeg, image/png, image/gif or image/webp");
        }
        new Image(source, "data", base64(source)).check(declared.get(), images);
      }
      case "url" -> url(source);
      case "file" -> files.image(source);
      default -> throw source.problem("type", "must be \"base64\", \"url\" or \"file\"");
    }
    source.end();
  }

  private void document(Fields block) {
    var source = source(block);
    switch (source.type()) {
      case "base64" -> {
        mediaType(source, "application/pdf");
        pdf(source, base64(source));
      }
      case "text" -> {
        mediaType(source, "text/plain");
        if (Blank.is(source.text("data", 1, MAX_TEXT))) {
          throw source.problem("data", "must contain a character that is not white space");
        }
      }
      case "url" -> url(source);
      case "file" -> files.document(source);
      default -> throw source.problem("type", "must be \"base64\", \"text\", \"url\" or \"file\"");
    }
    source.end();
    block.optionalText("title", 1_000);
    block.optionalText("context", 100_000);
  }

  /// PDF readers search for the marker in the first 1,024 bytes.
  private static void pdf(Fields source, String data) {
    var start = Base64Text.start(data, 1_024);
    if (!new String(start, StandardCharsets.ISO_8859_1).contains("%PDF-")) {
      throw source.problem("data", "is not a PDF: its first 1,024 bytes have no \"%PDF-\"");
    }
  }

  private static void mediaType(Fields source, String expected) {
    if (!source.text("media_type", 1, 256).equals(expected)) {
      throw source.problem("media_type", "must be " + expected);
    }
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
      // reported below
    }
    throw source.problem("url", "must be an http or https URL");
  }

  private static String base64(Fields source) {
    var data = source.text("data", 1, RequestBody.MAX);
    if (!Base64Text.isValid(data)) {
      throw source.problem("data", "must be base64");
    }
    return data;
  }
}
