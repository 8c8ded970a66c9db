package dev.drover.model.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// What is changed in a request for which refusal, in the words of public servers.
final class RemediesTest {
  private static final String STREAM_OPTIONS = "leaves out stream_options";
  private static final String RENAMED = "sends max_completion_tokens in place of max_tokens";
  private static final String EFFORT = "leaves out reasoning_effort";
  private static final String EMPTY = "sends an empty content beside tool calls";

  private static final Json.Obj CHAT =
      parsed(
          """
          {"model": "m", "max_tokens": 8192, "reasoning_effort": "high", "parallel_tool_calls": true,
           "messages": [{"role": "user", "content": "Go"},
             {"role": "assistant", "content": null, "tool_calls": [{"id": "c"}]},
             {"role": "tool", "tool_call_id": "c", "content": "done"}],
           "tools": [{"type": "function", "function": {"name": "f", "parameters":
             {"$schema": "x", "type": "object", "additionalProperties": false, "properties":
               {"title": {"type": "string", "title": "T"}, "n": {"minimum": 1}}}}}],
           "stream": true, "stream_options": {"include_usage": true}}
          """);

  private static final Json.Obj MESSAGES =
      parsed(
          """
          {"model": "m", "max_tokens": 8192, "output_config": {"effort": "max"},
           "system": [{"type": "text", "text": "Be"}, {"type": "text", "text": "brief",
             "cache_control": {"type": "ephemeral"}}],
           "tools": [{"name": "f", "input_schema": {"type": "object"},
             "cache_control": {"type": "ephemeral"}}],
           "messages": [{"role": "user", "content": [{"type": "text", "text": "Go",
               "cache_control": {"type": "ephemeral"}}]},
             {"role": "assistant", "content": [{"type": "tool_use", "id": "c", "name": "f",
               "input": {"cache_control": "stays"}}]}],
           "stream": true}
          """);

  /// An answer whose thoughts go back in every way there is.
  private static final Json.Obj ECHO =
      parsed(
          """
          {"model": "m", "max_tokens": 8192, "reasoning_effort": "high", "messages": [
             {"role": "user", "content": "Go", "reasoning_content": "stays"},
             {"role": "assistant", "content": null, "reasoning_content": "Hm", "reasoning": "Hm",
              "reasoning_details": [{"type": "reasoning.text", "text": "Hm"}],
              "thinking_blocks": [{"thinking": "Hm"}], "tool_calls": [
                {"id": "c", "type": "function", "index": 0, "extra_content": {"google": "s"},
                 "function": {"name": "f", "arguments": "{}", "thought_signature": "s"}}]},
             {"role": "tool", "tool_call_id": "c", "content": "done"}],
           "stream": true, "stream_options": {"include_usage": true}}
          """);

  private static Json.Obj parsed(String text) {
    return (Json.Obj) Json.trusted(text.replace('\'', '"'));
  }

  private static List<String> found(Remedies remedies, Json.Obj body, int status, String error) {
    var refused = new Refused(status, ErrorWords.of(error.replace('\'', '"')));
    return remedies.of(refused, body).stream().map(Remedy::what).toList();
  }

