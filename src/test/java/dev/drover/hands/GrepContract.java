package dev.drover.hands;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What grep finds, and what it says of what it does not show.
public abstract class GrepContract extends SandboxContract {
  private String grep(String pattern) throws InterruptedException {
    return ok("grep", "pattern", pattern);
  }

  private String grep(String pattern, String path) throws InterruptedException {
    return ok("grep", "pattern", pattern, "path", path);
  }

  @Test
  void matchesArePathLineTextInTheOrderOfNames() throws Exception {
    bash("mkdir d; printf 'one\\ntwo three\\n' > d/f; printf 'four\\n' > g; echo on > a");
    assertThat(grep("t.o")).isEqualTo("/workspace/d/f:2:two three");
    assertThat(grep("o"))
        .isEqualTo(
            "/workspace/a:1:on\n"
                + "/workspace/d/f:1:one\n"
                + "/workspace/d/f:2:two three\n"
                + "/workspace/g:1:four");
    assertThat(grep("o", "d/f")).isEqualTo("/workspace/d/f:1:one\n/workspace/d/f:2:two three");
    assertThat(grep("-o|one", "/workspace/d")).isEqualTo("/workspace/d/f:1:one");
    assertThat(grep("nothing like it")).isEqualTo("no matches (3 files searched)");
    assertThat(grep("x", "g")).isEqualTo("no matches (1 file searched)");
  }

  @Test
  void theSyntaxIsRipgreps() throws Exception {
    bash(
        "printf '%s\\n' 'ab 12' abc_d '(x)' AB 'café au lait' 'func main() {' 'a|b' 'x.y' 'ÜBER'"
            + " $'tab\\there' '' 'foo123bar' '[z]' > f; printf 'end\\r\\n' > crlf");
    var lines = new LinkedHashMap<String, List<Integer>>();
    lines.put("\\bab\\s\\d+$", List.of(1));
    lines.put("^\\w+_d$", List.of(2));
    lines.put("[\\d]{2}", List.of(1, 12));
    lines.put("(?:ab|zz)c", List.of(2));
    lines.put("\\(x\\)", List.of(3));
    lines.put("(?i)^ab$", List.of(4));
    lines.put("(?i:AB)c", List.of(2));
    lines.put("\\bcafé\\b", List.of(5));
    lines.put("caf\\w ", List.of(5));
    lines.put("caf. ", List.of(5));
    lines.put("(?i)über", List.of(9));
    lines.put("func main() {", List.of());
    lines.put("func main\\(\\) {", List.of(6));
    lines.put("main\\(\\) \\{$", List.of(6));
    lines.put("a\\|b", List.of(7));
    lines.put("x\\.y|lait", List.of(5, 8));
    lines.put("\\t", List.of(10));
    lines.put("^$", List.of(11));
    lines.put("[[:alpha:]]{3}\\d{3}[[:alpha:]]", List.of(12));
    lines.put("foo.*?bar", List.of(12));
    lines.put("foo\\d++bar", List.of(12));
    lines.put("(?P<word>foo)\\d", List.of(12));
    lines.put("\\x28x\\x{29}", List.of(3));
    lines.put("[]z[]{2}", List.of(13));
    lines.put("^[^\\x00-\\x7F]", List.of(9));
    lines.put("\\Bar$", List.of(12));
    lines.put("(?x) foo \\d+ # comment", List.of(12));
    lines.put("\\<ab\\>", List.of(1));
    for (var one : lines.entrySet()) {
      var found = grep(one.getKey(), "f");
      assertThat(
              found
                  .lines()
                  .filter(line -> line.startsWith("/"))
                  .map(line -> line.split(":", -1)[1]))
          .as(one.getKey())
          .containsExactlyElementsOf(one.getValue().stream().map(String::valueOf).toList());
    }
    assertThat(grep("end$")).isEqualTo("/workspace/crlf:1:end\r");
    assertThat(grep("end\\r$")).isEqualTo("/workspace/crlf:1:end\r");
    assertThat(grep("tab\\|zebra")).endsWith("[\\| is a literal |; alternatives are written a|b]");
  }

