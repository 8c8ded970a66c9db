package dev.drover.hands;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Commands that are sent to the shell without a look at their syntax, and those that only nearly
/// are such: a syntax error is never sent.
public abstract class PlainCommandContract extends SandboxContract {
  private static final List<String> PIECES =
      List.of(
          "true", "echo", "a", "x=1", "$v", "'b c'", "\"$v\"", "\"d", "'", "|", "||", "&&", ";",
          "&", ">", ">f", "2>&1", ">>g", "if", "fi", "done", "(", ")", "!", "{", "}", "#", "\\",
          "$(", "`", "a[", "<", "$", "-n", "*", "é", "[[", "in");

  private static final int TRIES = 60;
  private static final int LONGEST = 6;

  @ParameterizedTest
  @CsvSource(
      delimiter = '@',
      quoteCharacter = '^',
      textBlock =
          """
          echo hi @ hi
          echo 'a  b' "c  d" @ a  b c  d
          v=1; echo $v "$v" @ 1 1
          echo one && echo two @ one+two
          false || echo on @ on
          echo a/b | cat @ a/b
          echo no >/dev/null; echo x 2>&1; @ x
          ls nothing 2>/dev/null; echo "$HOME" @ /home/user
          echo if.then do=ne @ if.then do=ne
          echo ~ @ /home/user
          """)
  void plainCommandsRun(String command, String output) throws Exception {
    assertThat(bash(command)).isEqualTo(output.replace('+', '\n'));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "echo 'a",
        "echo \"a",
        "echo a'b\"c'\"",
        "| cat",
        "&& true",
        "; true",
        "true ;; true",
        "true && ",
        "true |",
        "true ||",
        "true && ; true",
        "true | | cat",
        "true ||| cat",
        "echo > ",
        "echo >> ; true",
        "echo >| ",
        "if",
        "true; done",
        "true && fi",
        "echo 2>&",
        "a[",
        "true & && true",
        "true; then",
        "esac",
        "echo >; true"
      })
  void aSyntaxErrorLeavesTheShellAlive(String command) throws Exception {
    bash("kept=1");
    var result = run("bash", "command", command);
    assertThat(result.isError()).isTrue();
    assertThat(result.text()).containsPattern("^bash: line \\d+: (syntax error|unexpected EOF)");
    assertThat(bash("echo $kept")).isEqualTo("1");
  }

  @Test
  void whateverTheShellGetsItCanReadToTheEnd() throws Exception {
    var random = new Random(8);
    bash("kept=1; v=value");
    for (int i = 0; i < TRIES; i++) {
      var pieces = new ArrayList<String>();
      for (int n = 1 + random.nextInt(LONGEST); n > 0; n--) {
        pieces.add(PIECES.get(random.nextInt(PIECES.size())));
      }
      var command = String.join(random.nextBoolean() ? " " : "", pieces);
      var text = run("bash", "command", command).text();
      assertThat(text).as(command).doesNotContain("new shell", "status of the command was lost");
      assertThat(bash("echo $kept")).as(command).isEqualTo("1");
    }
  }
}