  static Stream<Arguments> chat() {
    return Stream.of(
        refusal(
            400,
            "{'error':{'message':'Unrecognized request argument supplied: stream_options'}}",
            STREAM_OPTIONS),
        refusal(
            400,
            "{'error':{'message':'Unknown parameter: `stream_options`.','param':'stream_options'}}",
            STREAM_OPTIONS),
        refusal(400, "{'error':{'message':'no','param':'stream_options'}}", STREAM_OPTIONS),
        refusal(
            400,
            "{'error':{'message':'no','param':'stream_options.include_usage'}}",
            STREAM_OPTIONS),
        refusal(
            422,
            "{'detail':[{'type':'extra_forbidden','loc':['body','stream_options'],'msg':'Extra"
                + " inputs are not permitted','input':{'include_usage':true}}]}",
            STREAM_OPTIONS),
        refusal(
            422,
            "{'object':'error','message':{'detail':[{'type':'extra_forbidden','loc':['body','stream_options'],'msg':'no'}]},'type':'invalid_request_error'}",
            STREAM_OPTIONS),
        refusal(
            400,
            "{'error_code':'BAD_REQUEST','message':'stream_options: Extra inputs are not"
                + " permitted'}",
            STREAM_OPTIONS),
        refusal(
            400,
            "Validation error at #/stream_options: Extra inputs are not permitted",
            STREAM_OPTIONS),
        refusal(400, "json: unknown field \"stream_options\"", STREAM_OPTIONS),
        refusal(
            400,
            "unknown field `stream_options`, expected one of `model`, `messages`, `max_tokens`,"
                + " `reasoning_effort`",
            STREAM_OPTIONS),
        refusal(
            400,
            "[{'error':{'code':400,'message':'Invalid JSON payload received. Unknown name"
                + " \\'stream_options\\': Cannot find field.','status':'INVALID_ARGUMENT'}}]",
            STREAM_OPTIONS),
        refusal(
            400,
            "Malformed input request: #: extraneous key [stream_options] is not permitted",
            STREAM_OPTIONS),
        refusal(
            500,
            "TypeError: create() got an unexpected keyword argument 'stream_options'",
            STREAM_OPTIONS),
        refusal(
            400,
            "Additional properties are not allowed ('stream_options' was unexpected)",
            STREAM_OPTIONS),
        refusal(400, "参数 stream_options 不支持", STREAM_OPTIONS),
        refusal(
            400,
            "Unrecognized request arguments supplied: parallel_tool_calls",
            "leaves out parallel_tool_calls"),
        // the limit's name
        refusal(
            400,
            "{'error':{'message':'Unsupported parameter: \\'max_tokens\\' is not supported with"
                + " this model. Use \\'max_completion_tokens\\'"
                + " instead.','param':'max_tokens','code':'unsupported_parameter'}}",
            RENAMED),
        refusal(400, "max_tokens is deprecated, please use max_completion_tokens", RENAMED),
        refusal(
            422,
            "{'detail':[{'loc':['body','max_tokens'],'msg':'extra fields not permitted'}]}",
            RENAMED),
        refusal(400, "Unknown parameter: max_tokens. Did you mean max_completion_tokens?", RENAMED),
        // the limit's value
        refusal(
            400,
            "'max_tokens' or 'max_completion_tokens' is too large: 8192. This model's maximum"
                + " context length is 8192 tokens and your request has 25 input tokens (8192 > 8192"
                + " - 25).",
            limit(8167)),
        refusal(
            400,
            "This model's maximum context length is 8192 tokens. However, you requested 9000 tokens"
                + " (808 in the messages, 8192 in the completion).",
            limit(7384)),
        refusal(
            400,
            "This model's maximum context length is 8,192 tokens. However, you requested 9,200"
                + " tokens (808 in the messages, 200 in the functions, and 8,192 in the"
                + " completion).",
            limit(7184)),
        refusal(
            400,
            "`inputs` tokens + `max_new_tokens` must be <= 4096. Given: 500 `inputs` tokens and"
                + " 8192 `max_new_tokens`",
            limit(3596)),
        refusal(
            400,
            "max_tokens is too large: 8192. This model supports at most 4096 completion tokens,"
                + " whereas you provided 8192.",
            limit(4096)),
        refusal(
            400,
            "`max_tokens` must be less than or equal to `4096`, the maximum value for `max_tokens`"
                + " is less than the `context_window` for this model",
            limit(4096)),
        refusal(
            400,
            "Invalid max_tokens value, the valid range of max_tokens is [1, 4096]",
            limit(4096)),
        refusal(400, "Range of max_tokens should be [1, 2000]", limit(2000)),
        refusal(
            400,
            "The maximum tokens you requested exceeds the model limit of 4096. Try again with a"
                + " maximum tokens value that is lower than 4096.",
            limit(4095)),
        refusal(
            400,
            "Unable to submit request because it has a maxOutputTokens value of 8192 but the"
                + " supported range is from 1 (inclusive) to 4097 (exclusive).",
            limit(4096)),
        refusal(400, "max_tokens=8192 cannot be greater than max_model_len=4096", limit(4096)),
        refusal(
            400,
            "This endpoint's maximum context length is 9192 tokens. However, you requested about"
                + " 16192 tokens (8000 of text input, 8192 in the output).",
            limit(1133)),
        // effort
        refusal(
            400,
            "{'error':{'message':'Unrecognized request argument supplied: reasoning_effort'}}",
            EFFORT),
        refusal(400, "'reasoning_effort' is not supported with this model", EFFORT),
        refusal(400, "\"gemma3:4b\" does not support thinking", EFFORT),
        refusal(400, "Reasoning is not supported by this model", EFFORT),
        refusal(
            400,
            "{'error':{'message':'Unsupported value: \\'reasoning_effort\\' does not support"
                + " \\'high\\' with this model. Supported values are: \\'low\\' and"
                + " \\'medium\\'.','param':'reasoning_effort'}}",
            "asks for effort medium in place of high"),
        refusal(
            422,
            "{'detail':[{'loc':['body','reasoning_effort'],'msg':'Input should be \\'minimal\\' or"
                + " \\'low\\''}]}",
            "asks for effort low in place of high"),
        // the form of messages and tools
        refusal(
            400,
            "Invalid 'content': 'content' field must be a string or an array of objects.",
            EMPTY),
        refusal(
            400,
            "{'error':{'message':'Invalid value for \\'content\\': expected a string, got"
                + " null.','param':'messages.[1].content'}}",
            EMPTY),
        refusal(
            422,
            "{'detail':[{'type':'string_type','loc':['body','messages',1,'assistant','content'],'msg':'Input"
                + " should be a valid string','input':null}]}",
            EMPTY),
        refusal(500, "can only concatenate str (not \"NoneType\") to str in messages", EMPTY),
        refusal(400, "messages[1]: missing field `content`", EMPTY),
        refusal(
            400,
            "Invalid JSON payload received. Unknown name \"$schema\" at"
                + " 'tools[0].function_declarations[0].parameters': Cannot find field.",
            "leaves out $schema of the tools' schemas"),
        refusal(
            400,
            "Unknown name \"additionalProperties\" at 'tools[0].parameters'",
            "leaves out additionalProperties of the tools' schemas"),
        refusal(
            422,
            "{'detail':[{'loc':['body','tools',0,'function','parameters','title'],'msg':'extra"
                + " fields not permitted'}]}",
            "leaves out title of the tools' schemas"));
  }