  @Test
  void whatTheSyntaxDoesNotHaveIsSaid() throws Exception {
    var errors = new LinkedHashMap<String, String>();
    errors.put("a(b", "a group that is not closed");
    errors.put("a)b", "a parenthesis that nothing opens");
    errors.put("*.ts", "nothing to repeat");
    errors.put("a|*", "nothing to repeat");
    errors.put("[a-", "a class that is not closed");
    errors.put("[z-a]", "a range that ends before it begins");
    errors.put("foo(?=bar)", "look-around is not supported");
    errors.put("(?<!x)y", "look-around is not supported");
    errors.put("(a)\\1", "back-references are not supported");
    errors.put("\\p{Greek}", "Unicode classes (\\p) are not supported");
    errors.put("\\y", "an unknown escape");
    errors.put("a\\", "a backslash at the end");
    errors.put("a\\nb", "a line break, and grep searches line by line");
    errors.put("a\nb", "a line break, and grep searches line by line");
    errors.put("a{1001}", "more than 1000 repetitions");
    errors.put("a{3,2}", "a repetition whose most is below its least");
    errors.put("((a{500}){500}){500}", "its repetitions make it too large");
    errors.put("(".repeat(300) + ")".repeat(300), "groups nested too deep");
    errors.put("x".repeat(9000), "longer than 8192 bytes");
    errors.put("(?q)x", "an unknown flag or group");
    for (var one : errors.entrySet()) {
      assertThat(error("grep", "pattern", one.getKey()))
          .as(one.getKey())
          .startsWith("grep: invalid regex: " + one.getValue());
    }
    assertThat(error("grep")).isEqualTo("grep: pattern is required");
    assertThat(error("grep", "pattern", "x", "path", "none"))
        .startsWith("grep: /workspace/none: no such file or directory");
    bash("mkfifo p");
    assertThat(error("grep", "pattern", "x", "path", "p"))
        .isEqualTo("grep: /workspace/p is not a regular file or directory");
  }

  @Test
  void longLinesAreShownInPart() throws Exception {
    bash(
        "python3 -c \"print('x'*2001+'needle')\" > min.js; python3 -c"
            + " \"print('é'*3000+'needle'+'ü'*3000)\" > wide; (head -c 5000000 /dev/zero | tr '\\0'"
            + " y; printf 'needle'; head -c 3000000 /dev/zero | tr '\\0' z; printf '\\n"
            + "second needle\\n"
            + "') > huge; printf '%1994sneedle' '' > fits");
    assertThat(grep("needle", "min.js"))
        .isEqualTo(
            "/workspace/min.js:1:…" + "x".repeat(394) + "needle [part of a line of 2007 bytes]");
    assertThat(grep("needle", "wide"))
        .startsWith("/workspace/wide:1:…éé")
        .contains("éneedleüü")
        .endsWith("ü… [part of a line of 12006 bytes]");
    assertThat(grep("needle", "huge").lines())
        .satisfiesExactly(
            line ->
                assertThat(line)
                    .startsWith("/workspace/huge:1:…yyy")
                    .contains("yneedlez")
                    .endsWith("z… [part of a line of more than 1048576 bytes]"),
            line -> assertThat(line).isEqualTo("/workspace/huge:2:second needle"));
    assertThat(grep("y{900}needle$|z$", "huge")).contains("huge:1:…");
    assertThat(grep("needle", "fits"))
        .isEqualTo("/workspace/fits:1:" + " ".repeat(1994) + "needle");
  }

  @Test
  void binariesAndOtherEncodingsAreNamedOrRead() throws Exception {
    bash(
        "printf 'nee\\0dle needle' > bin; (head -c 9000 /dev/zero | tr '\\0' a; printf '\\n"
            + "\\0needle\\n"
            + "') > late; printf '\\377\\376n\\000e\\000e\\000d\\000l\\000e\\000\\n"
            + "\\000' > little; printf '\\376\\377\\000n\\000e\\000e\\000d\\000l\\000e' > big;"
            + " printf 'needle caf\\351\\n"
            + "' > latin; printf '\\357\\273\\277needle' > mark; printf 'x\\0y' > other");
    assertThat(grep("needle"))
        .isEqualTo(
            "/workspace/big:1:needle\n"
                + "Binary file /workspace/bin matches\n"
                + "Binary file /workspace/late matches\n"
                + "/workspace/latin:1:needle café\n"
                + "/workspace/little:1:needle\n"
                + "/workspace/mark:1:needle");
    assertThat(grep("café$", "latin")).isEqualTo("/workspace/latin:1:needle café");
    assertThat(grep("^needle", "mark")).isEqualTo("/workspace/mark:1:needle");
    assertThat(grep("nowhere")).isEqualTo("no matches (7 files searched)");
  }

