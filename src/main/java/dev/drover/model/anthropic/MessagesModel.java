package dev.drover.model.anthropic;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.model.Answer;
import dev.drover.model.Kept;
import dev.drover.model.Listener;
import dev.drover.model.Model;
import dev.drover.model.Prompt;
import dev.drover.model.http.ApiKey;
import dev.drover.model.http.Broken;
import dev.drover.model.http.ModelServer;
import dev.drover.model.http.ReplyEvents;
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
    return server.ask(body(prompt), reading(listener));
  }

  /// Makes an answer of the events of a stream.
  ModelServer.Reading reading(Listener listener) {
    return events -> read(events, new Assembly(listener));
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
    body.put("messages", Kept.without(prompt.messages()));
    body.put("stream", Json.of(true));
    return new Json.Obj(body);
  }

  /// A reply ends with `message_stop`, with a `stop_reason`, with `[DONE]`, or with the body, if
  /// that ends in good order and all that has come is whole. What breaks after a `stop_reason`
  /// breaks nothing.
  private Answer read(ReplyEvents events, Assembly reply) throws Broken, InterruptedException {
    try {
      while (!reply.isOver()) {
        var event = events.next();
        if (event == null) {
          break;
        }
        if (event.isError()) {
          return server.failures().inStream(event.body());
        }
        reply.accept(event);
      }
    } catch (Broken e) {
      if (!reply.isFinished()) {
        throw e;
      }
    }
    boolean over =
        reply.isFinished()
            || (reply.isOver()
                ? reply.isBegun()
                : switch (events.end()) {
                  case MARK -> reply.isBegun();
                  case CLEAN -> reply.isWhole();
                  case NONE, UNKNOWN -> false;
                });
    return over
        ? reply.reply()
        : server.failures().unended("without message_stop", events.skipped());
  }

  /// Cuts every connection. Answers still awaited fail.
  @Override
  public void close() {
    server.close();
  }
}