  private static String limit(int most) {
    return "asks for at most " + most + " tokens in a reply";
  }

  private static Arguments refusal(int status, String error, String... remedies) {
    return Arguments.of(status, error, List.of(remedies));
  }

  @ParameterizedTest
  @MethodSource("chat")
  void whatAChatServerNamesIsChanged(int status, String error, List<String> remedies) {
    assertThat(found(Remedies.chat(), CHAT, status, error)).isEqualTo(remedies);
  }

  private static Arguments echo(int status, String error, String... fields) {
    return refusal(
        status, error, "leaves " + String.join(", ", fields) + " out of the assistant's messages");
  }

  private static Arguments missing(int status, String error, String field) {
    return refusal(status, error, "sends " + field + " with every message of the assistant");
  }

  static Stream<Arguments> echoed() {
    return Stream.of(
        echo(
            400,
            "{'error':{'message':'\\'messages.1\\' : for \\'role:assistant\\' the following must be"
                + " satisfied[(\\'messages.1\\' : property \\'reasoning_content\\' is"
                + " unsupported)]','type':'invalid_request_error'}}",
            "reasoning_content"),
        echo(
            400,
            "{'message':'messages.1.assistant.reasoning_content: property"
                + " \\'messages.1.assistant.reasoning_content\\' is unsupported',"
                + "'type':'invalid_request_error','param':'validation_error','code':'wrong_api_format'}",
            "reasoning_content"),
        echo(
            422,
            "{'detail':[{'type':'extra_forbidden','loc':['body','messages',1,'assistant','reasoning_content'],'msg':'Extra"
                + " inputs are not permitted','input':'Hm'}]}",
            "reasoning_content"),
        echo(
            400,
            "{'error':{'message':'Unknown parameter: \\'messages[1].reasoning_content\\'.',"
                + "'param':'messages[1].reasoning_content','code':'unknown_parameter'}}",
            "reasoning_content"),
        echo(
            400,
            "Extra inputs are not permitted, field: 'messages[1].reasoning_content', value: 'Hm'",
            "reasoning_content"),
        echo(400, "json: unknown field \"reasoning_content\"", "reasoning_content"),
        echo(
            400,
            "The reasoning_content is an intermediate result for display purposes only and will"
                + " not be included in the context for inference. Please remove the"
                + " reasoning_content from your message to reduce network traffic.",
            "reasoning_content"),
        echo(400, "property 'reasoning' is unsupported", "reasoning"),
        echo(400, "messages.1.assistant.reasoning: Extra inputs are not permitted", "reasoning"),
        echo(400, "Unsupported field: reasoning", "reasoning"),
        echo(
            400,
            "Unsupported parameters: reasoning_content, reasoning_details",
            "reasoning_content",
            "reasoning_details"),
        echo(
            400,
            "Additional properties are not allowed ('reasoning_details' was unexpected) -"
                + " 'messages.1'",
            "reasoning_details"),
        echo(
            422,
            "{'detail':[{'loc':['body','messages',1,'thinking_blocks'],'msg':'extra fields not"
                + " permitted'}]}",
            "thinking_blocks"),
        echo(
            400,
            "[{'error':{'code':400,'message':'Invalid JSON payload received. Unknown name"
                + " \\'extra_content\\' at \\'messages[1].tool_calls[0]\\': Cannot find field.'}}]",
            "extra_content"),
        echo(
            400,
            "messages.1.tool_calls.0.function.thought_signature: Extra inputs are not permitted",
            "thought_signature"),
        echo(400, "Unrecognized key: 'index' in messages[1].tool_calls[0]", "index"),
        refusal(400, "\"m\" does not support thinking", EFFORT),
        refusal(400, "Reasoning is not supported by this model", EFFORT),
        refusal(400, "The reasoning_content is flagged"),
        refusal(400, "Missing `reasoning_content` field in the assistant message at index 1"));
  }

