package dev.drover.hands;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// What glob finds, and what it says of what it does not show.
public abstract class GlobContract extends SandboxContract {
  private String glob(String pattern) throws InterruptedException {
    return ok("glob", "pattern", pattern);
  }

  private static String in(String... names) {
    return Arrays.stream(names).map("/workspace/"::concat).collect(Collectors.joining("\n"));
  }

  @Test
  void linksThatThePatternNamesAreFollowed() throws Exception {
    bash(
        "mkdir -p real/deep packages/x; touch -d 2020-01-01 real/a.ts real/deep/b.ts"
            + " packages/x/c.ts; ln -s real pkg; ln -s ../real packages/y; ln -s . loop; ln -s"
            + " ../.. real/deep/up; mkdir /mnt/user/u; touch /mnt/user/u/f.ts; ln -s /mnt/user/u"
            + " user; ln -s /etc etc; ln -s gone broken; ln -s real/a.ts file.ts");
    assertThat(glob("pkg/*.ts")).isEqualTo(in("pkg/a.ts"));
    assertThat(glob("pkg/**/*.ts")).isEqualTo(in("pkg/a.ts", "pkg/deep/b.ts"));
    assertThat(glob("p*/*.ts")).isEqualTo(in("pkg/a.ts"));
    assertThat(glob("packages/*/*.ts")).isEqualTo(in("packages/x/c.ts", "packages/y/a.ts"));
    assertThat(glob("loop/pkg/*.ts")).isEqualTo(in("loop/pkg/a.ts"));
    assertThat(glob("loop/loop/loop/real/a.ts")).isEqualTo(in("loop/loop/loop/real/a.ts"));
    assertThat(glob("real/deep/up/real/*.ts")).isEqualTo(in("real/deep/up/real/a.ts"));
    assertThat(glob("**/a.ts")).isEqualTo(in("real/a.ts"));
    assertThat(glob("**/pkg/a.ts")).isEqualTo(in("pkg/a.ts"));
    assertThat(glob("user/*")).isEqualTo(in("user/f.ts"));
    assertThat(glob("file.ts")).isEqualTo(in("file.ts"));
    assertThat(ok("glob", "pattern", "*.ts", "path", "pkg")).isEqualTo(in("real/a.ts"));
    assertThat(glob("etc/*"))
        .isEqualTo(
            "no matches\n"
                + "[1 symbolic link was not followed: it leads out of the permitted directories]");
    assertThat(glob("broken")).isEqualTo("no matches\n[1 special file or broken link matches]");
  }

  @Test
  void whatThePatternNamesIsEntered() throws Exception {
    bash(
        "mkdir -p node_modules/left/node_modules/in .git/hooks .hidden/d app/node_modules/x src;"
            + " touch node_modules/left/index.js node_modules/left/node_modules/in/i.js .git/config"
            + " .git/hooks/h .hidden/d/f.js .env app/node_modules/x/m.js src/s.js; find . -type f"
            + " -exec touch -d 2020-01-01 {} +");
    assertThat(glob("node_modules/**/*.js"))
        .isEqualTo(in("node_modules/left/index.js", "node_modules/left/node_modules/in/i.js"));
    assertThat(glob("node_modules/*/index.js")).isEqualTo(in("node_modules/left/index.js"));
    assertThat(glob("{node_modules,src}/**/*.js")).contains("left/index.js", "src/s.js");
    assertThat(glob("node_*/left/*.js")).isEqualTo(in("node_modules/left/index.js"));
    assertThat(glob("app/node_modules/**")).isEqualTo(in("app/node_modules/x/m.js"));
    assertThat(glob("**/node_modules/x/*.js")).isEqualTo(in("app/node_modules/x/m.js"));
    assertThat(glob(".git/*")).isEqualTo(in(".git/config"));
    assertThat(glob(".git/**")).isEqualTo(in(".git/config", ".git/hooks/h"));
    assertThat(glob(".hidden/**")).isEqualTo(in(".hidden/d/f.js"));
    assertThat(glob("*")).isEqualTo(in(".env"));
    assertThat(glob("**/*.js")).isEqualTo(in(".hidden/d/f.js", "src/s.js"));
    assertThat(glob("**/m.js"))
        .isEqualTo(
            "no matches\n"
                + "[3 directories named .git or node_modules were not searched: the pattern does"
                + " not name them]");
    assertThat(ok("glob", "pattern", "**/*.js", "path", "node_modules"))
        .isEqualTo(in("node_modules/left/index.js", "node_modules/left/node_modules/in/i.js"));
  }

