package dev.drover.mcp;

import dev.drover.base.Json;
import dev.drover.base.Pause;
import dev.drover.http.BodyTooLong;
import dev.drover.http.ServerEvents;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The transport of today: each message is the body of a POST, and its answer the body of the
/// response, a message or a stream of them. A stream that is lost is resumed if the server gave its
/// events ids.
///
/// @see <a
///   href="https://modelcontextprotocol.io/specification/2025-11-25/basic/transports">Transports</a>
final class StreamableTransport implements McpTransport {
  private static final String SESSION = "mcp-session-id";
  private static final String VERSION = "mcp-protocol-version";
  private static final Pattern SESSION_ID = Pattern.compile("[!-~]{1,1024}");

  /// How often in a row a stream is resumed without a message from it.
  private static final int RESUMED = 3;

  private static final Duration LONGEST_RETRY = Duration.ofSeconds(30);

  /// A stream that lasted so long was not a failure.
  private static final Duration STEADY = Duration.ofSeconds(30);

  private static final Duration FOR_ANSWERS = Duration.ofSeconds(10);
  private static final Duration FOR_THE_END = Duration.ofSeconds(1);

  private final McpEndpoint endpoint;
  private final McpTimes times;
  private final Pause pause;
  private final Incidents incidents;
  private final BackgroundThreads background = new BackgroundThreads();
  private volatile @Nullable McpVersion version;
  private volatile @Nullable String session;

  StreamableTransport(McpEndpoint endpoint, McpTimes times, Pause pause, Incidents incidents) {
    this.endpoint = endpoint;
    this.times = times;
    this.pause = pause;
    this.incidents = incidents;
  }

  private Map<String, String> headers() {
    var headers = new HashMap<String, String>();
    var agreed = version;
    var id = session;
    if (agreed != null) {
      headers.put(VERSION, agreed.date());
    }
    if (id != null) {
      headers.put(SESSION, id);
    }
    return headers;
  }

  private boolean isStateless() {
    return version == McpVersion.STATELESS;
  }

  @Override
  public void agreed(McpVersion with) {
    version = with;
    if (with == McpVersion.STATELESS) {
      session = null;
    }
  }

  @Override
  public boolean cancelsByClosing() {
    return isStateless();
  }

  @Override
  public Json.Obj request(Json.Obj request, Map<String, String> more, Deadline deadline)
      throws McpTrouble, InterruptedException {
    var id = request.get("id").orElseThrow();
    var headers = headers();
    headers.putAll(more);
    var reading = new Reading(id, deadline);
    try (var reply = endpoint.post(endpoint.url(), headers, request, deadline.left())) {
      if (!reply.isSuccess()) {
        throw McpEndpoint.refusal(reply, headers.containsKey(SESSION));
      }
      noteSession(reply, headers);
      if (!reply.isStream()) {
        return reading.only(reply);
      }
      var answer = reading.through(reply);
      if (answer != null) {
        return answer;
      }
    }
    return resumed(reading);
  }

  private void noteSession(McpReply reply, Map<String, String> headers) throws McpTrouble {
    var id = reply.header(SESSION);
    if (id.isEmpty() || headers.containsKey(SESSION) || isStateless()) {
      return;
    }
    if (!SESSION_ID.matcher(id.get()).matches()) {
      throw new McpTrouble(McpTrouble.Kind.REFUSED, "The server's session id is invalid.");
    }
    session = id.get();
  }

  /// The rest of a stream that ended before the answer.
  private Json.Obj resumed(Reading reading) throws McpTrouble, InterruptedException {
    for (int tries = 0; tries < RESUMED && !reading.lastId.isEmpty() && !isStateless(); tries++) {
      var wait = reading.retry;
      pause.pause(wait.compareTo(LONGEST_RETRY) > 0 ? LONGEST_RETRY : wait);
      if (reading.deadline.hasPassed()) {
        throw new McpTrouble(McpTrouble.Kind.LOST, "The server did not answer in time.");
      }
      var headers = headers();
      headers.put("last-event-id", reading.lastId);
      try (var reply = endpoint.get(headers, reading.deadline.left())) {
        if (!reply.isSuccess() || !reply.isStream()) {
          break;
        }
        var seen = reading.lastId;
        var answer = reading.through(reply);
        if (answer != null) {
          return answer;
        }
        tries = reading.lastId.equals(seen) ? tries : -1;
      } catch (McpTrouble e) {
        if (e.kind() != McpTrouble.Kind.UNREACHABLE) {
          throw e;
        }
      }
    }
    throw new McpTrouble(McpTrouble.Kind.LOST, "The server ended its answer without a result.");
  }

  /// The reading of the answer to one request, from one response or several.
  private final class Reading {
    private final Json id;
    private final Deadline deadline;
    private String lastId = "";
    private Duration retry = times.retry();

