package dev.drover.vault;

import dev.drover.base.Json;
import dev.drover.base.Secret;
import dev.drover.http.Outbound;
import dev.drover.http.Request;
import dev.drover.http.Response;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/// Tests whether an MCP server accepts a token: it begins a session and lists the tools. It follows
/// no redirect, so the token goes to no other server. Safe for many threads.
final class McpProbe {
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final String VERSION = "2025-06-18";
  private static final String INITIALIZE = "initialize";
  private static final String LIST = "tools/list";
  private static final String SESSION = "mcp-session-id";

  private final Outbound http;

  McpProbe(Outbound http) {
    this.http = http;
  }

  /// @return the request that failed; empty if the server accepts the token
  Optional<CredentialValidation.FailedProbe> run(URI url, Secret token)
      throws InterruptedException {
    var head =
        Request.of("POST", url)
            .with("authorization", "Bearer " + token.reveal())
            .with("user-agent", "drover")
            .with("accept", "application/json, text/event-stream");
    var step = INITIALIZE;
    try {
      var begun = http.send(sending(head, 1, INITIALIZE), LIMIT);
      if (begun.status() == 404 || begun.status() == 405) {
        begun.close();
        return stream(url, head);
      }
      if (begun.status() != 200) {
        return failed(step, begun);
      }
      var session = begun.header(SESSION);
      begun.close();
      var next = head.with("mcp-protocol-version", VERSION);
      if (session.isPresent()) {
        next = next.with(SESSION, session.get());
      }
      http.send(next.sending("application/json", note()), LIMIT).close();
      step = LIST;
      var listed = http.send(sending(next, 2, LIST), LIMIT);
      if (listed.status() != 200) {
        return failed(step, listed);
      }
      listed.close();
      end(url, next);
      return Optional.empty();
    } catch (IOException _) {
      return Optional.of(new CredentialValidation.FailedProbe(step, Optional.empty()));
    }
  }

  /// The older transport begins with a stream.
  private Optional<CredentialValidation.FailedProbe> stream(URI url, Request head)
      throws IOException, InterruptedException {
    var request =
        new Request("GET", url, head.headers(), Optional.empty(), 0)
            .with("accept", "text/event-stream");
    var response = http.send(request, LIMIT);
    if (response.status() != 200) {
      return failed(INITIALIZE, response);
    }
    response.close();
    return Optional.empty();
  }

  /// The server may forget the session.
  private void end(URI url, Request head) throws InterruptedException {
    try {
      http.send(new Request("DELETE", url, head.headers(), Optional.empty(), 0), LIMIT).close();
    } catch (IOException _) {
      // it will forget the session anyway
    }
  }

  private static Optional<CredentialValidation.FailedProbe> failed(String step, Response response)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + LIMIT.toNanos();
    return Optional.of(
        new CredentialValidation.FailedProbe(
            step, Optional.of(CapturedResponse.read(response, end))));
  }

  private static Request sending(Request head, int id, String method) {
    var params =
        method.equals(INITIALIZE)
            ? Json.obj(
                "protocolVersion",
                VERSION,
                "capabilities",
                Json.EMPTY,
                "clientInfo",
                Json.obj("name", "drover", "version", "1"))
            : Json.EMPTY;
    var message = Json.obj("jsonrpc", "2.0", "id", id, "method", method, "params", params);
    return head.sending("application/json", message.toString());
  }

  private static String note() {
    return Json.obj("jsonrpc", "2.0", "method", "notifications/initialized").toString();
  }
}
