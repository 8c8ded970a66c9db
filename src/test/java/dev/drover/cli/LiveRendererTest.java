package dev.drover.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class LiveRendererTest {
  private final TestShell shell = new TestShell();
  private final AtomicLong time = new AtomicLong();
  private final LiveRenderer live =
      new LiveRenderer(
          new PrintStream(shell.out, true, StandardCharsets.UTF_8),
          new PrintStream(shell.err, true, StandardCharsets.UTF_8),
          40,
          time::get);

  private void show(String... frames) {
    for (var frame : frames) {
      frame
          .lines()
          .filter(line -> line.startsWith("data: "))
          .map(line -> line.substring("data: ".length()))
          .forEach(json -> live.event((Json.Obj) Json.trusted(json), json));
    }
  }

  private void later(double seconds) {
    time.addAndGet((long) (seconds * 1e9));
    live.quiet();
  }

  /// What was printed since the last call, with the codes spelled out.
  private String printed() {
    var text =
        shell
            .out()
            .replace(Style.ANSI.wipe(), "<wipe>")
            .replace(Style.ANSI.unwrapped(), "")
            .replace(Style.ANSI.wrapped(), "")
            .replace(Style.ANSI.dim(), "<dim>")
            .replace(Style.ANSI.bold(), "<bold>")
            .replace(Style.ANSI.red(), "<red>")
            .replace(Style.ANSI.plain(), "<>");
    assertThat(text).doesNotContain("\u001b");
    shell.out.reset();
    return text;
  }

  @Test
  void textIsShownWhileItIsWrittenAndCompletedByItsEvent() {
    show(Canned.MESSAGE_START, Canned.delta("Let me"), Canned.delta(" see.\\n"));
    assertThat(printed()).isEqualTo("Let me see.");
    show(Canned.message("Let me see.\\n\\nYes.\\n"));
    assertThat(printed()).isEqualTo("\n\nYes.\n");
  }

  @Test
  void textWithoutAPreviewIsShownWhole() {
    show(Canned.message("One."));
    show(Canned.message("Two.").replace("sevt_9", "sevt_10"));
    assertThat(printed()).isEqualTo("One.\n\nTwo.\n");
  }

  @Test
  void aPreviewThatComesToNothingEndsItsLine() {
    show(Canned.MESSAGE_START, Canned.delta("Well"));
    show("data: {\"type\":\"span.model_request_end\",\"id\":\"sevt_6\",\"is_error\":true}");
    show(Canned.error("sevt_7", "busy", "retrying"));
    assertThat(printed()).isEqualTo("Well\n\n<dim>↻ busy; retrying<>\n");
  }

  @Test
  void waitingIsShownInALineThatIsWipedAgain() {
    show(Canned.START);
    later(0.1);
    assertThat(printed()).isEmpty();
    later(2.1);
    assertThat(printed()).isEqualTo("<wipe><dim>⠹ waiting for the model 2s<>");
    show(Canned.bash("sevt_5", "sleep 9"));
    assertThat(printed()).isEqualTo("<wipe>▸ <bold>bash<>  sleep 9<>\n");
    later(3);
    assertThat(printed()).isEqualTo("<wipe><dim>⠋ bash 3s<>");
    show(Canned.result("sevt_5", "", false));
    assertThat(printed()).isEqualTo("<wipe><dim>  (no output)<>\n");
  }

  @Test
  void theLastLineThatACommandPrintsIsShownWhileItRuns() {
    show(Canned.bash("sevt_5", "make"));
    printed();
    show(
        """
        data: {"type":"event_start","event":{"type":"drover.tool_output","id":"sevt_5"}}\
        """,
        output("sevt_5", "one\\ntwo of \\u001b[31mth"),
        output("sevt_5", "ree\\n\\n"),
        output("sevt_other", "not ours"));
    later(3);
    assertThat(printed()).contains("⠋ bash 3s · two of ").endsWith("three<>\n".strip());
    show(Canned.result("sevt_5", "all of it", false));
    assertThat(printed()).contains("all of it").doesNotContain("three");
    show(Canned.bash("sevt_6", "make"));
    later(3);
    assertThat(printed()).doesNotContain("three");
  }

  private static String output(String call, String text) {
    return """
    data: {"type":"event_delta","event_id":"%s","delta":{"type":"content_delta","index":0,\
    "content":{"type":"text","text":"%s"}}}\
    """
        .formatted(call, text);
  }

  @Test
  void nothingDisturbsALineOfTextInTheMaking() {
    show(Canned.MESSAGE_START, Canned.delta("Well"));
    printed();
    later(9);
    assertThat(printed()).isEmpty();
  }

  @Test
  void linesFitTheTerminal() {
    show(
        Canned.bash("sevt_5", "echo " + "漢".repeat(40)),
        Canned.result("sevt_5", "漢".repeat(40) + "\\n\\tx", false));
    assertThat(printed().lines().map(line -> line.replaceAll("<[a-z]*>", "")))
        .allMatch(line -> Columns.of(line) <= 40)
        .anyMatch(line -> line.endsWith("漢…"))
        .contains("          x");
  }

  @Test
  void resultsOfParallelCallsSayWhoseTheyAre() {
    show(Canned.bash("sevt_5", "one"), Canned.bash("sevt_6", "two"));
    printed();
    show(Canned.result("sevt_5", "1", false), Canned.result("sevt_6", "2", true));
    assertThat(printed())
        .isEqualTo(
            """
            <dim>  bash  one:<>
            <dim>  1<>
            <dim>  bash  two:<>
              <red>failed<>
            <dim>  2<>
            """);
  }

  @Test
  void aHostileResultCannotDriveTheTerminal() {
    show(
        Canned.bash("sevt_5", "x\\u001b]0;owned\\u0007y"),
        Canned.result(
            "sevt_5",
            "\\u001b[2J\\u001b[31mred\\u001b[0m \\u009b1mc1 \\u0007\\b bell\\rover \\u202etxt",
            false),
        Canned.MESSAGE_START,
        Canned.delta("a\\u001b[2Jb\\u009dc"));
    assertThat(printed())
        .isEqualTo(
            """
            ▸ <bold>bash<>  xy<>
            <dim>  red c1  bell<>
            <dim>  over txt<>

            abc\
            """);
  }

  @Test
  void theEndTellsWhatItTook() {
    show(Canned.message("Done."));
    printed();
    var usage = Json.obj("input_tokens", 12_345, "output_tokens", 6, "active_seconds", 1.5);
    live.end(new Ending(Ending.Kind.LOST, "gone"), usage, Duration.ofMillis(2_340), "read it so");
    assertThat(printed())
        .isEqualTo(
            "\n<dim>tokens 12,345 in 6 out · 1.5 s active · 2.3 s in all<>\n<dim>read it so<>\n");
    assertThat(shell.err()).isEqualTo("drover: lost the connection to the server: gone\n");
  }
}
