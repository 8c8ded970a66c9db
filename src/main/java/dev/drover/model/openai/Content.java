package dev.drover.model.openai;

import dev.drover.base.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Converts content blocks of the Messages API to texts and images of Chat Completions. Other
/// blocks become notes, so that the model knows what is missing.
final class Content {
  private Content() {}

  /// One text if the blocks contain only text; otherwise a list of parts.
  static Json parts(List<Json> blocks) {
    if (images(blocks).isEmpty()) {
      return Json.of(text(blocks));
    }
    var parts = new ArrayList<Json>();
    for (var block : blocks) {
      if (!isShown(block)) {
        parts.add(Json.obj("type", "text", "text", text(block)));
      }
      images(List.of(block)).forEach(image -> parts.add(imageUrl(image)));
    }
    return new Json.Arr(parts);
  }

  /// The images that can be sent, including those within documents.
  static List<Json> images(List<Json> blocks) {
    return blocks.stream().flatMap(Content::images).toList();
  }

  private static Stream<Json> images(Json json) {
    return isShown(json)
        ? Stream.of(json)
        : json instanceof Json.Obj block && "document".equals(block.text("type"))
            ? block.object("source").items("content").stream().flatMap(Content::images)
            : Stream.empty();
  }

  /// All blocks as text, with a line for each block.
  static String text(List<Json> blocks) {
    return blocks.stream().map(Content::text).collect(Collectors.joining("\n"));
  }

  private static String text(Json json) {
    if (!(json instanceof Json.Obj block)) {
      return leftOut("something");
    }
    return switch (String.valueOf(block.text("type"))) {
      case "text" -> piece(block, "text");
      case "image" -> isShown(block) ? "[an image, shown below]" : leftOut("an image");
      case "document" -> document(block);
      case "search_result" ->
          piece(block, "title")
              + "\n"
              + piece(block, "source")
              + "\n"
              + text(block.items("content"));
      default -> leftOut("a block of type " + block.text("type"));
    };
  }

  private static String document(Json.Obj block) {
    var source = block.object("source");
    var title = piece(block, "title");
    return switch (piece(source, "type")) {
      case "text" -> heading(block) + piece(source, "data");
      case "content" -> heading(block) + piece(source, "content") + text(source.items("content"));
      default ->
          leftOut(
              "a document"
                  + (title.isEmpty() ? "" : " named " + title)
                  + (piece(source, "media_type").isEmpty()
                      ? ""
                      : " of " + piece(source, "media_type")));
    };
  }

  private static String heading(Json.Obj block) {
    return Stream.of(piece(block, "title"), piece(block, "context"))
        .filter(line -> !line.isEmpty())
        .map(line -> line + "\n")
        .collect(Collectors.joining());
  }

  private static String leftOut(String what) {
    return "[" + what + " was left out: this model's server cannot take it]";
  }

  private static boolean isShown(Json json) {
    return json instanceof Json.Obj block
        && "image".equals(block.text("type"))
        && !url(block).isEmpty();
  }

  private static Json imageUrl(Json image) {
    return Json.obj("type", "image_url", "image_url", Json.obj("url", url(image)));
  }

  /// The URL of the image, or a `data:` URL with its bytes; empty for another source.
  private static String url(Json image) {
    var source = ((Json.Obj) image).object("source");
    return switch (piece(source, "type")) {
      case "url" -> piece(source, "url");
      case "base64" -> "data:" + piece(source, "media_type") + ";base64," + piece(source, "data");
      default -> "";
    };
  }

  private static String piece(Json.Obj object, String key) {
    var piece = object.text(key);
    return piece == null ? "" : piece;
  }
}
