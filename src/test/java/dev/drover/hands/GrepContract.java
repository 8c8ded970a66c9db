package dev.drover.hands;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// The tool grep, whatever does the searching.
public abstract class GrepContract extends SandboxContract {
  private String grep(String pattern) throws InterruptedException {
    return ok("grep", "pattern", pattern);
  }

  @Test
  void matchesArePathLineText() throws Exception {
    bash("mkdir d; printf 'one\\ntwo three\\n' > d/f; printf 'four\\n' > g");
    assertThat(grep("t.o")).isEqualTo("/workspace/d/f:2:two three");
    assertThat(grep("o").lines())
        .containsExactlyInAnyOrder(
            "/workspace/d/f:1:one", "/workspace/d/f:2:two three", "/workspace/g:1:four");
    assertThat(ok("grep", "pattern", "o", "path", "d/f"))
        .isEqualTo("/workspace/d/f:1:one\n/workspace/d/f:2:two three");
    assertThat(ok("grep", "pattern", "-o|one", "path", "/workspace/d"))
        .isEqualTo("/workspace/d/f:1:one");
    assertThat(grep("nothing like it")).isEqualTo("no matches");
  }

  @Test
  void regularExpressionsAreTheUsualOnes() throws Exception {
    bash("printf 'ab 12\\nabc_d\\n(x)\\nAB\\n' > f");
    assertThat(grep("\\bab\\s\\d+$")).isEqualTo("/workspace/f:1:ab 12");
    assertThat(grep("^\\w+_d$")).isEqualTo("/workspace/f:2:abc_d");
    assertThat(grep("[\\d]{2}")).isEqualTo("/workspace/f:1:ab 12");
    assertThat(grep("(?:ab|zz)c")).isEqualTo("/workspace/f:2:abc_d");
    assertThat(grep("\\(x\\)")).isEqualTo("/workspace/f:3:(x)");
    assertThat(grep("(?i)^ab$")).isEqualTo("/workspace/f:4:AB");
    assertThat(grep("[^\\sa-z0-9_()A-Z]")).isEqualTo("no matches");
  }

  @Test
  void aBadExpressionIsSaid() throws Exception {
    assertThat(error("grep", "pattern", "a(b")).startsWith("grep: invalid regex: ");
    assertThat(error("grep")).isEqualTo("grep: pattern is required");
    assertThat(error("grep", "pattern", "x", "path", "none"))
        .isEqualTo("grep: no such file or directory");
  }

  @Test
  void binariesAndLinksAreSkipped() throws Exception {
    bash(
        "mkdir -p .git; echo needle > .git/a; printf 'nee\\0needle' > bin; echo needle > f; ln -s f"
            + " l");
    assertThat(grep("needle")).isEqualTo("/workspace/f:1:needle");
  }

  @Test
  void longResultsAreCut() throws Exception {
    bash("seq 1 100000 > f");
    assertThat(grep("."))
        .startsWith("/workspace/f:1:1\n")
        .endsWith("\n[output truncated at 102400 bytes]")
        .hasSize(102_400 + "\n[output truncated at 102400 bytes]".length());
  }
}
