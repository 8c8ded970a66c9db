package dev.drover.model.http;

import dev.drover.base.Json;
import dev.drover.model.Answer;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The body of a 200: an event stream, or a whole JSON reply from a server that does not stream.
/// Its first characters decide which, whatever `content-type` says: servers omit it, send several,
/// or send that of an error.
final class ReplyBody {
  /// Makes one answer of the events of one stream.
  @FunctionalInterface
  interface Reading {
    /// @throws BrokenStream when the stream makes no sense
    Answer read(ReplyEvents events) throws BrokenStream, InterruptedException;
  }

  /// The maximum white space before the first character, in bytes.
  private static final int MAX_BLANK = 64 * 1024;

  /// The maximum number of bytes that are kept of a body that is not a reply.
  private static final int MAX_OTHER = 64 * 1024;

  private static final Pattern FIELD =
      Pattern.compile("(?s):.*|(data|event|id|retry)\\s*(:.*)?|(data|event|id|retry)[:\\r\\n].*");

  private final ReplyChunks source;
  private final boolean declared;
  private final boolean measured;
  private final ByteArrayOutputStream start = new ByteArrayOutputStream();

  /// @param type the values of `content-type`
  /// @param measured whether the end of `source` is known to be that of the body
  ReplyBody(ReplyChunks source, List<String> type, boolean measured) {
    this.source = new Unzipped(source);
    this.declared =
        type.stream()
            .anyMatch(value -> value.toLowerCase(Locale.ROOT).contains("text/event-stream"));
    this.measured = measured;
  }

  /// Reads the body.
  ///
  /// @throws BrokenStream when it cannot be read to its end, or makes no sense
  Answer read(Failures failures, Reading reading) throws BrokenStream, InterruptedException {
    var text = beginning();
    if (text.startsWith("{") || text.startsWith("[")) {
      return json(failures, reading);
    }
    if (declared ? !text.startsWith("<") : FIELD.matcher(text).matches()) {
      return reading.read(new ReplyEvents(rest(), measured));
    }
    return failures.notAStream(limited(MAX_OTHER));
  }

  /// The first characters that are not white space, as many as are needed to decide.
  private String beginning() throws BrokenStream, InterruptedException {
    while (true) {
      var text = start.toString(StandardCharsets.UTF_8).replace("\uFEFF", "").stripLeading();
      if (text.length() >= 6 || (!text.isEmpty() && "{[<:".indexOf(text.charAt(0)) >= 0)) {
        return text;
      }
      var more = source.next();
      if (more == null) {
        return text;
      }
      start.writeBytes(more);
      if (text.isEmpty() && start.size() > MAX_BLANK + more.length) {
        throw new BrokenStream("the model server's reply begins with too much white space");
      }
    }
  }

  /// Reads a whole reply, a list of replies or chunks, or chunks with one on each line.
  private Answer json(Failures failures, Reading reading)
      throws BrokenStream, InterruptedException {
    var text = whole();
    var values = values(text);
    if (values.isEmpty()) {
      var lines = text.getBytes(StandardCharsets.UTF_8);
      return reading.read(new ReplyEvents(once(lines), measured));
    }
    boolean known = values.get().stream().anyMatch(ReplyBody::isReply);
    return known ? reading.read(ReplyEvents.of(values.get())) : failures.notAStream(text);
  }

  private static Optional<List<Json>> values(String text) {
    try {
      var value = Json.received(text);
      return Optional.of(value instanceof Json.Arr(var items) ? items : List.of(value));
    } catch (Json.Malformed _) {
      return Optional.empty();
    }
  }

  /// Whether a value is a reply, or an error in the same form.
  private static boolean isReply(Json value) {
    return value instanceof Json.Obj body
        && (body.get("choices").isPresent()
            || ErrorEvents.is(new ReplyEvents.ReplyEvent("", body))
            || (body.text("type") != null && !"error".equals(body.text("type"))));
  }

  private String whole() throws BrokenStream, InterruptedException {
    var text = limited(ReplyEvents.MAX_REPLY + 1);
    if (text.length() > ReplyEvents.MAX_REPLY) {
      throw new BrokenStream("the reply is longer than " + ReplyEvents.MAX_REPLY + " bytes");
    }
    return text.replace("\uFEFF", "").strip();
  }

  private String limited(int most) throws BrokenStream, InterruptedException {
    var text = new ByteArrayOutputStream();
    var chunks = rest();
    for (var bytes = chunks.next(); bytes != null; bytes = chunks.next()) {
      text.writeBytes(bytes);
      if (text.size() >= most) {
        break;
      }
    }
    return text.toString(StandardCharsets.UTF_8);
  }

  /// The body from its first byte on.
  private ReplyChunks rest() {
    var first = once(start.toByteArray());
    return () -> {
      var bytes = first.next();
      return bytes == null ? source.next() : bytes;
    };
  }

  private static ReplyChunks once(byte[] bytes) {
    return new ReplyChunks() {
      private boolean given;

      @Override
      public byte @Nullable [] next() {
        boolean none = given || bytes.length == 0;
        given = true;
        return none ? null : bytes;
      }
    };
  }
}