  @Test
  void directoriesAreNamedWhereNoFileMatches() throws Exception {
    bash("mkdir -p src/main/java lib; touch src/main/java/f; mkfifo lib/p");
    assertThat(glob("src")).isEqualTo("no files match, but these directories do:\n/workspace/src/");
    assertThat(glob("src/"))
        .isEqualTo("no files match, but these directories do:\n/workspace/src/");
    assertThat(glob("**/java"))
        .isEqualTo("no files match, but these directories do:\n/workspace/src/main/java/");
    assertThat(glob("./src/./main/*/f")).isEqualTo(in("src/main/java/f"));
    assertThat(glob("**/**/**/f")).isEqualTo(in("src/main/java/f"));
    assertThat(glob("lib/*")).isEqualTo("no matches\n[1 special file or broken link matches]");
    assertThat(glob("nothing*")).isEqualTo("no matches");
    bash("chmod 0 src");
    assertThat(glob("src/**/f")).isEqualTo("no matches\n[1 directory could not be read]");
    bash("chmod 755 src");
  }

  @Test
  void whatIsCutSaysHowManyThereAre() throws Exception {
    bash("touch -d 2020-01-01 {1..200}; touch d");
    assertThat(glob("[0-9]*").lines()).hasSize(200).noneMatch(line -> line.startsWith("["));
    assertThat(glob("*").lines())
        .hasSize(201)
        .startsWith("/workspace/d")
        .endsWith("[200 of 201 files, the newest; use a narrower pattern or path]");
    bash("rm *; mkdir d{1..201}");
    assertThat(glob("d*"))
        .endsWith("[200 of 201 directories, the newest; use a narrower pattern or path]");
    bash("p=deep; for i in {1..120}; do mkdir $p; p=$p/d; done");
    assertThat(glob("deep/**/x"))
        .isEqualTo("no matches\n[nothing deeper than 100 directories was searched]");
  }

  @Test
  void bracesAreBounded() throws Exception {
    bash("touch a b ab '{a}' f.tsx");
    assertThat(glob("{a,b}{,b}").lines()).containsExactlyInAnyOrder(in("a"), in("b"), in("ab"));
    assertThat(glob("*.{t,j}s{,x}")).isEqualTo(in("f.tsx"));
    assertThat(glob("{{a,x},{b,y}}").lines()).containsExactlyInAnyOrder(in("a"), in("b"));
    assertThat(glob("\\{a\\}")).isEqualTo(in("{a}"));
    assertThat(glob("{a")).isEqualTo("no matches");
    assertThat(error("glob", "pattern", "{a,b}".repeat(9)))
        .isEqualTo("glob: the braces stand for more than 256 patterns; use several calls");
    assertThat(error("glob", "pattern", "{a,b}".repeat(800)))
        .isEqualTo("glob: the braces stand for more than 256 patterns; use several calls");
    assertThat(error("glob", "pattern", "{".repeat(30) + "a" + "}".repeat(30)))
        .isEqualTo("glob: braces nested more than 20 deep");
    assertThat(error("glob", "pattern", "x".repeat(4097)))
        .isEqualTo("glob: pattern is longer than 4096 bytes");
    assertThat(error("glob", "pattern", "{a,b}".repeat(8) + "/x".repeat(50)))
        .isEqualTo("glob: the braces make the pattern too large; use several calls");
    for (var pattern : List.of("**/".repeat(1000) + "x", "*a".repeat(100) + "b", "[", "[!a")) {
      assertThat(run("glob", "pattern", pattern).text()).startsWith("no matches");
    }
  }

  @Test
  void rangesStandForWhatBashHasThemStandFor() throws Exception {
    bash("touch -d 2020-01-01 f{1..12} g{01..12} {a..e}.c A.c 'x{1..2}' 1-2 '{a,b..c}'");
    assertThat(glob("f{1..3}")).isEqualTo(in("f1", "f2", "f3"));
    assertThat(glob("f{3..1}")).isEqualTo(in("f1", "f2", "f3"));
    assertThat(glob("f{1..9..4}")).isEqualTo(in("f1", "f5", "f9"));
    assertThat(glob("f{9..1..-4}")).isEqualTo(in("f1", "f5", "f9"));
    assertThat(glob("f{1..2..0}")).isEqualTo(in("f1", "f2"));
    assertThat(glob("f{-1..1}")).isEqualTo(in("f1"));
    assertThat(glob("{-1..1}-2")).isEqualTo(in("1-2"));
    assertThat(glob("g{01..3}")).isEqualTo(in("g01", "g02", "g03"));
    assertThat(glob("g{1..3}")).isEqualTo("no matches");
    assertThat(glob("g{09..11}")).isEqualTo(in("g09", "g10", "g11"));
    assertThat(glob("{b..d}.c")).isEqualTo(in("b.c", "c.c", "d.c"));
    assertThat(glob("{Z..b}.c")).isEqualTo(in("a.c", "b.c"));
    assertThat(glob("{a..e..2}.c")).isEqualTo(in("a.c", "c.c", "e.c"));
    assertThat(glob("{f{1..2},{a..b}.c}")).isEqualTo(in("a.c", "b.c", "f1", "f2"));
    assertThat(glob("{f,g}{10..11}")).isEqualTo(in("f10", "f11", "g10", "g11"));
    assertThat(glob("{{1..2},x}-{2..3}")).isEqualTo(in("1-2"));
    assertThat(glob("x\\{1..2\\}")).isEqualTo(in("x{1..2}"));
    assertThat(glob("\\{a,b..c\\}")).isEqualTo(in("{a,b..c}"));
  }

