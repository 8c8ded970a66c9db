package dev.drover.model.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.model.rehearsal.Script.Call;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ScriptTest {
  @Test
  void shellBlocksAndDollarLinesBecomeCallsInTheirOrder() {
    var script =
        Script.of(
            """
            Please run
            $ echo one
            ```bash
            cd /tmp
            $ not a line of its own
            ```
              $ echo two
            ```sh
            echo three
            ```
            ```shell
            echo four\
            """);
    assertThat(script.calls())
        .containsExactly(
            Call.bash("echo one"),
            Call.bash("cd /tmp\n$ not a line of its own"),
            Call.bash("echo two"),
            Call.bash("echo three"),
            Call.bash("echo four"));
  }

  @Test
  void theOtherToolsHaveALineEach() {
    assertThat(
            Script.of("read a.txt\nread \"my file\"\nglob **/*.java\ngrep 'a b' src\ngrep TODO")
                .calls())
        .containsExactly(
            new Call("read", Json.obj("file_path", "a.txt")),
            new Call("read", Json.obj("file_path", "my file")),
            new Call("glob", Json.obj("pattern", "**/*.java")),
            new Call("grep", Json.obj("pattern", "a b", "path", "src")),
            new Call("grep", Json.obj("pattern", "TODO")));
  }

  @Test
  void aWriteBlockHoldsTheContent() {
    assertThat(Script.of("````write a b.md\n# Hi\n```\nx\n```\n````").calls())
        .containsExactly(
            new Call("write", Json.obj("file_path", "a", "content", "# Hi\n```\nx\n```\n")));
    assertThat(Script.of("```write \"a b.md\"\n```").calls())
        .containsExactly(new Call("write", Json.obj("file_path", "a b.md", "content", "")));
  }

  @Test
  void anEditBlockHoldsTheOldAndTheNewText() {
    assertThat(Script.of("```edit a.txt\nold\n  text\n=======\nnew\n```").calls())
        .containsExactly(
            new Call(
                "edit",
                Json.obj("file_path", "a.txt", "old_string", "old\n  text", "new_string", "new")));
    assertThat(Script.of("```edit a.txt\ngone\n=======\n```").calls().getFirst().input())
        .isEqualTo(Json.obj("file_path", "a.txt", "old_string", "gone", "new_string", ""));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"```write\nx\n```", "```edit\na\n=======\nb\n```", "```edit f\nno separator\n```"})
  void aBlockThatLacksSomethingIsNamedAMistake(String text) {
    assertThat(Script.of(text).calls()).isEmpty();
    assertThat(Script.of(text).mistakes()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Fix the failing test.",
        "read the file and tell me",
        "grep for it in the sources",
        "glob a b",
        "$5 is the price",
        "$",
        "Reading",
        "```java\n$ echo\nread x\n```",
        "```bash\n\n```"
      })
  void proseAndOtherBlocksSayNothing(String text) {
    assertThat(Script.of(text).isEmpty()).isTrue();
  }

  @Test
  void thoughtsAreHeard() {
    assertThat(Script.of("think: first\nthink:second").thoughts())
        .containsExactly("first", "second");
  }
}
