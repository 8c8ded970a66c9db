package dev.drover.mcp;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.base.Secret;
import dev.drover.http.Outbound;
import dev.drover.http.Request;
import dev.drover.http.Response;
import dev.drover.http.Unreachable;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/// An MCP server as an HTTP server: requests with the session's credentials, which go to the URL of
/// the server only. No redirect is followed. Safe for many threads.
final class McpEndpoint {
  /// Finds the token for a request. Either method throws a [Problem] if the vault cannot be used.
  interface Bearer {
    Optional<Secret> token() throws InterruptedException;

    /// Another token, after the server did not accept one; empty if there is none.
    Optional<Secret> insteadOf(Secret rejected) throws InterruptedException;
  }

  private static final int MOST_TOKENS = 16;
  private static final int MOST_OF_ERROR = 64 << 10;
  private static final Duration FOR_ERROR = Duration.ofSeconds(5);

  private final Outbound http;
  private final URI url;
  private final Bearer bearer;
  private final Queue<Secret> used = new ConcurrentLinkedQueue<>();
  private volatile boolean answered;

  McpEndpoint(Outbound http, URI url, Bearer bearer) {
    this.http = http;
    this.url = url;
    this.bearer = bearer;
  }

  URI url() {
    return url;
  }

  McpReply post(URI to, Map<String, String> headers, Json.Obj message, Duration limit)
      throws McpTrouble, InterruptedException {
    var request =
        Request.of("POST", to)
            .with("accept", "application/json, text/event-stream")
            .sending("application/json", message.toString());
    return send(request, headers, limit);
  }

  McpReply get(Map<String, String> headers, Duration limit)
      throws McpTrouble, InterruptedException {
    return send(Request.of("GET", url).with("accept", "text/event-stream"), headers, limit);
  }

  McpReply delete(Map<String, String> headers, Duration limit)
      throws McpTrouble, InterruptedException {
    return send(Request.of("DELETE", url), headers, limit);
  }

  private McpReply send(Request plain, Map<String, String> headers, Duration limit)
      throws McpTrouble, InterruptedException {
    var request = plain.with("user-agent", "drover").with("accept-encoding", "identity");
    for (var header : headers.entrySet()) {
      request = request.with(header.getKey(), header.getValue());
    }
    try {
      var token = bearer.token();
      var reply = sent(request, token, limit);
      if (reply.status() != 401 || token.isEmpty()) {
        return reply;
      }
      var other = insteadOf(token.get(), reply);
      if (other.isEmpty()) {
        return reply;
      }
      reply.close();
      return sent(request, other, limit);
    } catch (Problem e) {
      throw new McpTrouble(
          McpTrouble.Kind.UNREACHABLE, "The vaults of the session cannot be used at the moment.");
    }
  }

  private Optional<Secret> insteadOf(Secret rejected, McpReply reply) throws InterruptedException {
    boolean found = false;
    try {
      var other = bearer.insteadOf(rejected);
      found = true;
      return other;
    } finally {
      if (!found) {
        reply.close();
      }
    }
  }

  private McpReply sent(Request plain, Optional<Secret> token, Duration limit)
      throws McpTrouble, InterruptedException {
    var request = plain;
    if (token.isPresent()) {
      request = plain.with("authorization", "Bearer " + token.get().reveal());
      note(token.get());
    }
    var response = sent(request, limit);
    answered = true;
    return new McpReply(response, new Redaction(List.copyOf(used)), token.isPresent());
  }

  /// Remembers a token, because the server may send it back at any later time.
  private void note(Secret token) {
    if (used.stream().noneMatch(known -> known.reveal().equals(token.reveal()))) {
      used.add(token);
      if (used.size() > MOST_TOKENS) {
        used.poll();
      }
    }
  }

  /// Sends the request, and once more if a kept connection turns out to be closed: the server ended
  /// it while it was idle, and has not answered this request with a single byte.
  private Response sent(Request request, Duration limit) throws McpTrouble, InterruptedException {
    try {
      return http.send(request, limit);
    } catch (Unreachable e) {
      if (e.why() != Unreachable.Why.CLOSED || !answered) {
        throw trouble(e);
      }
    }
    try {
      return http.send(request, limit);
    } catch (Unreachable e) {
      throw new McpTrouble(McpTrouble.Kind.LOST, trouble(e).what());
    }
  }

  private static McpTrouble trouble(Unreachable e) {
    return switch (e.why()) {
      case FORBIDDEN, UNKNOWN_HOST, NO_CONNECTION, CONNECT_TIMEOUT, TLS ->
          new McpTrouble(McpTrouble.Kind.UNREACHABLE, "Cannot connect: " + e.what() + ".");
      case NO_ANSWER -> new McpTrouble(McpTrouble.Kind.LOST, "The server did not answer in time.");
      case CLOSED, LOST, REDIRECT ->
          new McpTrouble(
              McpTrouble.Kind.LOST, "The connection was lost before the server answered.");
    };
  }

  /// The trouble of a reply that is not a success.
  ///
  /// @param inSession whether the request was part of a session of the protocol
  static McpTrouble refusal(McpReply reply, boolean inSession)
      throws McpTrouble, InterruptedException {
    int status = reply.status();
    if (status == 401 || status == 403) {
      return new McpTrouble(
          McpTrouble.Kind.UNAUTHORIZED,
          reply.hadToken()
              ? "The server does not accept the credential (HTTP " + status + ")."
              : "The server wants a credential, and no vault of the session has one (HTTP "
                  + status
                  + ").");
    }
    if (inSession && (status == 404 || status == 400)) {
      return new McpTrouble(McpTrouble.Kind.EXPIRED, "The server has ended the session.");
    }
    if (status >= 300 && status < 400) {
      return new McpTrouble(
          McpTrouble.Kind.REFUSED,
          "The server answers with a redirect (HTTP " + status + "), which is not followed.",
          status,
          Json.EMPTY);
    }
    var error = error(reply);
    return new McpTrouble(
        status < 500 ? McpTrouble.Kind.REFUSED : McpTrouble.Kind.LOST,
        "The server answers with HTTP "
            + status
            + (error.fields().isEmpty() ? "." : ": " + RpcMessage.words(error) + "."),
        status,
        error);
  }

  /// The JSON-RPC error in the body of a reply; empty if there is none.
  private static Json.Obj error(McpReply reply) throws InterruptedException {
    try {
      var messages = reply.messages(Deadline.in(FOR_ERROR), MOST_OF_ERROR);
      return messages.isEmpty() ? Json.EMPTY : messages.getFirst().object("error");
    } catch (McpTrouble _) {
      return Json.EMPTY;
    }
  }
}
