/// The Chat Completions API of OpenAI and all other servers with `/v1/chat/completions`.
/// [ChatModel] makes the request, `ChatRequest` translates the prompt, and `ChatReply` builds the
/// reply from the chunks.
@NullMarked
package dev.drover.model.openai;

import org.jspecify.annotations.NullMarked;
