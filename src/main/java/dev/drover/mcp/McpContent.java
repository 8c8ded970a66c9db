package dev.drover.mcp;

import dev.drover.base.Json;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/// The content of a result in blocks of the Messages API. What a model cannot see is named.
final class McpContent {
  private static final Set<String> IMAGES =
      Set.of("image/png", "image/jpeg", "image/gif", "image/webp");

  /// The limits of the Messages API: the size of an image in base64, and a careful number of them.
  private static final int LARGEST_IMAGE = 5 << 20;

  private static final int MOST_IMAGES = 20;
  private static final int LARGEST_PDF = 10 << 20;
  private static final int MOST_BLOCKS = 1_000;

  private final List<Json> blocks = new ArrayList<>();
  private int images;

  private McpContent() {}

  /// The blocks of a result of `tools/call`, at least one.
  static Json.Arr of(Json.Obj result) {
    var content = new McpContent();
    var items = result.items("content");
    items.stream().limit(MOST_BLOCKS).forEach(content::add);
    if (items.size() > MOST_BLOCKS) {
      content.note("%,d further blocks".formatted(items.size() - MOST_BLOCKS));
    }
    var structured = result.get("structuredContent").filter(Json.Obj.class::isInstance);
    if (content.blocks.isEmpty() && structured.isPresent()) {
      content.text(structured.get().toString());
    }
    return new Json.Arr(content.blocks);
  }

  private void add(Json item) {
    var block = item instanceof Json.Obj object ? object : Json.EMPTY;
    switch (String.valueOf(block.text("type"))) {
      case "text" -> text(or(block.text("text"), ""));
      case "image" -> data(block, or(block.text("data"), ""), "image");
      case "audio" -> data(block, or(block.text("data"), ""), "audio");
      case "resource" -> resource(block.object("resource"));
      case "resource_link" -> text(link(block));
      default -> note("a block of a type that Drover does not know");
    }
  }

  private static String or(@Nullable String text, String otherwise) {
    return Objects.requireNonNullElse(text, otherwise);
  }

  private void resource(Json.Obj resource) {
    var text = resource.text("text");
    if (text != null) {
      text("[" + or(resource.text("uri"), "resource") + "]\n" + text);
    } else {
      data(resource, or(resource.text("blob"), ""), or(resource.text("uri"), "resource"));
    }
  }

  /// @param what names it if it cannot be shown
  private void data(Json.Obj block, String data, String what) {
    var type = or(block.text("mimeType"), "").toLowerCase(Locale.ROOT).strip();
    if (IMAGES.contains(type) && data.length() <= LARGEST_IMAGE && isBase64(data)) {
      if (images++ < MOST_IMAGES) {
        blocks.add(Json.obj("type", "image", "source", source(type, data)));
        return;
      }
    } else if (type.equals("application/pdf") && data.length() <= LARGEST_PDF && isBase64(data)) {
      blocks.add(Json.obj("type", "document", "source", source(type, data)));
      return;
    }
    note("%s, %s, %,d bytes".formatted(what, type.isEmpty() ? "no type" : type, size(data)));
  }

  private static Json.Obj source(String type, String data) {
    return Json.obj("type", "base64", "media_type", type, "data", data);
  }

  private static int size(String base64) {
    return base64.length() / 4 * 3;
  }

  private static boolean isBase64(String data) {
    try {
      return Base64.getDecoder().decode(data).length > 0;
    } catch (IllegalArgumentException _) {
      return false;
    }
  }

  private static String link(Json.Obj block) {
    var words = new StringJoiner(", ", "[a link to a resource: ", "]");
    for (var key : List.of("name", "uri", "mimeType", "description")) {
      var value = block.text(key);
      if (value != null && !value.isBlank()) {
        words.add(value);
      }
    }
    return words.toString();
  }

  private void note(String what) {
    text("[not shown: " + what + "]");
  }

  private void text(String text) {
    blocks.add(Json.obj("type", "text", "text", text));
  }
}
