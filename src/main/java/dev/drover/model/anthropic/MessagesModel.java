package dev.drover.model.anthropic;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.model.Answer;
import dev.drover.model.Listener;
import dev.drover.model.Model;
import dev.drover.model.Prompt;
import dev.drover.model.http.ApiKey;
import dev.drover.model.http.Broken;
import dev.drover.model.http.EventStream;
import dev.drover.model.http.Failures;
import dev.drover.model.http.ModelServer;
import dev.drover.model.http.Timeouts;
import java.net.URI;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;

/// A model behind a server that speaks Anthropic's Messages API: one streaming request for each
/// answer, blocks put together exactly as they came.
///
/// @see <a href="https://docs.claude.com/en/api/messages-streaming">Streaming messages</a>
public final class MessagesModel implements Model, AutoCloseable {
  private static final String VERSION = "anthropic-version";

  private final ModelServer server;

  /// @param base where the server is, without `/v1/messages`; may have a path
  /// @param clock reads a `retry-after` that is a date
  /// @throws Problem `INVALID_REQUEST` if `base` is not an HTTP URL, or has more than a path
  public MessagesModel(URI base, ApiKey key, Timeouts timeouts, InstantSource clock) {
    var headers =
        key.isEmpty()
            ? Map.of(VERSION, "2023-06-01")
            : Map.of(VERSION, "2023-06-01", "x-api-key", key.reveal());
    var endpoint = URI.create(ModelServer.base(base) + "/v1/messages");
    this.server = new ModelServer(endpoint, headers, key, timeouts, clock);
  }

  @Override
  public Answer answer(Prompt prompt, Listener listener) throws InterruptedException {
    return server.ask(body(prompt), events -> read(events, listener));
  }

  private static Json.Obj body(Prompt prompt) {
    var body = new LinkedHashMap<String, Json>();
    body.put("model", Json.of(prompt.model()));
    body.put("max_tokens", Json.of(prompt.maxTokens()));
    prompt.effort().ifPresent(effort -> body.put("output_config", Json.obj("effort", effort)));
    if (!prompt.system().items().isEmpty()) {
      body.put("system", prompt.system());
    }
    if (!prompt.tools().items().isEmpty()) {
      body.put("tools", prompt.tools());
    }
    body.put("messages", prompt.messages());
    body.put("stream", Json.of(true));
    return new Json.Obj(body);
  }

  private Answer read(EventStream events, Listener listener) throws Broken, InterruptedException {
    var assembly = new Assembly(listener, server.failures());
    for (var event = events.next(); event != null; event = events.next()) {
      var answer = assembly.accept(event);
      if (answer.isPresent()) {
        return answer.get();
      }
    }
    return Failures.broken("the model server's stream ended without message_stop");
  }

  /// Cuts every connection. Answers still awaited fail.
  @Override
  public void close() {
    server.close();
  }
}
