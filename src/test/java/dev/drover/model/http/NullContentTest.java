package dev.drover.model.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is done about a server that cannot read `content: null` and does not say where it found it.
final class NullContentTest {
  private static Json.Obj body(Json content) {
    var call = Json.obj("id", "c", "type", "function", "function", Json.obj("name", "f"));
    var message = Json.obj("role", "assistant", "content", content, "tool_calls", List.of(call));
    return Json.obj("model", "m", "messages", List.of(message));
  }

  private static List<String> found(Json content, int status, String error) {
    return Remedies.chat().of(new Refused(status, ErrorWords.of(error)), body(content)).stream()
        .map(Remedy::what)
        .toList();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[json.exception.type_error.302] type must be string, but is null",
        "{\"error\":{\"code\":500,\"message\":\"[json.exception.type_error.302] type must be"
            + " string, but is null\",\"type\":\"server_error\"}}",
        "[json.exception.type_error.302] type must be array, but is null",
        "invalid type: null, expected a string",
        "Expected string, received null",
        "expected a string, got null",
        "None is not of type 'string'",
        "json: cannot unmarshal null into Go value of type string",
        "undefined method `strip' for nil",
        "undefined method `length' for nil:NilClass",
        "'NoneType' object has no attribute 'strip'",
        "argument of type 'NoneType' is not iterable",
        "Cannot read properties of null (reading 'length')",
        "unexpected null",
        "object of type None has no len",
      })
  void anEmptyTextIsSentInItsPlace(String error) {
    for (int status : new int[] {400, 422, 500}) {
      assertThat(found(Json.NULL, status, error))
          .containsExactly("sends an empty content beside tool calls");
      assertThat(found(Json.of("Hi"), status, error)).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[json.exception.type_error.302] type must be string, but is number",
        "none of the models is loaded",
        "the value is nonesuch",
        "Internal Server Error",
        "`temperature` must be one of `none` or `default`",
      })
  void anotherErrorChangesNothing(String error) {
    assertThat(found(Json.NULL, 500, error)).isEmpty();
  }
}
