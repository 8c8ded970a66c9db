package dev.drover.model.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The remedies for servers that refuse the form of the messages: roles, their order, ids of calls,
/// and `null`.
final class MessageRemediesTest {
  private static final Json.Obj BODY =
      parsed(
          """
          {"model": "m", "messages": [
             {"role": "system", "content": "Be brief"},
             {"role": "user", "content": "Go"},
             {"role": "assistant", "content": null, "tool_calls": [
               {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}},
               {"id": "abcDEF123", "type": "function", "function": {"name": "f", "arguments": "{}"}}]},
             {"role": "tool", "tool_call_id": "call_1", "content": "done"},
             {"role": "tool", "tool_call_id": "abcDEF123", "content": "done"},
             {"role": "user", "content": "And?"},
             {"role": "system", "content": "Now long"},
             {"role": "user", "content": [{"type": "text", "text": "More"}]}],
           "stream": true}
          """);

  private static Json.Obj parsed(String text) {
    return (Json.Obj) Json.trusted(text);
  }

  private static List<Remedy> remedies(int status, String words, Json.Obj body) {
    var error = Json.obj("error", Json.obj("message", words)).toString();
    return Remedies.chat().of(new Refused(status, ErrorWords.of(error)), body);
  }

  /// The body after the one remedy for these words, which must not find anything more to change.
  private static Json.Obj changed(int status, String words) {
    var found = remedies(status, words, BODY);
    assertThat(found).hasSize(1);
    var changed = found.getFirst().applied(BODY);
    assertThat(changed).isNotEqualTo(BODY);
    assertThat(found.getFirst().applied(changed)).isEqualTo(changed);
    return changed;
  }

  private static Json.Obj changed(String words) {
    return changed(400, words);
  }

