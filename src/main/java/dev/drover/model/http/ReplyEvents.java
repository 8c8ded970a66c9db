package dev.drover.model.http;

import dev.drover.base.Json;
import dev.drover.http.BodyTooLong;
import dev.drover.http.ServerEvents;
import dev.drover.http.ServerEvents.ServerEvent;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The events of one reply: JSON objects up to a `[DONE]` or the end of the body. Heartbeats are
/// skipped, by their name or their text. Other text that is not JSON is skipped, too; the last of
/// it is kept, because it may give the reason why there is no reply.
///
/// Several `data:` lines of one event are one value, as in the standard, unless each line is a
/// complete value: then the blank lines between events are missing.
public final class ReplyEvents {
  /// The maximum length of a reply, in bytes.
  static final int MAX_REPLY = 64 * 1024 * 1024;

  /// The maximum length of a line, in bytes. The result of a server tool is a single line.
  static final int MAX_LINE = 16 * 1024 * 1024;

  /// The maximum length of the skipped text that is kept, in characters.
  private static final int MAX_SKIPPED = 1_000;

  /// The maximum length of a heartbeat or an end mark, in characters.
  private static final int MAX_WORD = 64;

  private static final Pattern HEARTBEAT =
      Pattern.compile(
          "\\W*(ping|pong|alive|noop|no-op|heart[-_ ]?beat|keep[-_ ]?alive)\\W*",
          Pattern.CASE_INSENSITIVE);

  private static final Pattern MARK =
      Pattern.compile("\"?\\[\\s*DONE\\s*]\"?", Pattern.CASE_INSENSITIVE);

  /// The way in which the events ended.
  public enum End {
    /// They have not ended.
    NONE,
    /// By `[DONE]`.
    MARK,
    /// With the body, which is known to be complete because the server had sent its length.
    CLEAN,
    /// With the connection: the body had no length, so it may be incomplete.
    UNKNOWN
  }

  /// @param name empty if the server gave none
  public record ReplyEvent(String name, Json.Obj body) {}

  private final ServerEvents stream;
  private final boolean measured;
  private final Deque<ReplyEvent> ready = new ArrayDeque<>();
  private Runnable received = () -> {};
  private Runnable ending = () -> {};
  private String skipped = "";
  private End end = End.NONE;

  /// @param measured whether the end of `body` is known to be its end
  ReplyEvents(ReplyChunks body, boolean measured) {
    this.stream =
        new ServerEvents(
            body,
            ServerEvents.Form.LENIENT,
            new ServerEvents.Lengths(MAX_LINE, MAX_REPLY, MAX_REPLY));
    this.measured = measured;
  }

  /// The events of a complete JSON text.
  static ReplyEvents of(List<Json> values) {
    var events = new ReplyEvents(() -> null, true);
    values.forEach(value -> events.take("", value));
    return events;
  }

  /// @param event runs whenever an event has been read
  /// @param end runs when only the end of the reply is to come
  void watch(Runnable event, Runnable end) {
    received = event;
    ending = end;
  }

  /// Records that the end mark has arrived, so that a shorter time limit applies to what follows,
  /// such as the usage.
  public void expectEnd() {
    ending.run();
  }

  /// The next event; null at the end.
  ///
  /// @throws BrokenStream when the stream cannot be read further
  public @Nullable ReplyEvent next() throws BrokenStream, InterruptedException {
    while (ready.isEmpty() && end == End.NONE) {
      var event = read();
      if (event == null) {
        end = measured && skipped().isEmpty() ? End.CLEAN : End.UNKNOWN;
      } else {
        for (var value : values(event.data())) {
          if (end == End.NONE) {
            accept(event.name().strip(), value.strip());
          }
        }
      }
    }
    var event = ready.poll();
    if (event != null) {
      received.run();
    }
    return event;
  }

  private @Nullable ServerEvent read() throws BrokenStream, InterruptedException {
    try {
      return stream.next();
    } catch (BrokenStream e) {
      throw e;
    } catch (BodyTooLong e) {
      throw new BrokenStream(
          e.part() == BodyTooLong.Part.LINE
              ? "the model server sent a line longer than " + MAX_LINE + " bytes"
              : "the reply is longer than " + MAX_REPLY + " bytes");
    } catch (IOException e) {
      throw new IllegalStateException("the bytes of a reply fail as BrokenStream alone", e);
    }
  }

  private static List<String> values(String data) {
    if (data.indexOf('\n') < 0) {
      return List.of(data);
    }
    var lines = Arrays.stream(data.split("\n")).filter(line -> !line.isBlank()).toList();
    return lines.size() > 1 && lines.stream().allMatch(ReplyEvents::isWhole)
        ? lines
        : List.of(data);
  }

  /// Whether a line of an event is a complete value.
  private static boolean isWhole(String line) {
    var text = line.strip();
    if (!text.startsWith("{") || !text.endsWith("}")) {
      return isMark(text);
    }
    try {
      return Json.received(text) instanceof Json.Obj;
    } catch (Json.Malformed _) {
      return false;
    }
  }

  /// The next event, without removing it; null at the end.
  ///
  /// @throws BrokenStream when the stream cannot be read further
  @Nullable ReplyEvent peek() throws BrokenStream, InterruptedException {
    var event = next();
    if (event != null) {
      ready.addFirst(event);
    }
    return event;
  }

  private void accept(String name, String data) throws BrokenStream {
    if (isHeartbeat(name) || isHeartbeat(data)) {
      return;
    }
    if (isMark(data)) {
      end = End.MARK;
    } else if (data.startsWith("{") || data.startsWith("[")) {
      take(name, parsed(data));
    } else if (name.equals("error")) {
      ready.add(new ReplyEvent(name, Json.obj("error", data)));
    } else {
      skipped = data.substring(0, Math.min(data.length(), MAX_SKIPPED));
    }
  }

  private static boolean isHeartbeat(String text) {
    return text.length() <= MAX_WORD && HEARTBEAT.matcher(text).matches();
  }

  private void take(String name, Json value) {
    switch (value) {
      case Json.Obj body -> ready.add(new ReplyEvent(name, body));
      case Json.Arr(var items) -> {
        for (var item : items) {
          if (item instanceof Json.Obj body) {
            ready.add(new ReplyEvent(name, body));
          }
        }
      }
      default -> {}
    }
  }

  private static Json parsed(String data) throws BrokenStream {
    try {
      return Json.received(data);
    } catch (Json.Malformed e) {
      throw new BrokenStream("the model server's stream is not readable: " + e.getMessage());
    }
  }

  private static boolean isMark(String data) {
    var text = data.strip();
    return text.length() <= MAX_WORD && MARK.matcher(text).matches();
  }

  /// The way in which the events ended, after [#next] has returned null.
  public End end() {
    return end;
  }

  /// The last text between the events that is neither JSON nor a heartbeat; empty if there was
  /// none.
  public String skipped() {
    var stray = skipped.isEmpty() ? stream.stray() : skipped;
    return stray.substring(0, Math.min(stray.length(), MAX_SKIPPED));
  }
}