  @Test
  void whatIsNoRangeIsRefused() throws Exception {
    for (var pattern :
        List.of(
            "{1..}",
            "{..5}",
            "{1..b}",
            "{a..5}",
            "{aa..b}",
            "{1...5}",
            "{1..5..}",
            "{1..5..x}",
            "{1..2..3..4}",
            "{1.5..2}",
            "{1 .. 2}",
            "{+..2}",
            "{1..99999999999999999999}",
            "{{a..5}}",
            "x/{a,{1..y}}")) {
      assertThat(error("glob", "pattern", pattern))
          .as(pattern)
          .contains(" is not a range of two numbers or two letters, such as {1..5} or {a..e}");
    }
    for (var pattern : List.of("{1..257}", "{1..999999999999999999}", "{1..20}{1..20}")) {
      assertThat(error("glob", "pattern", pattern))
          .isEqualTo("glob: the braces stand for more than 256 patterns; use several calls");
    }
    assertThat(error("glob", "pattern", "{../x,y}")).contains("\"..\" is not permitted");
  }

  @Test
  void setsAreAPartOfOneName() throws Exception {
    bash(
        "mkdir -p b r/s x '[id]' 'app/[slug]'; touch -d 2020-01-01 b/f r/s/f x/f '[id]/p'"
            + " 'app/[slug]/page.tsx' i");
    assertThat(glob("[br]/f")).isEqualTo(in("b/f"));
    assertThat(glob("[br]/**/f")).isEqualTo(in("b/f", "r/s/f"));
    assertThat(glob("[br]/")).contains("/workspace/b/\n", "/workspace/r/");
    assertThat(glob("[!br]/f")).isEqualTo(in("x/f"));
    assertThat(glob("[a-w]/[!x]/f")).isEqualTo(in("r/s/f"));
    assertThat(glob("**/[s]/f")).isEqualTo(in("r/s/f"));
    assertThat(glob("[id]/*")).isEqualTo(in("[id]/p"));
    assertThat(glob("[id]*")).isEqualTo(in("i"));
    assertThat(glob("app/[slug]/*.tsx")).isEqualTo(in("app/[slug]/page.tsx"));
    assertThat(glob("**/[slug]/page.tsx")).isEqualTo(in("app/[slug]/page.tsx"));
    for (var pattern : List.of("[b/r]", "[br/]f", "x[!a/b]c", "[]/]x", "{a,[b/c]}")) {
      assertThat(error("glob", "pattern", pattern))
          .as(pattern)
          .isEqualTo("glob: a / cannot stand between [ and ]: a set is a part of one name");
    }
    assertThat(glob("\\[b/f")).isEqualTo("no matches");
    assertThat(glob("[b/[r]")).isEqualTo("no matches");
  }

  @Test
  void anEmptyResultNamesWhatWasNotFollowed() throws Exception {
    bash(
        "mkdir -p real/d only; touch -d 2020-01-01 real/d/f.ts; ln -s ../real only/link; ln -s d"
            + " real/again; ln -s /etc only/etc; mkfifo only/p; ln -s p only/pipe; ln -s"
            + " real/d/f.ts file");
    var links =
        " symbolic links to directories were not followed: ** follows none; name them in the"
            + " pattern or path]";
    assertThat(glob("only/**/f.ts")).isEqualTo("no matches\n[2" + links);
    assertThat(glob("**/none")).isEqualTo("no matches\n[3" + links);
    assertThat(glob("**/f.ts")).isEqualTo(in("real/d/f.ts"));
    assertThat(glob("real/**/x"))
        .isEqualTo(
            "no matches\n[1 symbolic link to a directory was not followed: ** follows none; name"
                + " it in the pattern or path]");
    assertThat(glob("only/link/**/f.ts")).isEqualTo(in("only/link/d/f.ts"));
    assertThat(glob("only/p*")).isEqualTo("no matches\n[2 special files or broken links match]");
    assertThat(glob("**/p"))
        .startsWith("no matches\n[3" + links)
        .endsWith("[1 special file or broken link matches]");
    assertThat(glob("only/*/nothing"))
        .isEqualTo(
            "no matches\n[1 symbolic link was not followed: it leads out of the permitted"
                + " directories]");
    assertThat(glob("none/**/x")).isEqualTo("no matches");
  }
}