  @ParameterizedTest
  @MethodSource("echoed")
  void whatGoesBackWithAReplyIsLeftOutWhereItIsRefused(
      int status, String error, List<String> remedies) {
    assertThat(found(Remedies.chat(), ECHO, status, error)).isEqualTo(remedies);
  }

  static Stream<Arguments> missed() {
    return Stream.of(
        missing(
            400,
            "{'error':{'message':'Missing `reasoning_content` field in the assistant message at"
                + " message index 1. For more information, please refer to the guide',"
                + "'type':'invalid_request_error'}}",
            "reasoning_content"),
        missing(
            400,
            "The `reasoning_content` in the thinking mode must be passed back to the API.",
            "reasoning_content"),
        missing(
            400,
            "thinking is enabled but reasoning_content is missing in assistant tool call message at"
                + " index 1",
            "reasoning_content"),
        missing(
            422,
            "{'detail':[{'type':'missing','loc':['body','messages',1,'assistant','reasoning_content'],'msg':'Field"
                + " required'}]}",
            "reasoning_content"),
        missing(400, "messages[1]: 'reasoning' is required", "reasoning"),
        refusal(400, "reasoning is required for this model"),
        refusal(400, "Missing `signature` field in the assistant message"));
  }

  /// A request whose thoughts are in this field alone.
  private static Json.Obj renamed(String field) {
    var message = Json.obj("role", "assistant", "content", "Hi", field, "Hm");
    return ECHO.with("messages", List.of(message, Json.obj("role", "user", "content", "Go")));
  }

