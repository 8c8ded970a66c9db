package dev.drover.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Which models are known by name.
final class ModelRoutesTest {
  private final Api api = new Api();

  @AfterEach
  void stop() {
    api.close();
  }

  @Test
  void aModelIsShownWithEveryKey() throws Exception {
    var model = api.get("/v1/models/rehearsal");
    assertThat(model.body())
        .hasToString(
            "{\"id\":\"rehearsal\",\"type\":\"model\",\"display_name\":\"rehearsal\","
                + "\"created_at\":\"1970-01-01T00:00:00.000000Z\",\"lifecycle\":\"active\","
                + "\"line\":null,\"max_input_tokens\":200000,\"max_tokens\":32000,"
                + "\"capabilities\":null,\"allowed_fallback_models\":null,"
                + "\"deprecated_at\":null,\"retires_at\":null}");
    assertThat(api.get("/v1/models").body().items("data").getFirst()).isEqualTo(model.body());
    assertThat(api.get("/v1/models/team%2Ffast").text("id")).isEqualTo("team/fast");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | rehearsal rehearsal-2 team/fast | false",
        "limit=2 | rehearsal rehearsal-2 | true",
        "limit=2&after_id=rehearsal-2 | team/fast | false",
        "limit=1&after_id=rehearsal | rehearsal-2 | true",
        "limit=1&before_id=team/fast | rehearsal-2 | true",
        "limit=2&before_id=team/fast | rehearsal rehearsal-2 | false",
        "lifecycle%5B%5D=deprecated&lifecycle%5B%5D=active | rehearsal rehearsal-2 team/fast |"
            + " false",
      })
  void modelsAreListedFromEitherSide(String query, String ids, boolean more) throws Exception {
    var answer = api.get("/v1/models?" + query);
    assertThat(answer.data("id")).containsExactly(ids.split(" "));
    assertThat(answer.body().get("has_more")).hasValue(Json.of(more));
    assertThat(answer.text("first_id")).isEqualTo(answer.data("id").getFirst());
    assertThat(answer.text("last_id")).isEqualTo(answer.data("id").getLast());
  }

  @Test
  void anEmptyListHasNoFirstAndNoLast() throws Exception {
    assertThat(api.get("/v1/models?lifecycle%5B%5D=retired").body())
        .isEqualTo(
            Json.obj("data", List.of(), "has_more", false, "first_id", null, "last_id", null));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/v1/models/claude-x | 404 | not_found_error: model: claude-x",
        "/v1/models?limit=1001 | 400 | invalid_request_error: limit: must be an integer from 1 to"
            + " 1000",
        "/v1/models?after_id=x | 400 | invalid_request_error: after_id: names no model of this"
            + " list",
        "/v1/models?lifecycle=new | 400 | invalid_request_error: lifecycle: must be of active,"
            + " deprecated, retired",
        "/v1/models?after_id=rehearsal&before_id=rehearsal | 400 | invalid_request_error:"
            + " before_id: cannot be given together with after_id",
      })
  void aReadSaysWhatIsWrong(String path, int status, String error) throws Exception {
    var answer = api.get(path);
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.error()).isEqualTo(error);
  }
}
