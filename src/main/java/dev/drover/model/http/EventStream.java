package dev.drover.model.http;

import dev.drover.base.Json;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Splits bytes into server-sent events. Lines end with `\n`, `\r\n` or `\r`; comments, ids and
/// unknown fields are skipped; an event that the end cuts off is dropped.
///
/// @see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html">Server-sent
///   events</a>
public final class EventStream {
  /// Longest line, in bytes: a block that a server tool filled comes as one line.
  static final int MAX_LINE = 16 * 1024 * 1024;

  /// Most bytes of one reply.
  static final long MAX_REPLY = 64L * 1024 * 1024;

  /// @param name empty if the server gave none
  public record ServerEvent(String name, String data) {
    /// The data as an object.
    ///
    /// @throws Broken if it is none
    public Json.Obj json() throws Broken {
      try {
        if (Json.parse(data) instanceof Json.Obj object) {
          return object;
        }
      } catch (Json.Malformed e) {
        throw new Broken("the model server's stream is not readable: " + e.getMessage());
      }
      throw new Broken("the model server's stream is not readable: an event is not an object");
    }
  }

  private final Chunks source;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream(512);
  private byte[] chunk = new byte[0];
  private int at;
  private long seen;
  private boolean afterReturn;
  private boolean first = true;

  EventStream(Chunks source) {
    this.source = source;
  }

  /// The next event that has data; null at the end.
  ///
  /// @throws Broken when the stream cannot be read further
  public @Nullable ServerEvent next() throws Broken, InterruptedException {
    var name = "";
    StringBuilder data = null;
    for (var text = line(); text != null; text = line()) {
      if (text.isEmpty()) {
        if (data != null) {
          return new ServerEvent(name, data.toString());
        }
        name = "";
        continue;
      }
      var value = field("data", text);
      if (value != null) {
        data = data == null ? new StringBuilder() : data.append('\n');
        data.append(value);
        continue;
      }
      var named = field("event", text);
      name = named == null ? name : named;
    }
    return null;
  }

  private static @Nullable String field(String name, String line) {
    if (!line.startsWith(name)) {
      return null;
    }
    if (line.length() == name.length()) {
      return "";
    }
    if (line.charAt(name.length()) != ':') {
      return null;
    }
    int value = name.length() + 1;
    return line.substring(line.startsWith(" ", value) ? value + 1 : value);
  }

  /// The next whole line without its end; null when there is none.
  private @Nullable String line() throws Broken, InterruptedException {
    while (true) {
      if (at == chunk.length && !refill()) {
        return null;
      }
      if (afterReturn) {
        afterReturn = false;
        if (chunk[at] == '\n') {
          at++;
          continue;
        }
      }
      int end = at;
      while (end < chunk.length && chunk[end] != '\n' && chunk[end] != '\r') {
        end++;
      }
      if (line.size() + end - at > MAX_LINE) {
        throw new Broken("the model server sent a line longer than " + MAX_LINE + " bytes");
      }
      line.write(chunk, at, end - at);
      at = end;
      if (end < chunk.length) {
        afterReturn = chunk[end] == '\r';
        at++;
        return taken();
      }
    }
  }

  private String taken() {
    var text = line.toString(StandardCharsets.UTF_8);
    line.reset();
    if (first) {
      first = false;
      return text.startsWith("\uFEFF") ? text.substring(1) : text;
    }
    return text;
  }

  private boolean refill() throws Broken, InterruptedException {
    var next = source.next();
    if (next == null) {
      return false;
    }
    seen += next.length;
    if (seen > MAX_REPLY) {
      throw new Broken("the reply is longer than " + MAX_REPLY + " bytes");
    }
    chunk = next;
    at = 0;
    return true;
  }
}
