package dev.drover.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What becomes of paths that no client should send: each has one answer, in the protocol's form.
final class PathsTest {
  private static Api api;
  private static String session;

  @BeforeAll
  static void start() throws Exception {
    api = new Api();
    session = api.session();
  }

  @AfterAll
  static void stop() {
    api.close();
  }

  private static String answer(String path) throws Exception {
    return api.raw(
        "GET "
            + path.replace("SESSION", session)
            + " HTTP/1.1\r\nHost: a\r\nX-Api-Key: "
            + Api.KEY
            + "\r\nConnection: close\r\n\r\n");
  }

  private static void assertRefused(String path, int status, String type) throws Exception {
    assertThat(answer(path))
        .startsWith("HTTP/1.1 " + status + " ")
        .contains("{\"type\":\"error\",\"error\":{\"type\":\"" + type + "\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SESSION%2Fevents",
        "SESSION%2fevents",
        "/v1%2Fsessions",
        "//v1/sessions",
        "/v1//sessions",
        "/v1/sessions/",
        "SESSION//events",
        "SESSION/events/",
        "/v1/./sessions",
        "/v1/agents/../sessions",
        "/v1/agents/%2e%2e/versions",
        "/v1/sessions/.",
        "/v1/sessions/%2E%2E",
        "/v1/sessions/%2e%2e%2fagents",
        "/v1/agents/agent_a%2Fversions",
        "/v1/environments/env_a%2f",
        "/v1/sessions;a=b",
        "/v1/sessions%3Fa=b",
        "/v1/sessions%23",
        "/v1/%5csessions",
        "*",
        "v1/sessions",
        "xv1/sessions",
        "/v1/SESSIONS",
      })
  void whatIsNoRouteIsNotFound(String path) throws Exception {
    assertRefused(path, 404, "not_found_error");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v1/sessions/a%00b",
        "/v1/sessions/%0d%0aX:y",
        "/v1/sessions/%7f",
        "/v1/sessions/%zz",
        "/v1/sessions/%4",
        "/v1/sessions/%",
        "/v1/sessions/%-1",
        "/v1/sessions/%ff%fe",
        "/v1/sessions/%c0%af",
        "/v1/sessions/%ed%a0%80",
        "/v1/sessions/sesn_\u00e9",
        "/v1/sessions/sesn_%C3%A9",
        "/v1/sessions/sesn_a+b",
        "/v1/sessions/sesn_a%20b",
        "/v1/sessions/sesn_a%252Fevents",
        "SESSION;a=b",
        "SESSION;a=b/events",
        "/v1\\sessions",
      })
  void whatCannotBeDecodedOrIsNoIdIsInvalid(String path) throws Exception {
    assertRefused(path, 400, "invalid_request_error");
  }

  @Test
  void anOverlongPathIsRefusedByItsLength() throws Exception {
    assertRefused("/v1/sessions/" + "a".repeat(30_000), 400, "invalid_request_error");
    assertRefused("/v1" + "/a".repeat(15_000), 404, "not_found_error");
    assertRefused("/v1/sessions/" + "a".repeat(40_000), 414, "invalid_request_error");
  }

  @Test
  void theAbsoluteFormOfATargetIsItsPath() throws Exception {
    assertThat(answer("http://other/v1/sessions?limit=1")).startsWith("HTTP/1.1 200 ");
    assertThat(answer("HTTP://other:1/v1/none")).startsWith("HTTP/1.1 404 ");
  }

  @Test
  void anEscapedLetterIsTheLetter() throws Exception {
    assertThat(answer("/v1/%73essions")).startsWith("HTTP/1.1 200 ");
    assertThat(answer(session.replace("sesn_", "sesn%5F"))).startsWith("HTTP/1.1 200 ");
  }
}
