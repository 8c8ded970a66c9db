package dev.drover.model.openai;

import dev.drover.base.Ids;
import dev.drover.base.Problem;
import dev.drover.model.Answer;
import dev.drover.model.Listener;
import dev.drover.model.Model;
import dev.drover.model.Prompt;
import dev.drover.model.http.ApiKey;
import dev.drover.model.http.ModelAddress;
import dev.drover.model.http.ModelServer;
import dev.drover.model.http.Remedies;
import dev.drover.model.http.ReplyBuilder;
import dev.drover.model.http.Timeouts;
import java.net.URI;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.Supplier;

/// A model behind a server that speaks OpenAI's Chat Completions: one streaming request for each
/// answer. Prompts and replies are in the terms of the Messages API. What Chat Completions cannot
/// express is lost or becomes a note, see docs/models.md.
///
/// @see <a href="https://platform.openai.com/docs/api-reference/chat-streaming">Streaming</a>
public final class ChatModel implements Model, AutoCloseable {
  private final ModelServer server;
  private final Ids ids;
  private final String limit;
  private final String reasoningField;

  /// @param base the server's base URL, see [ModelAddress]
  /// @param clock the clock for a `retry-after` that is a date
  /// @param ids the ids of tool calls that come without one
  /// @throws Problem `INVALID_REQUEST` if `base` is not an address of a model server
  public ChatModel(URI base, ApiKey key, Timeouts timeouts, InstantSource clock, Ids ids) {
    this(base, key, timeouts, clock, ids, "");
  }

  /// @param reasoningField the field in which the server expects thinking to be sent back; empty
  ///   for the field in which it came; `none` for no field
  public ChatModel(
      URI base,
      ApiKey key,
      Timeouts timeouts,
      InstantSource clock,
      Ids ids,
      String reasoningField) {
    this.reasoningField = reasoningField;
    var address = ModelAddress.chat(base);
    this.server =
        new ModelServer(address, headers(address, key), key, timeouts, clock, Remedies.chat());
    this.ids = ids;
    this.limit = limit(address);
  }

  /// Azure expects keys in a header of its own, and only tokens as `Bearer`.
  static Map<String, String> headers(ModelAddress address, ApiKey key) {
    if (key.isEmpty()) {
      return Map.of();
    }
    return address.isAzure() && !key.isSigned()
        ? Map.of("api-key", key.reveal())
        : Map.of("authorization", "Bearer " + key.reveal());
  }

  /// The name of the limit on a reply. OpenAI's newer models refuse the old name, `max_tokens`;
  /// other servers refuse or, worse, ignore the new one.
  static String limit(ModelAddress address) {
    boolean vendor = address.isAt("api.openai.com") || address.isAzure();
    return vendor ? "max_completion_tokens" : "max_tokens";
  }

  @Override
  public Answer answer(Prompt prompt, Listener listener) throws InterruptedException {
    var body = ChatRequest.of(prompt, limit, reasoningField);
    var answer = server.ask(body, replies(prompt, listener));
    return answer instanceof Answer.Failure failure ? failure.withoutIndexes() : answer;
  }

  /// A source of builders, one for each reply to `prompt`.
  Supplier<ReplyBuilder> replies(Prompt prompt, Listener listener) {
    return () -> new ChatReply(listener, ids, prompt.model(), ToolNames.of(prompt));
  }

  /// Closes all connections. Pending requests fail.
  @Override
  public void close() {
    server.close();
  }
}