  private static String roles(Json.Obj body) {
    return String.join(
        " ", body.items("messages").stream().map(one -> ((Json.Obj) one).text("role")).toList());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Unexpected role 'user' after role 'tool'",
        "Unexpected role \"user\" after role \"tool\"",
        "Invalid request: unexpected role user after role tool",
        "User messages cannot directly follow tool messages",
        "Role 'user' cannot come after role 'tool'",
      })
  void aShortReplySeparatesResultsFromTheUser(String words) {
    assertThat(roles(changed(words)))
        .isEqualTo("system user assistant tool tool assistant user system user");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Conversation roles must alternate user/assistant/user/assistant/...",
        "After the optional system message, conversation roles must alternate"
            + " user/assistant/user/assistant/...",
        "Error rendering prompt with jinja template: \"roles must alternate between user and"
            + " model\"",
        "Please ensure that roles should alternate",
        "messages: consecutive user messages are not supported",
      })
  void adjacentMessagesOfOneRoleAreJoined(String words) {
    var body = BODY.with("messages", BODY.items("messages").subList(0, 6));
    var more = new ArrayList<>(body.items("messages"));
    more.add(BODY.items("messages").getLast());
    body = body.with("messages", more);
    var found = remedies(500, words, body);
    assertThat(found).hasSize(1);
    var changed = found.getFirst().applied(body);
    assertThat(roles(changed)).isEqualTo("system user assistant tool tool assistant user");
    assertThat(changed.items("messages").getLast().toString()).contains("\"And?\"", "\"More\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "System role not supported",
        "jinja2.exceptions.TemplateError: System role not supported",
        "System messages are not supported by this model",
        "This model does not support system messages",
        "Unsupported value: 'messages[0].role' does not support 'system' with this model.",
        "Developer instruction is not enabled for models/gemma-3-27b-it",
        "Invalid role: system",
        "The role 'system' is not allowed here",
        "role system is not supported",
        "Unsupported role: 'system'",
        "Only user and assistant roles are supported!",
        "'system' is not one of ['user', 'assistant', 'tool'] - 'messages.0.role'",
        "system prompt is unsupported",
      })
  void theSystemTextGoesInFrontOfTheFirstUserMessage(String words) {
    var changed = changed(words);
    assertThat(roles(changed)).isEqualTo("user assistant tool tool user user");
    assertThat(changed.items("messages").getFirst())
        .isEqualTo(Json.obj("role", "user", "content", "Be brief\n\nGo"));
    assertThat(changed.items("messages").getLast().toString())
        .contains(
            "[{\"type\":\"text\",\"text\":\"Now long\"},{\"type\":\"text\",\"text\":\"More\"}]");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "System message must be at the beginning.",
        "Unexpected role 'system' after role 'user'",
        "system messages are only allowed at the start of the conversation",
        "Only a single system message is allowed",
      })
  void aLaterSystemMessageBecomesTextOfTheUser(String words) {
    assertThat(roles(changed(words))).isEqualTo("system user assistant tool tool user user");
  }

  @Test
  void aSystemMessageAtTheEndBecomesAMessageOfTheUser() {
    var body = BODY.with("messages", BODY.items("messages").subList(0, 7));
    var changed =
        remedies(400, "Unexpected role 'system' after role 'user'", body).getFirst().applied(body);
    assertThat(changed.items("messages").getLast())
        .isEqualTo(Json.obj("role", "user", "content", "Now long"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Tool call id was call_1 but must be a-z, A-Z, 0-9, with a length of 9.",
        "Tool call IDs should be alphanumeric strings with length 9!",
        "tool_call_id must be 9 alphanumeric characters",
        "messages[2].tool_calls[0].id must match [a-zA-Z0-9]{9}",
        "Invalid tool_calls id: the length must be 9",
      })
  void idsOfCallsGetNineLettersAndDigits(String words) {
    var messages = changed(words).items("messages");
    var calls = ((Json.Obj) messages.get(2)).items("tool_calls");
    var id = ((Json.Obj) calls.get(0)).text("id");
    assertThat(id).matches("[a-z0-9]{9}");
    assertThat(((Json.Obj) messages.get(3)).text("tool_call_id")).isEqualTo(id);
    assertThat(((Json.Obj) calls.get(1)).text("id")).isEqualTo("abcDEF123");
    assertThat(((Json.Obj) messages.get(4)).text("tool_call_id")).isEqualTo("abcDEF123");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "can only concatenate str (not \"NoneType\") to str",
        "object of type 'NoneType' has no len()",
        "argument of type 'NoneType' is not iterable",
        "Missing 'content' at row 3",
        "Invalid 'messages' in payload: 'content' field must be a string or array",
        "'content' field must be a string or an array of objects",
        "messages 参数非法。请检查文档。",
        "未正常接收到prompt参数。",
        "输入不能为空",
        "Cannot read properties of null (reading 'length')",
        "Value is not a string: null",
        "messages.2.content : value must be a string",
        "invalid type: null, expected a string for key `messages[2].content`",
      })
  void aContentThatIsNullIsSentAsAnEmptyText(String words) {
    for (int status : new int[] {400, 500}) {
      assertThat(changed(status, words).items("messages").get(2).toString())
          .contains("\"content\":\"\"");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "no",
        "Internal server error",
        "messages must not be empty",
        "The system is not available",
        "the role of the key does not permit this model",
        "Tool call id call_1 not found",
        "tool_call_id is required",
        "unexpected end of input",
        "operating system not supported",
        "the model alternates",
        "user is not allowed to use the tool",
        "The system does not accept this key",
      })
  void otherWordsChangeNothing(String words) {
    assertThat(remedies(400, words, BODY)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Unexpected role 'user' after role 'tool'",
        "System role not supported",
        "roles must alternate",
        "'NoneType' object is not iterable"
      })
  void aRequestWithoutTheCauseIsNotChanged(String words) {
    var body = parsed("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"Go\"}]}");
    assertThat(remedies(400, words, body)).isEmpty();
  }
}