  @ParameterizedTest
  @MethodSource("missed")
  void aFieldForThoughtsThatIsMissedIsSent(int status, String error, List<String> remedies) {
    assertThat(found(Remedies.chat(), renamed("reasoning_text"), status, error))
        .isEqualTo(remedies);
  }

  @Test
  void thoughtsGoBackUnderTheNameThatIsMissed() {
    var error = "Missing `reasoning_content` field in the assistant message";
    var named = "{\"role\":\"assistant\",\"content\":\"%s\",\"reasoning_content\":\"%s\"}";
    assertThat(changed(Remedies.chat(), renamed("reasoning"), error).items("messages").getFirst())
        .hasToString(named.formatted("Hi", "Hm"));
    assertThat(changed(Remedies.chat(), renamed("content"), error).items("messages").getFirst())
        .hasToString(named.formatted("Hm", ""));
  }

  @Test
  void onlyTheRefusedFieldLeavesOnlyTheAssistantsMessages() {
    var error = "property 'reasoning_content' is unsupported";
    assertThat(changed(Remedies.chat(), ECHO, error).toString())
        .contains("\"reasoning_content\":\"stays\"", "\"reasoning\":\"Hm\"")
        .doesNotContain("\"reasoning_content\":\"Hm\"");
    var call = "Unknown names 'index', 'extra_content', 'thought_signature', 'name', 'id'";
    assertThat(changed(Remedies.chat(), ECHO, call).toString())
        .contains(
            "[{\"id\":\"c\",\"type\":\"function\","
                + "\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]");
  }

  static Stream<Arguments> none() {
    return Stream.of(
        refusal(401, "{'error':{'message':'no','param':'stream_options'}}"),
        refusal(429, "Unsupported parameter: stream_options"),
        refusal(404, "model stream_options is unknown"),
        refusal(400, "{'error':{'message':'Unsupported parameter: \\'tools\\'','param':'tools'}}"),
        refusal(400, "{'error':{'message':'no','param':'messages'}}"),
        refusal(400, "{'error':{'message':'no such model','param':'model'}}"),
        refusal(400, "gemma3:4b does not support tools"),
        refusal(400, "Invalid value for 'stream': only true is supported"),
        refusal(400, "prompt is too long: 210000 tokens > 200000 maximum"),
        refusal(
            400,
            "This model's maximum context length is 8192 tokens. However, you requested 17192"
                + " tokens (9000 in the messages, 8192 in the completion)."),
        refusal(400, "'max_tokens' is too large: 8192 (8192 > 8192 - 8100)"),
        refusal(400, "max_tokens must be at least 1"),
        refusal(400, "temperature is not supported"),
        refusal(400, "unknown field `top_k`, expected one of `stream_options`, `max_tokens`"),
        refusal(400, "messages[1]: content is flagged by our policy"),
        refusal(400, "The title of the tool is unknown"),
        refusal(400, ""));
  }

  @ParameterizedTest
  @MethodSource("none")
  void whatMakesTheRequestStays(int status, String error, List<String> remedies) {
    assertThat(found(Remedies.chat(), CHAT, status, error)).isEqualTo(remedies);
  }

