package dev.drover.model.http;

import dev.drover.base.Json;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Splits bytes into server-sent events. Lines end with `\n`, `\r\n` or `\r`; comments, ids and
/// unknown fields are skipped. Where servers of this field differ from the rules, it reads what
/// their clients read:
///
/// - an event whose blank line is missing at a clean end of the body counts;
/// - an event without data, or with blank data, is a heartbeat and does not count;
/// - `data:` lines of one event are one value, unless each line is a whole value by itself;
/// - a line that begins with `{` is a value that lacks its `data:`, since no field begins so.
///
/// @see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html">Server-sent
///   events</a>
final class EventStream {
  /// Longest line, in bytes: a block that a server tool filled comes as one line.
  static final int MAX_LINE = 16 * 1024 * 1024;

  /// Most bytes of one reply.
  static final long MAX_REPLY = 64L * 1024 * 1024;

  /// @param name empty if the server gave none
  /// @param data never blank
  record ServerEvent(String name, String data) {}

  private final Chunks source;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream(512);
  private byte[] chunk = new byte[0];
  private int at;
  private long seen;
  private boolean afterReturn;
  private boolean first = true;
  private final Deque<ServerEvent> ready = new ArrayDeque<>();

  EventStream(Chunks source) {
    this.source = source;
  }

  /// The next event that has data; null at the end of the body.
  ///
  /// @throws Broken when the stream cannot be read further
  @Nullable ServerEvent next() throws Broken, InterruptedException {
    var name = "";
    var data = new ArrayList<String>();
    while (ready.isEmpty()) {
      var text = line();
      if (text == null || text.isEmpty()) {
        dispatch(name, data);
        if (text == null) {
          break;
        }
        name = "";
        data.clear();
      } else if (text.startsWith("{")) {
        dispatch(name, data);
        data.clear();
        ready.add(new ServerEvent(name, text));
      } else {
        var value = field("data", text);
        if (value != null) {
          data.add(value);
        }
        var named = field("event", text);
        name = named == null ? name : named;
      }
    }
    return ready.poll();
  }

  private void dispatch(String name, List<String> lines) {
    var data = lines.stream().filter(line -> !line.isBlank()).toList();
    if (data.size() > 1 && data.stream().allMatch(EventStream::isWhole)) {
      data.forEach(line -> ready.add(new ServerEvent(name, line)));
    } else if (!data.isEmpty()) {
      ready.add(new ServerEvent(name, String.join("\n", lines)));
    }
  }

  /// Whether a line of an event is a value by itself: the blank line before the next is missing.
  private static boolean isWhole(String line) {
    var text = line.strip();
    if (!text.startsWith("{") || !text.endsWith("}")) {
      return ReplyEvents.isMark(text);
    }
    try {
      return Json.received(text) instanceof Json.Obj;
    } catch (Json.Malformed _) {
      return false;
    }
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

  /// The next line without its end; null when there is none. The end of the body ends a line.
  private @Nullable String line() throws Broken, InterruptedException {
    while (true) {
      if (at == chunk.length && !refill()) {
        return line.size() == 0 ? null : taken();
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
