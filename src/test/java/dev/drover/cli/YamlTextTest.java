package dev.drover.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.base.Yaml;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class YamlTextTest {
  static Stream<Json.Obj> values() {
    return Stream.of(
        Json.EMPTY,
        Json.obj("a", 1, "b", 2.5, "c", true, "d", null, "e", List.of(), "f", Json.EMPTY),
        Json.obj("text", "Line one.\nLine two.\n", "list", List.of("x\ny\n", "z")),
        Json.obj("nested", List.of(List.of(1, List.of("a", "b")), Json.obj("k", List.of(2)))),
        Json.obj(
            "a: b", "no", "- c", "true", "# d", "012", "", "~", "é", "\u00e9 \u2028 \ud83d\ude00"),
        Json.obj(
            "odd", List.of(" x\n", "x\n\n", "\n", "x\r\n", "a\n  b\n", "tab\there\n", "\u0007")),
        Json.obj("type", "session", "agent", Json.obj("id", "agent_1", "tools", List.of("all"))));
  }

  @ParameterizedTest
  @MethodSource("values")
  void whatIsWrittenIsReadBackAsTheSame(Json.Obj value) throws Exception {
    assertThat(Yaml.read(YamlText.of(value))).isEqualTo(value);
  }

  @Test
  void itReadsLikeYaml() {
    var agent =
        Json.obj(
            "name", "Coder", "system", "Be brief.\nBe kind.\n", "tools", List.of(Json.obj("a", 1)));
    assertThat(YamlText.of(agent))
        .isEqualTo(
            """
            name: Coder
            system: |
              Be brief.
              Be kind.
            tools:
              - a: 1
            """);
  }
}
