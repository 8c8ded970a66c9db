package dev.drover.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.testing.ChildJvm;
import dev.drover.testing.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The client scenarios of the conformance suite of the Model Context Protocol. Each one that the
/// suite has is run here, or has its reason in [#NOT_APPLICABLE].
@Tag("sdk")
final class McpConformanceTest {
  private static final Path SUITE = Programs.CONFORMANCE;
  private static final String NODE = SUITE.resolve("node_modules/node/bin/node").toString();
  private static final String PROGRAM =
      SUITE.resolve("node_modules/@modelcontextprotocol/conformance/dist/index.js").toString();
  private static final Pattern LISTED = Pattern.compile("(?m)^ +- (\\S+) \\[");

  private static final Set<String> RUN = Set.of("initialize", "tools_call", "sse-retry");

  /// By the beginning of a scenario's name.
  private static final Map<String, String> NOT_APPLICABLE =
      Map.of(
          "auth/",
          "An interactive OAuth client that registers itself and asks a person. The vault already"
              + " holds tokens, the token endpoint and the client id; KeyringTest has the"
              + " ways in which its refresh authenticates.",
          "elicitation-",
          "No person is at the other end of a call: Drover does not offer elicitation, and answers"
              + " that it has no such method.");

  @TempDir Path results;

  @BeforeAll
  static void install() throws Exception {
    Programs.install(SUITE);
  }

  /// Runs the suite. Its exit status counts how late a client was, as well.
  private static String suite(String... arguments) throws IOException, InterruptedException {
    var command = new ArrayList<>(List.of("sh", "-c", "\"$0\" \"$@\" || true", NODE, PROGRAM));
    command.addAll(List.of(arguments));
    return Programs.run(SUITE, Map.of(), command.toArray(String[]::new));
  }

  @ParameterizedTest
  @ValueSource(strings = {"initialize", "tools_call", "sse-retry"})
  void passes(String scenario) throws Exception {
    var client =
        "%s -XX:TieredStopAtLevel=1 -cp %s %s"
            .formatted(
                ChildJvm.java(),
                System.getProperty("java.class.path"),
                ConformanceClient.class.getName());
    var said =
        suite("client", "--command", client, "--scenario", scenario, "-o", results.toString());
    var checks = checks();
    assertThat(checks).as(said).anyMatch(check -> "SUCCESS".equals(check.text("status")));
    assertThat(checks).as(said).noneMatch(McpConformanceTest::failed);
  }

  /// A busy machine may be late, but no client may be early.
  private static boolean failed(Json.Obj check) {
    var message = String.valueOf(check.text("errorMessage"));
    return "FAILURE".equals(check.text("status")) && !message.contains("reconnected very late");
  }

  private List<Json.Obj> checks() throws IOException {
    try (var files = Files.walk(results)) {
      var file = files.filter(path -> path.endsWith("checks.json")).findFirst().orElseThrow();
      return ((Json.Arr) Json.trusted(Files.readString(file)))
          .items().stream().map(Json.Obj.class::cast).toList();
    }
  }

  @Test
  void everyOtherScenarioHasItsReason() throws Exception {
    var others =
        LISTED
            .matcher(suite("list", "--client"))
            .results()
            .map(match -> match.group(1))
            .filter(scenario -> !RUN.contains(scenario))
            .toList();
    assertThat(others)
        .hasSizeGreaterThan(20)
        .allMatch(scenario -> NOT_APPLICABLE.keySet().stream().anyMatch(scenario::startsWith));
  }
}
