package dev.drover.model.http;

import dev.drover.model.http.ReplyEvents.ReplyEvent;
import org.jspecify.annotations.Nullable;

/// An API of model servers, recognized by the events of a reply.
public enum ReplyApi {
  MESSAGES(
      "the Messages API; set the server's address as anthropic.base_url, and use the model's plain"
          + " name"),
  CHAT(
      "Chat Completions; set the server's address as openai.base_url, and use openai/NAME as the"
          + " model"),
  RESPONSES(
      "the Responses API, which Drover does not use; set the address of the server's Chat"
          + " Completions (…/chat/completions) as openai.base_url");

  private final String advice;

  ReplyApi(String advice) {
    this.advice = advice;
  }

  /// The name of the API, and what to configure for it.
  String advice() {
    return advice;
  }

  /// The API whose event, or whole reply, this is; null if it could be of any.
  static @Nullable ReplyApi of(ReplyEvent event) {
    var body = event.body();
    var given = body.text("type");
    var type = given == null ? event.name() : given;
    if (!body.items("choices").isEmpty()
        || String.valueOf(body.text("object")).startsWith("chat.completion")) {
      return CHAT;
    }
    if (type.startsWith("response.") || "response".equals(body.text("object"))) {
      return RESPONSES;
    }
    return switch (type) {
      case "message",
          "message_start",
          "content_block_start",
          "content_block_delta",
          "content_block_stop",
          "message_delta" ->
          MESSAGES;
      default -> null;
    };
  }
}