  @Test
  void whatIsNotSearchedIsSaid() throws Exception {
    bash(
        "mkdir -p .git node_modules/a/node_modules .github d; echo needle | tee .git/a"
            + " node_modules/a/node_modules/b d/f .github/w > /dev/null; echo d/ > .gitignore; ln"
            + " -s d/f l; mkfifo p");
    assertThat(grep("needle")).isEqualTo("/workspace/.github/w:1:needle\n/workspace/d/f:1:needle");
    assertThat(grep("needle", "node_modules"))
        .isEqualTo("/workspace/node_modules/a/node_modules/b:1:needle");
    assertThat(grep("needle", ".git")).isEqualTo("/workspace/.git/a:1:needle");
    assertThat(grep("needle", "l")).isEqualTo("/workspace/d/f:1:needle");
    assertThat(grep("nowhere"))
        .isEqualTo(
            "no matches (3 files searched)\n"
                + "[not searched: 2 directories named .git or node_modules, 1 symbolic link, 1"
                + " special file; what path names is searched]");
    bash("echo needle > secret; chmod 0 secret; mkdir shut; chmod 0 shut");
    assertThat(grep("needle", "."))
        .endsWith("\n[2 could not be read: /workspace/secret: permission denied, …]");
    assertThat(error("grep", "pattern", "x", "path", "secret"))
        .isEqualTo("grep: /workspace/secret: permission denied");
    bash("chmod 755 shut; p=deep; for i in {1..120}; do mkdir $p; p=$p/d; done");
    assertThat(grep("x", "deep"))
        .isEqualTo(
            "no matches (0 files searched)\n[nothing deeper than 100 directories was searched]");
  }

  @Test
  void longResultsAreCutAndSayHowManyThereAre() throws Exception {
    bash("seq 1 100000 > f; seq 1 5 > g");
    assertThat(grep("."))
        .startsWith("/workspace/f:1:1\n")
        .hasSizeLessThan(103_000)
        .endsWith(" of 100005 matching lines, in 1 of 2 files; use a narrower pattern or path]");
    assertThat(grep("5", "g")).isEqualTo("/workspace/g:5:5");
  }

  @Test
  void noPatternTakesForEver() throws Exception {
    bash(
        "python3 -c \"print('a' * 3000000)\" > f; python3 -c \"print('\\n"
            + "'.join(['ab' * 50] * 20000))\" > g");
    for (var pattern :
        List.of(
            "(a+)+b$", "(a|a)*c", "(a*)*x", "(.*.*.*.*)=", "(?:a?){500}a{500}c", "\\w+\\s\\w+!")) {
      assertThat(grep(pattern, "f")).as(pattern).startsWith("no matches");
      assertThat(grep(pattern + "z", "g")).as(pattern).startsWith("no matches");
    }
  }

  /// A hole has no lines, however large it is.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "truncate -s 4G f | no matches (1 file searched)",
        "echo needle > f; truncate -s 4G f | Binary file /workspace/f matches",
        "truncate -s 4G f; echo needle >> f | Binary file /workspace/f matches",
        "truncate -s 3000000001 f; echo needle >> f | Binary file /workspace/f matches",
        "echo a > f; truncate -s 2G f; echo needle >> f; truncate -s 4G f | Binary file"
            + " /workspace/f matches",
        "printf 'need' > f; truncate -s 1G f; echo le >> f | no matches (1 file searched)"
      })
  void theHolesOfASparseFileAreNotRead(String make, String text) throws Exception {
    bash(make);
    assertThat(grep("needle", "f")).isEqualTo(text);
    assertThat(grep("needle", ".")).isEqualTo(text);
  }
}
