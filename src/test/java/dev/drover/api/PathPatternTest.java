package dev.drover.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Which paths a route has, and the names in them.
final class PathPatternTest {
  @ParameterizedTest
  @CsvSource({
    "/v1/agents, /v1/agents, true",
    "/v1/agents, /v1/agents/, false",
    "/v1/agents, /v1, false",
    "/v1/agents/{agent}, /v1/agents/a, true",
    "/v1/agents/{agent}, /v1/agents/a/b, false",
    "/v1/agents/{agent}, /v1/agents/, false",
    "/v1/agents/{agent}, /v1/agents/.., false",
    "/v1/agents/{agent}, /v1/agents/{agent}, true",
    "/v1/agents/{agent}, /v1/agents/a%2Fb, false",
    "/v1/models/{model+}, /v1/models/a%2Fb, true",
    "/v1/models/{model+}, /v1/models/a/b, false",
    "/v1/files/**, /v1/files/a/b, true",
    "/v1/files/**, /v1/files/, true",
    "/v1/files/**, /v1/files, true",
    "/v1/files/**, /v1/filesets, false",
  })
  void matchesSegmentBySegment(String pattern, String path, boolean matches) {
    assertThat(PathPattern.of(pattern).matches(Segments.decoded(path))).isEqualTo(matches);
  }

  @ParameterizedTest
  @CsvSource({
    "/v1/agents, /v1/agents, ''",
    "/v1/agents/{agent}, /v1/agents/a, agent=a",
    "/v1/models/{model+}, /v1/models/a%2Fb, model=a/b",
    "/s/{session}/threads/{thread}/archive, /s/one/threads/two/archive, session=one thread=two",
    "/e/{environment}/work/**, /e/one/work/a/b, environment=one",
  })
  void tellsTheNames(String pattern, String path, String names) {
    var expected = new java.util.HashMap<String, String>();
    for (var pair : names.split(" ", -1)) {
      if (!pair.isEmpty()) {
        expected.put(pair.split("=", -1)[0], pair.split("=", -1)[1]);
      }
    }
    var segments = Segments.decoded(path);
    assertThat(PathPattern.of(pattern).names(segments)).isEqualTo(Map.copyOf(expected));
  }

  @ParameterizedTest
  @CsvSource({
    "/v1/agents, /v1/agents",
    "/v1/agents/{agent}/versions, /v1/agents/{}/versions",
    "/v1/models/{model+}, /v1/models/{}",
    "/v1/files/**, /v1/files/**",
  })
  void isShownWithoutNames(String pattern, String template) {
    assertThat(PathPattern.of(pattern).template()).isEqualTo(template);
  }
}