    Reading(Json id, Deadline deadline) {
      this.id = id;
      this.deadline = deadline;
    }

    /// The reading of a further response, from where this one ended.
    Reading again(Deadline another) {
      var again = new Reading(id, another);
      again.note(lastId, retry);
      return again;
    }

    /// The answer in a body that is not a stream.
    Json.Obj only(McpReply reply) throws McpTrouble, InterruptedException {
      for (var message : reply.messages(deadline, McpReply.MOST)) {
        if (RpcMessage.isAnswer(message, id)) {
          return message;
        }
        other(message);
      }
      throw new McpTrouble(
          McpTrouble.Kind.LOST, "The server's answer (HTTP " + reply.status() + ") has no result.");
    }

    /// The answer in a stream; null if the stream ends before.
    Json.@Nullable Obj through(McpReply reply) throws McpTrouble, InterruptedException {
      var events = reply.events(() -> deadline);
      try {
        for (var event = events.next(); event != null; event = events.next()) {
          note(events.lastId(), events.retry().orElse(retry));
          for (var message : messages(reply, event)) {
            if (RpcMessage.isAnswer(message, id)) {
              reply.drain();
              return message;
            }
            other(message);
          }
        }
      } catch (IOException e) {
        if (deadline.hasPassed() || e instanceof BodyTooLong) {
          throw McpReply.lost(e, deadline);
        }
      }
      note(events.lastId(), events.retry().orElse(retry));
      return null;
    }

    private void note(String id, Duration wait) {
      lastId = id.isEmpty() || !SESSION_ID.matcher(id).matches() ? lastId : id;
      retry = wait;
    }

    private void other(Json.Obj message) throws InterruptedException {
      if ("notifications/progress".equals(message.text("method"))) {
        deadline.progress();
      } else {
        incident(message);
      }
    }
  }

  private static List<Json.Obj> messages(McpReply reply, ServerEvents.ServerEvent event)
      throws McpTrouble {
    boolean isMessage = event.name().isEmpty() || event.name().equals("message");
    return isMessage ? reply.messages(event.data()) : List.of();
  }

  /// Answers a request of the server, and passes on a notification.
  private void incident(Json.Obj message) throws InterruptedException {
    if (!RpcMessage.isRequest(message)) {
      incidents.received(message);
    } else if (!isStateless()) {
      try {
        send(RpcMessage.answer(message), Deadline.in(FOR_ANSWERS));
      } catch (McpTrouble _) {
        // the server waits in vain, which is its own matter
      }
    }
  }

  @Override
  public void send(Json.Obj message, Deadline deadline) throws McpTrouble, InterruptedException {
    var headers = headers();
    try (var reply = endpoint.post(endpoint.url(), headers, message, deadline.left())) {
      if (!reply.isSuccess()) {
        throw McpEndpoint.refusal(reply, headers.containsKey(SESSION));
      }
      reply.drain();
    }
  }

  @Override
  public void listen(Runnable ended) {
    background.start("mcp-listener", () -> listening(ended));
  }

  /// Reads the stream of what the server sends by itself, and opens it again when it ends.
  private void listening(Runnable ended) throws InterruptedException {
    var reading = new Reading(Json.NULL, Deadline.in(times.longest()));
    for (int failures = 0; failures < RESUMED; failures++) {
      long began = System.nanoTime();
      try (var reply = openedStream(reading)) {
        if (!reply.isSuccess() || !reply.isStream()) {
          break;
        }
        reading.through(reply);
      } catch (McpTrouble _) {
        // it is opened again below
      }
      failures = System.nanoTime() - began < STEADY.toNanos() ? failures : -1;
      reading = reading.again(Deadline.in(times.longest()));
      pause.pause(reading.retry.compareTo(times.retry()) < 0 ? times.retry() : reading.retry);
    }
    ended.run();
  }

  private McpReply openedStream(Reading reading) throws McpTrouble, InterruptedException {
    if (isStateless()) {
      var request =
          StatelessRequests.complete(
              RpcMessage.request(
                  0,
                  "subscriptions/listen",
                  Json.obj("notifications", Json.obj("toolsListChanged", true))));
      var headers = headers();
      headers.putAll(StatelessRequests.headers("subscriptions/listen", Map.of()));
      return endpoint.post(endpoint.url(), headers, request, times.opening());
    }
    var headers = headers();
    if (!reading.lastId.isEmpty()) {
      headers.put("last-event-id", reading.lastId);
    }
    return endpoint.get(headers, times.opening());
  }

  /// Ends the session of the protocol.
  @Override
  public void close() {
    background.close();
    if (session != null) {
      BackgroundThreads.within(
          FOR_THE_END,
          () -> {
            try (var reply = endpoint.delete(headers(), FOR_THE_END)) {
              reply.drain();
            } catch (McpTrouble _) {
              // the server ends it by itself
            }
          });
    }
  }
}
