package dev.drover.model.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Fields of blocks that a Messages server does not take, in the words of public servers.
final class BlockRemediesTest {
  private static final Json.Obj BODY =
      (Json.Obj)
          Json.trusted(
              """
              {"model": "m", "messages": [
                {"role": "user", "content": "Go"},
                {"role": "assistant", "content": [
                  {"type": "text", "text": "Yes", "citations": [{"type": "char_location"}]},
                  {"type": "tool_use", "id": "a", "name": "f", "input": {"caller": "stays"},
                   "caller": {"type": "direct"}},
                  {"type": "tool_use", "id": "b", "name": "f", "input": {}, "gatewayId": "g",
                   "caller": {"type": "direct"}}]},
                {"role": "user", "content": [
                  {"type": "tool_result", "tool_use_id": "a", "is_error": false, "content": [
                    {"type": "text", "text": "x", "citations": []}]},
                  {"type": "tool_result", "tool_use_id": "b", "content": "y"}]}]}
              """);

  private static Refused refused(int status, String body) {
    return new Refused(status, ErrorWords.of(body.replace('\'', '"')));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          tool_use | caller | messages.1.content.1.tool_use.caller: Extra inputs are not permitted
          tool_use | caller | messages.1.content.1.caller: Extra inputs are not permitted
          tool_use | caller | messages.1.content.1.tool_use.caller.type: Extra inputs are not permitted
          tool_use | caller | messages[1].content[2].caller: unknown field
          tool_use | caller | messages.1.content.list[union[text,tool_use]].1.tool_use.caller: extra fields not permitted
          tool_use | caller | {'detail':[{'loc':['body','messages',1,'content',1,'tool_use','caller'],'msg':'Extra inputs are not permitted','type':'extra_forbidden'}]}
          tool_use | caller | {'error':{'message':'Unknown parameter','param':'messages[1].content[1].caller'}}
          tool_use | caller | json: unknown field 'caller'
          tool_use | caller | Unrecognized key(s) in object: 'caller'
          tool_use | gatewayId | messages.1.content.2.tool_use.gatewayId: Extra inputs are not permitted
          tool_use | gatewayId | additional properties are not allowed ('gatewayId' was unexpected)
          text | citations | messages.1.content.0.text.citations: Extra inputs are not permitted
          text | citations | messages.1.content.0.citations.0.type: unexpected value
          text | citations | messages.2.content.0.tool_result.content.0.text.citations: Extra inputs are not permitted
          tool_result | is_error | messages.2.content.0.tool_result.is_error: Extra inputs are not permitted
          """)
  void theFieldIsLeftOutOfAllBlocksOfItsTypeAndNothingElse(String type, String name, String body) {
    var remedy = BlockRemedies.extraField(refused(400, body), BODY).orElseThrow();
    assertThat(remedy.what()).isEqualTo("leaves %s out of %s blocks".formatted(name, type));
    var changed = remedy.applied(BODY);
    assertThat(remedy.applied(changed)).isEqualTo(changed);
    assertThat(changed).isEqualTo(without(BODY, type, name));
    assertThat(changed.toString()).contains("{\"caller\":\"stays\"}");
  }

  /// Every object of that type, wherever it is, without the field.
  private static Json without(Json json, String type, String name) {
    return switch (json) {
      case Json.Arr(var items) ->
          new Json.Arr(items.stream().map(one -> without(one, type, name)).toList());
      case Json.Obj object -> {
        var rest = type.equals(object.text("type")) ? Remedies.without(object, name) : object;
        for (var field : rest.fields().entrySet()) {
          rest = rest.with(field.getKey(), without(field.getValue(), type, name));
        }
        yield rest;
      }
      default -> json;
    };
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "messages.1.content.1.tool_use.input: Extra inputs are not permitted",
        "messages.1.content.1.tool_use.input.caller: Extra inputs are not permitted",
        "messages.1.content.1.tool_use.id: invalid field",
        "messages.1.content.0.text.text: Extra inputs are not permitted",
        "messages.2.content.0.tool_result.content: Extra inputs are not permitted",
        "messages.1.content.9.tool_use.caller.x: Extra inputs are not permitted elsewhere"
            + " messages.999999.content.999999.x",
        "messages.1.content.1.tool_use.gone: Extra inputs are not permitted",
        "messages.1.content.1.tool_use.caller: Field required"
      })
  void whatABlockIsMadeOfStays(String message) {
    assertThat(BlockRemedies.extraField(refused(400, message), BODY)).isEmpty();
  }

  @Test
  void theVendorsServerAndOthersAreServedAlike() {
    var refused =
        refused(400, "messages.1.content.1.tool_use.caller: Extra inputs are not permitted");
    for (boolean vendor : new boolean[] {true, false}) {
      assertThat(Remedies.messages(vendor).of(refused, BODY)).hasSize(1);
    }
  }
}
