package dev.drover.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Splits bytes into server-sent events. Lines end with `\n`, `\r\n` or `\r`; comments and unknown
/// fields are skipped, and so is an event without data. For one thread.
///
/// @see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html">Server-sent
///   events</a>
public final class ServerEvents {
  /// The form that a stream must have.
  public enum Form {
    /// The form of the standard: an event without a blank line at its end is ignored.
    STANDARD,
    /// The form that clients of model servers accept:
    ///
    /// - an event whose blank line is missing at a clean end of the body counts;
    /// - an event with blank data does not count;
    /// - a line that begins with `{` is an event without its `data:`, since no field begins like
    ///   that;
    /// - a field `error` is an event of that name;
    /// - the first line that is no field at all is kept, see [#stray].
    LENIENT
  }

  /// The maximum lengths of the parts of a stream, in bytes.
  ///
  /// @param line the longest line
  /// @param event the most data of an event of several lines
  /// @param body the whole stream
  public record Lengths(int line, int event, long body) {}

  /// An event with data.
  ///
  /// @param name empty if the server gave none
  /// @param data its lines, joined by `\n`
  /// @param id the last that the server gave, with this event or before; empty if there was none
  public record ServerEvent(String name, String data, String id) {}

  private static final Pattern FIELD = Pattern.compile("[A-Za-z0-9_-]*");

  private static final Pattern MILLIS = Pattern.compile("[0-9]{1,15}");

  private final Chunks source;
  private final Form form;
  private final Lengths lengths;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream(512);
  private final Deque<ServerEvent> ready = new ArrayDeque<>();
  private byte[] chunk = new byte[0];
  private int at;
  private long seen;
  private boolean afterReturn;
  private boolean first = true;

  private String name = "";
  private String id = "";
  private @Nullable StringBuilder data;
  private String stray = "";
  private Optional<Duration> retry = Optional.empty();

  public ServerEvents(Chunks source, Form form, Lengths lengths) {
    this.source = source;
    this.form = form;
    this.lengths = lengths;
  }

  /// The next event that has data; null at the end of the body.
  ///
  /// @throws BodyTooLong if a part of the stream is longer than its limit
  /// @throws IOException if the stream cannot be read further
  public @Nullable ServerEvent next() throws IOException, InterruptedException {
    while (ready.isEmpty()) {
      var text = line();
      if (text == null) {
        if (form == Form.LENIENT) {
          dispatch();
        }
        break;
      }
      take(text);
    }
    return ready.poll();
  }

  private void take(String text) throws BodyTooLong {
    if (text.isEmpty()) {
      dispatch();
      name = "";
    } else if (form == Form.LENIENT && text.startsWith("{")) {
      dispatch();
      ready.add(new ServerEvent(name, text, id));
    } else {
      int colon = text.indexOf(':');
      int value = colon + (text.startsWith(" ", colon + 1) ? 2 : 1);
      field(colon < 0 ? text : text.substring(0, colon), colon < 0 ? "" : text.substring(value));
    }
  }

  private void field(String field, String value) throws BodyTooLong {
    switch (field) {
      case "data" -> {
        int before = data == null ? 0 : data.length() + 1;
        if (value.length() > lengths.event() - before) {
          throw new BodyTooLong(BodyTooLong.Part.EVENT, lengths.event());
        }
        data = data == null ? new StringBuilder(value) : data.append('\n').append(value);
      }
      case "event" -> name = value;
      case "error" -> {
        if (form == Form.LENIENT) {
          ready.add(new ServerEvent("error", value, id));
        }
      }
      case "id" -> id = value.indexOf('\0') < 0 ? value : id;
      case "retry" -> {
        if (MILLIS.matcher(value).matches()) {
          retry = Optional.of(Duration.ofMillis(Long.parseLong(value)));
        }
      }
      case "" -> {}
      default -> {
        if (stray.isEmpty() && !FIELD.matcher(field).matches()) {
          stray = value.isEmpty() ? field : field + ": " + value;
        }
      }
    }
  }

  /// The first line that can be neither a field nor a comment, such as one of an error page in the
  /// middle of the stream; empty if there was none.
  public String stray() {
    return stray;
  }

  /// The last id that the server gave, also with an event that had no data; empty if there was
  /// none.
  public String lastId() {
    return id;
  }

  /// How long the server wants its clients to wait before they connect again; empty if it has not
  /// said.
  public Optional<Duration> retry() {
    return retry;
  }

  private void dispatch() {
    if (data != null) {
      var text = data.toString();
      if (form == Form.LENIENT ? !text.isBlank() : !text.isEmpty()) {
        ready.add(new ServerEvent(name, text, id));
      }
      data = null;
    }
  }

  /// The next line without its end; null when there is none. The end of the body ends a line.
  private @Nullable String line() throws IOException, InterruptedException {
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
      if (line.size() + end - at > lengths.line()) {
        throw new BodyTooLong(BodyTooLong.Part.LINE, lengths.line());
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

  private boolean refill() throws IOException, InterruptedException {
    var next = source.next();
    if (next == null) {
      return false;
    }
    seen += next.length;
    if (seen > lengths.body()) {
      throw new BodyTooLong(BodyTooLong.Part.BODY, lengths.body());
    }
    chunk = next;
    at = 0;
    return true;
  }
}