  static Stream<Arguments> messages() {
    return Stream.of(
        refusal(
            400,
            "max_tokens: 8192 > 4096, which is the maximum allowed number of output tokens for"
                + " claude-3",
            limit(4096)),
        refusal(
            400,
            "input length and `max_tokens` exceed context limit: 194000 + 8192 > 200000, decrease"
                + " input length or `max_tokens` and try again",
            limit(6000)),
        refusal(400, "output_config: Extra inputs are not permitted", "leaves out output_config"),
        refusal(
            400,
            "{'error':{'message':'output_config.effort: Input should be \\'low\\', \\'medium\\' or"
                + " \\'high\\''}}",
            "asks for effort high in place of max"),
        refusal(
            400, "This model does not support the effort parameter.", "leaves out output_config"),
        refusal(
            400,
            "{'error':{'param':'output_config.effort','message':'must be one of \\'low\\',"
                + " \\'high\\''}}",
            "asks for effort high in place of max"),
        refusal(
            400,
            "system.1.cache_control: Extra inputs are not permitted",
            "leaves out cache_control"),
        refusal(
            422,
            "{'detail':[{'loc':['body','messages',0,'content',0,'cache_control'],'msg':'extra"
                + " fields not permitted'}]}",
            "leaves out cache_control"),
        refusal(400, "json: unknown field \"cache_control\"", "leaves out cache_control"),
        refusal(
            422,
            "{'detail':[{'type':'string_type','loc':['body','system'],'msg':'Input should be a"
                + " valid string'}]}",
            "sends the system prompt as one text"),
        refusal(
            400,
            "json: cannot unmarshal array into Go struct field Request.system of type string",
            "sends the system prompt as one text"),
        refusal(
            400,
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use"
                + " 'max_completion_tokens' instead."),
        refusal(400, "A maximum of 4 blocks with cache_control may be provided. Found 5."),
        refusal(
            400, "messages.1.content.0: unexpected `tool_use_id` found in `tool_result` blocks"));
  }

  @ParameterizedTest
  @MethodSource("messages")
  void whatAMessagesServerNamesIsChanged(int status, String error, List<String> remedies) {
    assertThat(found(Remedies.messages(false), MESSAGES, status, error)).isEqualTo(remedies);
  }

  @Test
  void theVendorsMarksOfCachedPrefixesStay() {
    var error = "system.1.cache_control: Extra inputs are not permitted";
    assertThat(found(Remedies.messages(true), MESSAGES, 400, error)).isEmpty();
  }

  private static Json.Obj changed(Remedies remedies, Json.Obj body, String error) {
    var refused = new Refused(400, ErrorWords.of(error.replace('\'', '"')));
    return remedies.of(refused, body).getFirst().applied(body);
  }

  @Test
  void marksAreLeftOutOfBlocksAndNotOfACallsInput() {
    assertThat(
            changed(Remedies.messages(false), MESSAGES, "unknown field 'cache_control'").toString())
        .doesNotContain("ephemeral")
        .contains("\"input\":{\"cache_control\":\"stays\"}");
  }

  @Test
  void aKeywordIsLeftOutOfSchemasAndNotOfTheNamesOfProperties() {
    var error = "Unknown name 'title' at 'tools[0].parameters'";
    assertThat(changed(Remedies.chat(), CHAT, error).items("tools"))
        .hasToString(
            "[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{\"$schema\":\"x\","
                + "\"type\":\"object\",\"additionalProperties\":false,\"properties\":"
                + "{\"title\":{\"type\":\"string\"},\"n\":{\"minimum\":1}}}}}]");
  }

  @Test
  void aServerThatRefusesAnEmptyContentGetsNone() {
    var empty = changed(Remedies.chat(), CHAT, "content must be a string");
    assertThat(empty.toString()).contains("\"content\":\"\"").doesNotContain("null");
    var none = changed(Remedies.chat(), empty, "messages: text content is empty");
    assertThat(none.items("messages").get(1))
        .hasToString("{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"c\"}]}");
  }

  @Test
  void theSystemPromptIsOneText() {
    var error = "system: Input should be a valid string";
    assertThat(changed(Remedies.messages(false), MESSAGES, error).text("system"))
        .isEqualTo("Be\n\nbrief");
  }

  @Test
  void anEffortIsLowered() {
    var error =
        "{'error':{'param':'output_config.effort','message':'one of \\'low\\', \\'high\\''}}";
    assertThat(changed(Remedies.messages(false), MESSAGES, error).object("output_config"))
        .hasToString("{\"effort\":\"high\"}");
  }
}
