/// The Chat Completions wire: OpenAI and every other server that speaks `/v1/chat/completions`.
/// [ChatModel] asks, `ChatRequest` translates the prompt, `ChatReply` makes a reply of the chunks.
@NullMarked
package dev.drover.model.openai;

import org.jspecify.annotations.NullMarked;
