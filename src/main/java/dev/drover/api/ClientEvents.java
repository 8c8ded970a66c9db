package dev.drover.api;

import dev.drover.base.Ids;
import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.Session;
import dev.drover.session.ThreadId;
import dev.drover.wire.Fields;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.Set;
import java.util.function.IntPredicate;

/// Reads the events that a client may send. Content blocks are checked and then kept exactly as
/// they came, for the model sees them so.
///
/// Every problem is `INVALID_REQUEST` and names the field.
final class ClientEvents {
  private static final int MAX_BLOCKS = 1_000;
  private static final int MAX_TEXT = 4_000_000;
  private static final int MAX_URL = 8_192;
  private static final Set<String> IMAGES =
      Set.of("image/jpeg", "image/png", "image/gif", "image/webp");

  private ClientEvents() {}

  /// @throws Problem also `NOT_FOUND` for a thread that the session does not have
  static Event.FromClient read(Fields event, Session session, Ids ids) {
    var read =
        switch (event.type()) {
          case "user.message" -> new Event.UserMessage(id(ids), content(event));
          case "user.interrupt" -> {
            var thread = event.optionalText("session_thread_id", 256);
            if (thread != null) {
              ThreadRoutes.check(session, ThreadId.of(thread));
            }
            yield new Event.UserInterrupt(id(ids));
          }
          case "user.tool_confirmation",
              "user.custom_tool_result",
              "user.tool_result",
              "user.define_outcome",
              "system.message" ->
              throw unsupported(event, event.type());
          default -> throw event.problem("type", "unknown event type");
        };
    event.end();
    return read;
  }

  private static EventId id(Ids ids) {
    return new EventId(ids.next(EventId.PREFIX));
  }

  private static Json.Arr content(Fields event) {
    var blocks = new ArrayList<Json>();
    for (var block : event.objects("content", MAX_BLOCKS)) {
      switch (block.type()) {
        case "text" -> {
          if (block.text("text", 1, MAX_TEXT).isBlank()) {
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
    if (blocks.isEmpty()) {
      throw event.problem("content", "must contain at least 1 item");
    }
    return new Json.Arr(blocks);
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
