package dev.drover.model.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.model.Answer.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Which refusals mean that the prompt is longer than the context, in the words of public servers.
final class ContextFullTest {
  private static Kind kind(int status, String message) {
    return Meaning.of(status, ErrorWords.of(message));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // Anthropic
        "prompt is too long: 210000 tokens > 200000 maximum",
        "input length and `max_tokens` exceed context limit: 199990 + 21333 > 200000, decrease",
        "input length and `max_tokens` exceed context limit",
        "The request exceeds the model's context window",
        // OpenAI
        "This model's maximum context length is 8192 tokens. However, your messages resulted in"
            + " 9000 tokens. Please reduce the length of the messages.",
        "This model's maximum context length is 8,192 tokens. However, you requested 17,192 tokens"
            + " (9,000 in the messages, 8,192 in the completion).",
        "This model's maximum context length is 8191 tokens, however you requested 10346 tokens"
            + " (10346 in your prompt; 5 for the completion). Please reduce your prompt",
        "Your input exceeds the context window of this model. Please adjust your input and try"
            + " again.",
        "Invalid request: context_length_exceeded",
        // vLLM
        "This model's maximum context length is 4096 tokens.",
        "This model's maximum context length is 4096 tokens. However, your request has 5000 input"
            + " tokens. Please reduce the length of the input messages.",
        "This model's maximum context length is 262144 tokens. However, you requested 0 output"
            + " tokens and your prompt contains at least 262145 input tokens, for a total of at"
            + " least 262145 tokens. (parameter=input_tokens, value=262145)",
        "You passed 4097 input tokens and requested 512 output tokens. However, the model's context"
            + " length is only 4096 tokens, resulting in a maximum input length of 3584 tokens.",
        "The decoder prompt (length 9000) is longer than the maximum model length of 8192. Make"
            + " sure that `max_model_len` is no smaller than the number of text tokens",
        // SGLang, Atlas
        "The input (40000 tokens) is longer than the model's context length (32768 tokens).",
        "Requested token count exceeds the model's maximum context length of 32768 tokens. You"
            + " requested a total of 65000 tokens: 33000 tokens from the input messages and 32000"
            + " tokens for the completion.",
        "Prompt too long: 5152 tokens exceeds max_seq_len 2048 (leave room for output tokens)",
        // llama.cpp, LM Studio, Ollama
        "the request exceeds the available context size (4096 tokens), try increasing it",
        "request (5000 tokens) exceeds the available context size (4096 tokens)",
        "exceed_context_size_error",
        "context size has been exceeded",
        "Trying to keep the first 5000 tokens when context the overflows. However, the model is"
            + " loaded with context length of only 4096 tokens, which is not enough.",
        "The number of tokens to keep from the initial prompt is greater than the context length.",
        "the input length exceeds the context length",
        "input length exceeds maximum context length",
        "Input length (265330) exceeds model's maximum context length (262144).",
        // Google
        "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
        "Unable to submit request because the input token count is 40000 but model only supports up"
            + " to 32768. Reduce the input token count and try again.",
        // Bedrock
        "Input is too long for requested model.",
        "This model takes up to 128,000 input tokens, the request has 130,000",
        "The prompt has 9000 tokens, more than the limit of 8192",
        "Input Tokens Exceeded: Number of input tokens exceeds maximum length. Please update the"
            + " input to try again.",
        // xAI, Copilot, Kimi, MiniMax
        "This model's maximum prompt length is 131072 but the request contains 537812 tokens.",
        "prompt token count of 130001 exceeds the limit of 128000",
        "Your request exceeded model token limit: 262144",
        "Invalid request: Your request exceeded model token limit: 262144 (requested: 270000)",
        "invalid params, context window exceeds limit",
        "invalid params, context window exceeds limit (2013)",
        // Groq, TGI, Together
        "Please reduce the length of the messages or completion.",
        "`inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000 `inputs` tokens and 512"
            + " `max_new_tokens`",
        "Input validation error: `inputs` must have less than 4095 tokens. Given: 5000",
        "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 8193. Given: 8100"
            + " `inputs` tokens and 512 `max_new_tokens`",
        // Qwen, GLM, Poolside, Mistral, Fireworks, Cohere, OpenRouter, Baidu, LiteLLM
        "Range of input length should be [1, 129024]",
        "<400> InternalError.Algo.InvalidParameter: Range of input length should be [1, 30720]",
        "Prompt exceeds max length",
        "Prompt 超长",
        "输入内容过长，请缩短后重试",
        "Input length 131393 exceeds the maximum allowed input length of 131040 tokens.",
        "tokens in request more than max tokens allowed",
        "Prompt contains 33000 tokens and 0 draft tokens, too large for model with 32768 maximum"
            + " context length",
        "The prompt is too long: 140000, model maximum context length: 131071",
        "too many tokens: total number of tokens in the prompt cannot exceed 128000 - received"
            + " 130000",
        "This endpoint's maximum context length is 131072 tokens. However, you requested about"
            + " 141000 tokens (131000 of text input, 2000 of tool input, 8000 in the output).",
        "litellm.ContextWindowExceededError: the prompt does not fit",
        // more of the same servers
        "Prompt is too long",
        "input is too long",
        "The total length of the messages exceeds the model's context window",
        "conversation is too long for this model's context window",
        "Input tokens exceed the configured limit of 272000 tokens. Your messages resulted in"
            + " 300000 tokens. Please reduce the length of the messages.",
        "Requested input length 40000 exceeds maximum input length 32768",
        "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens in"
            + " the messages, Please reduce the length of the messages.",
        "The prompt (total length 40000) is too long to fit into the model (context length 32768)."
            + " Make sure that `max_model_len` is no smaller than the number of text tokens",
        "Prompt length (9000) exceeds maximum model length (8192)",
        "the prompt exceeds the model's context window",
        "input is larger than the max context size",
        "prompt is too long (5000 tokens, max 4096)",
        "The number of tokens in the prompt exceeds the context window",
        "input (5000 tokens) is larger than the context size (4096 tokens). skipping",
        "Reached context length of 4096 tokens, but this model does not support mid-generation"
            + " context overflow.",
        "context length exceeded",
        "Context window exceeded",
        "the prompt does not fit into the context window of this model",
        "request (40000 tokens) exceeds the available context size",
        "Invalid parameter: total tokens of messages and max_tokens exceed the model's context"
            + " limit",
        "Total input tokens exceed the maximum context length",
        "Prompt tokens (40000) exceed model's max context (32768)",
        "Too many input tokens. Max input tokens: 128000",
        "Too many input tokens",
        "Validation Error: Malformed input request: expected maxLength: 2048, input is too long",
        "Input is too long for requested model",
        "Prompt contains 140000 tokens, too large for model with 131072 maximum context length",
        "Your request has 40000 tokens, which exceeds the context window of 32768 tokens",
        "The input exceeds the model's maximum number of tokens",
        "Request exceeds the maximum number of input tokens",
        "message size exceeds context window",
        "Content exceeds the maximum context of this model",
        "Total length of messages exceeds model limit of 32768 tokens",
        "The length of your conversation exceeds the limit",
        "Conversation length exceeds the model's token limit",
        "Message tokens exceed the allowed maximum",
        "This exceeds the model's maximum token limit",
        "Your prompt contains 40000 tokens, which is over the limit of 32768.",
        "Your request has 40000 tokens but the limit is 32768",
        "The conversation has 40000 tokens, above the maximum of 32768",
        "messages: total token count 210000 exceeds the window of 200000",
        "The total token count (210000) is greater than the limit",
        "Prompt length (40000) > max_position_embeddings (32768)",
        "input length 40000 > 32768",
        "Token indices sequence length is longer than the specified maximum sequence length for"
            + " this model (40000 > 32768)",
        "the request exceeds maximum sequence length",
        "prompt exceeds model context",
        "messages exceed the context of this model",
        "the input exceeds the window",
        "context shift is disabled",
        "Context shift not supported for this model",
        "too many total text bytes: 10000000 > 9000000",
        "too many text characters",
        "prompt does not fit in the KV cache",
        "the prompt won't fit into this model's context",
        "Invalid 'messages[1].content': string too long. Expected a string with maximum length"
            + " 1048576, but got a string with length 1100000 instead.",
        "{\"error\":{\"message\":\"no\",\"param\":\"messages\",\"code\":\"string_above_max_length\"}}",
        "{\"error\":{\"message\":\"no\",\"param\":\"messages[3].content[0].text\","
            + "\"code\":\"string_above_max_length\"}}",
        "{\"error\":{\"message\":\"no\",\"param\":\"messages.[1].content\","
            + "\"code\":\"string_above_max_length\"}}",
        "{\"detail\":[{\"type\":\"string_too_long\",\"loc\":[\"body\",\"messages\",1,\"user\",\"content\",\"str\"],\"msg\":\"String"
            + " should have at most 1000000 characters\"}]}",
        "模型上下文长度超过限制",
        "输入长度超过模型最大长度",
        "输入token数超过上限",
      })
  void aPromptThatIsLongerThanTheContextIsThat(String message) {
    assertThat(kind(400, message)).isEqualTo(Kind.CONTEXT_FULL);
    assertThat(kind(500, message)).isEqualTo(Kind.CONTEXT_FULL);
    assertThat(Meaning.inStream(ErrorWords.of(message))).isEqualTo(Kind.CONTEXT_FULL);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // limits on a reply
        "'max_tokens' or 'max_completion_tokens' is too large: 8192. This model's maximum context"
            + " length is 8192 tokens and your request has 25 input tokens (8192 > 8192 - 25).",
        "This model's maximum context length is 8192 tokens. However, you requested 8217 tokens (25"
            + " in the messages, 8192 in the completion). Please reduce the length of the messages"
            + " or completion.",
        "You passed 25 input tokens and requested 4096 output tokens. However, the model's context"
            + " length is only 4096 tokens, resulting in a maximum input length of 0 tokens.",
        "input length and `max_tokens` exceed context limit: 188240 + 21333 > 200000",
        "`inputs` tokens + `max_new_tokens` must be <= 4096. Given: 500 `inputs` tokens and 4096"
            + " `max_new_tokens`",
        "max_tokens is too large: 8192. This model supports at most 4096 completion tokens, whereas"
            + " you provided 8192.",
        "max_tokens: 200000 > 64000, which is the maximum allowed number of output tokens for"
            + " claude",
        "`max_tokens` must be less than or equal to `8192`, the maximum value for `max_tokens` is"
            + " less than the `context_window` for this model",
        "Invalid max_tokens value, the valid range of max_tokens is [1, 8192]",
        "Range of max_tokens should be [1, 8192]",
        "The maximum tokens you requested exceeds the model limit of 4096. Try again with a maximum"
            + " tokens value that is lower than 4096.",
        "Unable to submit request because it has a maxOutputTokens value of 100000 but the"
            + " supported range is from 1 (inclusive) to 8193 (exclusive).",
        "max_tokens=8192 cannot be greater than max_model_len=4096",
        "Requested token count exceeds the model's maximum context length of 32768 tokens. You"
            + " requested a total of 33000 tokens: 1000 tokens from the input messages and 32000"
            + " tokens for the completion.",
        // rates
        "Rate limit reached on tokens per min (TPM): Limit 30000, Used 29000, Requested 2000",
        "Request too large for model on tokens per minute (TPM): Limit 6000, Requested 9000, please"
            + " reduce your message size and try again.",
        "Too many tokens, please wait before trying again.",
        "This request would exceed your organization's rate limit of 40,000 input tokens per"
            + " minute",
        "Your monthly token limit exceeded",
        "Rate limit exceeded: too many tokens per minute",
        "Too many tokens requested in the last minute",
        "Number of request tokens has exceeded your per-minute rate limit",
        "Number of input tokens has exceeded your rate limit of 10,000 tokens per minute",
        "You have exceeded the token limit for this minute",
        "Request rate of input tokens exceeds the limit; try again in 20s",
        "The maximum number of tokens per 60 seconds is exceeded",
        "Input tokens per minute exceeded",
        "Too many tokens per day, please wait before trying again.",
        "Token quota exceeded",
        "exceeded the maximum number of input tokens in one minute",
        "Please reduce the length of your messages or wait 12.5s",
        "Limit of 8000 tokens/min reached",
        "prompt tokens throughput limit exceeded",
        "maximum number of concurrent requests exceeded",
        // bytes, images, and other things with limits
        "messages.0.content.1.image.source.base64: image exceeds 5 MB maximum: 6291456 bytes >"
            + " 5242880 bytes",
        "At least one of the image dimensions exceed max allowed size: 8000 pixels",
        "Request exceeds the maximum allowed number of bytes.",
        "request body too large",
        "413 Request Entity Too Large",
        "A maximum of 100 PDF pages may be provided.",
        "messages: at most 100 images may be sent; request is too long",
        "the request has too many images and is too long",
        "Number of images exceeds the limit; prompt is too long",
        "at most 5 documents are allowed, the request is too long",
        "files can be sent up to 20 MB; the input is too long",
        "{\"error\":{\"message\":\"no\",\"param\":\"messages[3].tool_calls[0].id\","
            + "\"code\":\"string_above_max_length\"}}",
        "{\"error\":{\"message\":\"no\",\"param\":\"tools[0].function.name\","
            + "\"code\":\"string_above_max_length\"}}",
        "{\"error\":{\"message\":\"no\",\"param\":\"messages[0].content[1].image_url.url\","
            + "\"code\":\"string_above_max_length\"}}",
        "Invalid 'user': string too long. Expected a string with maximum length 64",
        "The maximum tokens you requested exceeds the model limit of 4096",
        "Invalid 'tools': array too long. Expected an array with maximum length 128",
        "messages.3.tool_use.name: String should have at most 128 characters",
        "model requires more system memory (5.6 GiB) than is available (2.1 GiB)",
        "context deadline exceeded",
        "context canceled",
        "context_management: Extra inputs are not permitted",
        "You exceeded your current quota, please check your plan and billing details.",
        "model not found",
        "The access token has exceeded its lifetime",
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use"
            + " 'max_completion_tokens' instead.",
      })
  void anotherLimitIsNot(String message) {
    assertThat(kind(400, message)).isNotEqualTo(Kind.CONTEXT_FULL);
    assertThat(kind(500, message)).isNotEqualTo(Kind.CONTEXT_FULL);
  }

  @ParameterizedTest
  @CsvSource({"401", "403", "404", "429", "402", "503"})
  void aStatusThatSaysOtherwiseIsBelieved(int status) {
    assertThat(kind(status, "prompt is too long: 210000 tokens > 200000 maximum"))
        .isNotEqualTo(Kind.CONTEXT_FULL);
  }

  @Test
  void aBodyThatIsTooLargeMayYetBeAPromptThatIsTooLong() {
    assertThat(kind(413, "Prompt is too long")).isEqualTo(Kind.CONTEXT_FULL);
    assertThat(kind(413, "prompt exceeds model context")).isEqualTo(Kind.CONTEXT_FULL);
    assertThat(kind(413, "<h1>413 Request Entity Too Large</h1>")).isEqualTo(Kind.REJECTED);
    assertThat(kind(413, "")).isEqualTo(Kind.REJECTED);
    assertThat(
            kind(413, "{\"error\":{\"code\":\"rate_limit_exceeded\",\"message\":\"too large\"}}"))
        .isEqualTo(Kind.RATE_LIMITED);
  }

  @ParameterizedTest
  @CsvSource({
    "400, '{\"error\":{\"code\":\"context_length_exceeded\"}}', CONTEXT_FULL",
    "400, '{\"error\":{\"code\":\"model_max_prompt_tokens_exceeded\"}}', CONTEXT_FULL",
    "400, '{\"error\":{\"type\":\"exceed_context_size_error\"}}', CONTEXT_FULL",
    "400, '{\"error\":{\"message\":\"Insufficient Balance\"}}', BILLING",
    "429, '{\"error\":{\"type\":\"insufficient_quota\"}}', BILLING",
    "403, '{\"error\":{\"code\":\"Arrearage\"}}', BILLING",
    "422, '{\"detail\":\"no\"}', REJECTED",
    "418, '', REJECTED",
    "500, '<html>', BROKEN",
  })
  void codesAndTypesAreBelievedToo(int status, String body, Kind kind) {
    assertThat(kind(status, body)).isEqualTo(kind);
  }

  @ParameterizedTest
  @CsvSource({
    "'{\"object\":\"error\",\"message\":\"no\",\"type\":\"BadRequestError\",\"code\":400}',"
        + " REJECTED",
    "'{\"object\":\"error\",\"message\":\"no\",\"code\":429}', RATE_LIMITED",
    "'{\"object\":\"error\",\"message\":\"no\",\"code\":503}', OVERLOADED",
    "'{\"error\":{\"message\":\"no\",\"code\":502}}', BROKEN",
    "'{\"error\":{\"message\":\"no\",\"status\":\"RESOURCE_EXHAUSTED\",\"code\":429}}',"
        + " RATE_LIMITED",
    "'{\"error\":{\"message\":\"no\",\"status\":\"UNAVAILABLE\"}}', OVERLOADED",
    "'{\"error\":{\"message\":\"no\",\"status\":\"INVALID_ARGUMENT\"}}', REJECTED",
    "'{\"error\":{\"message\":\"no\",\"type\":\"engine_overloaded_error\"}}', OVERLOADED",
    "'{\"error\":\"an error was encountered while running the model\"}', BROKEN",
    "'plain words', BROKEN",
  })
  void anErrorInAStreamHasTheKindOfItsTypeOrStatus(String data, Kind kind) {
    assertThat(Meaning.inStream(ErrorWords.of(data))).isEqualTo(kind);
  }
}
