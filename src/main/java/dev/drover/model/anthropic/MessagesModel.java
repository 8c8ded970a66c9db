package dev.drover.model.anthropic;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.model.Answer;
import dev.drover.model.CompactionBlock;
import dev.drover.model.Kept;
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
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/// A model behind a server that speaks Anthropic's Messages API: one streaming request for each
/// answer, whose blocks are not changed.
///
/// @see <a href="https://docs.claude.com/en/api/messages-streaming">Streaming messages</a>
public final class MessagesModel implements Model, AutoCloseable {
  private static final String VERSION = "anthropic-version";

  /// What requests have that ask for a compaction block, or send one back.
  private static final Map<String, String> COMPACTION =
      Map.of("anthropic-beta", "compact-2026-09-04");

  private final ModelServer server;

  /// @param base the server's base URL, see [ModelAddress]
  /// @param clock the clock for a `retry-after` that is a date
  /// @throws Problem `INVALID_REQUEST` if `base` is not an address of a model server
  public MessagesModel(URI base, ApiKey key, Timeouts timeouts, InstantSource clock) {
    var address = ModelAddress.messages(base);
    var remedies = Remedies.messages(isVendor(address));
    this.server = new ModelServer(address, headers(address, key), key, timeouts, clock, remedies);
  }

  private static boolean isVendor(ModelAddress address) {
    return address.isAt("api.anthropic.com");
  }

  /// The vendor expects keys as `x-api-key`. Many other servers read only `authorization: Bearer`,
  /// and sending both does no harm. Azure accepts a key under two names, and only tokens as
  /// `Bearer`.
  static Map<String, String> headers(ModelAddress address, ApiKey key) {
    var headers = new HashMap<>(Map.of(VERSION, "2023-06-01"));
    if (key.isEmpty()) {
      return headers;
    }
    if (address.isAzure() && key.isSigned()) {
      headers.put("authorization", "Bearer " + key.reveal());
      return headers;
    }
    headers.put("x-api-key", key.reveal());
    if (address.isAzure()) {
      headers.put("api-key", key.reveal());
    } else if (!isVendor(address)) {
      headers.put("authorization", "Bearer " + key.reveal());
    }
    return headers;
  }

  @Override
  public Answer answer(Prompt prompt, Listener listener) throws InterruptedException {
    boolean compacts =
        prompt.compaction().isPresent() || CompactionBlock.isFirst(prompt.messages());
    return server.ask(compacts ? COMPACTION : Map.of(), body(prompt), replies(prompt, listener));
  }

  /// A source of builders, one for each reply to `prompt`.
  Supplier<ReplyBuilder> replies(Prompt prompt, Listener listener) {
    return () -> new Assembly(listener, tools(prompt), prompt.compaction().isPresent());
  }

  private static Set<String> tools(Prompt prompt) {
    return prompt.tools().items().stream()
        .map(tool -> Block.piece((Json.Obj) tool, "name"))
        .collect(Collectors.toSet());
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
      if (!prompt.mayCall()) {
        body.put("tool_choice", Json.obj("type", "none"));
      }
    }
    body.put("messages", Kept.without(prompt.messages()));
    prompt
        .compaction()
        .ifPresent(
            instructions ->
                body.put(
                    "compaction", Json.obj("type", "summarize", "instructions", instructions)));
    body.put("stream", Json.of(true));
    return new Json.Obj(body);
  }

  /// Closes all connections. Pending requests fail.
  @Override
  public void close() {
    server.close();
  }
}
