package dev.drover.hands;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

/// What edit and write do to files that are not plain: other line ends, other encodings, several
/// names.
public abstract class EditContract extends SandboxContract {
  private record Case(
      String name, String file, String old, String fresh, boolean all, String want) {}

  private static Case one(String name, String file, String old, String fresh, String want) {
    return new Case(name, file, old, fresh, false, want);
  }

  private static Case all(String name, String file, String old, String fresh, String want) {
    return new Case(name, file, old, fresh, true, want);
  }

  /// As printf reads it.
  private static String quoted(String text) {
    var out = new StringBuilder();
    for (byte b : text.getBytes(StandardCharsets.ISO_8859_1)) {
      out.append("\\%03o".formatted(b & 255));
    }
    return out.toString();
  }

  private String bytes(String path) throws InterruptedException {
    return bash("printf x; od -An -v -tx1 " + path + " | tr -d ' \\n'").substring(1);
  }

  private static String hex(String latin1) {
    var out = new StringBuilder();
    for (byte b : latin1.getBytes(StandardCharsets.ISO_8859_1)) {
      out.append("%02x".formatted(b & 255));
    }
    return out.toString();
  }

  private ToolResult edit(String path, String old, String fresh) throws InterruptedException {
    return run("edit", "file_path", path, "old_string", old, "new_string", fresh);
  }

  private String refused(String path, String old, String fresh) throws InterruptedException {
    var result = edit(path, old, fresh);
    assertThat(result.isError()).as(result.text()).isTrue();
    return result.text();
  }

  private void check(Iterable<Case> cases) throws InterruptedException {
    for (var one : cases) {
      bash("printf '" + quoted(one.file) + "' > f");
      var text =
          ok(
              "edit",
              "file_path",
              "f",
              "old_string",
              one.old,
              "new_string",
              one.fresh,
              "replace_all",
              one.all);
      assertThat(text).as(one.name).startsWith("edited /workspace/f (");
      assertThat(bytes("f")).as(one.name).isEqualTo(hex(one.want));
    }
  }

  @Test
  void textsWithLineBreaksMatchAnyLineEndsAndGetTheFilesOwn() throws Exception {
    var cases = new ArrayList<Case>();
    cases.add(one("two lines", "a\r\nb\r\nc\r\n", "a\nb", "x\ny\nz", "x\r\ny\r\nz\r\nc\r\n"));
    cases.add(one("one line becomes two", "a\r\nb\r\n", "a", "a\nn", "a\r\nn\r\nb\r\n"));
    cases.add(one("a line break at the end", "a\r\nb\r\n", "a\n", "x\n", "x\r\nb\r\n"));
    cases.add(one("a line break first", "a\r\nb\r\n", "\nb", "\nx\ny", "a\r\nx\r\ny\r\n"));
    cases.add(one("lines are joined", "a\r\nb\r\n", "a\nb", "ab", "ab\r\n"));
    cases.add(one("a line is removed", "a\r\nb\r\nc\r\n", "b\n", "", "a\r\nc\r\n"));
    cases.add(one("a line break alone", "a\r\nb", "\n", "\n\n", "a\r\n\r\nb"));
    cases.add(one("the last line has no end", "a\r\nb", "b", "b\nc", "a\r\nb\r\nc"));
    cases.add(one("a last line without an end", "a\nb", "a\nb\n", "x\ny\n", "x\ny"));
    cases.add(one("the same, with CRLF", "a\r\nb", "a\nb\n", "x\ny\n", "x\r\ny"));
    cases.add(one("plain lines stay plain", "a\nb\n", "a\nb", "x\ny", "x\ny\n"));
    cases.add(
        one("mixed, in the CRLF part", "a\nb\r\nc\r\nd\n", "b\nc", "x\ny", "a\nx\r\ny\r\nd\n"));
    cases.add(
        one("mixed, in the other part", "a\nb\nc\r\nd\r\n", "a\nb", "x\ny", "x\ny\nc\r\nd\r\n"));
    cases.add(one("mixed in the match", "a\r\nb\r\nc\nd", "a\nb\nc\nd", "1\n2\n3", "1\r\n2\r\n3"));
    cases.add(one("bytes go first", "a\r\nb\na\nb\n", "a\nb", "x\ny", "a\r\nb\nx\ny\n"));
    cases.add(
        all(
            "every occurrence in its own way",
            "a\r\nb\r\na\nb\n",
            "a\nb",
            "x\ny",
            "x\r\ny\r\nx\ny\n"));
    cases.add(one("carriage returns alone", "a\rb\rc", "a\nb", "x\ny\nz", "x\ry\rz\rc"));
    cases.add(one("one alone is a character", "a\rb\nc\n", "b\nc", "x\ny", "a\rx\ny\n"));
    cases.add(one("with carriage returns: bytes", "a\r\nb\r\n", "a\r\nb", "a\nb", "a\nb\r\n"));
    cases.add(one("to carriage returns: bytes", "a\nb\n", "a\n", "a\r\n", "a\r\nb\n"));
    cases.add(
        one(
            "a mark stays",
            "\u00ef\u00bb\u00bfa\r\nb\r\n",
            "a\nb",
            "x\ny",
            "\u00ef\u00bb\u00bfx\r\ny\r\n"));
    cases.add(one("trailing blanks are not ours", "a \r\nb\t\r\n", "a \nb", "x", "x\t\r\n"));
    check(cases);
  }

  /// The file has CRLF after a and c, LF after b and d, and so on in turn.
  @Test
  void linesThatStayKeepTheirEndsWhereTheseAreMixed() throws Exception {
    var file = "a\r\nb\nc\r\nd\ne\r\n";
    var cases = new ArrayList<Case>();
    cases.add(one("one line", "a\r\nb\nc\r\n", "b", "x", "a\r\nx\nc\r\n"));
    cases.add(one("with the line before", file, "a\nb", "a\nx", "a\r\nx\nc\r\nd\ne\r\n"));
    cases.add(one("with the line behind", file, "b\nc", "x\nc", "a\r\nx\nc\r\nd\ne\r\n"));
    cases.add(one("with both", file, "a\nb\nc", "a\nx\nc", "a\r\nx\nc\r\nd\ne\r\n"));
    cases.add(
        one("all of it", file, "a\nb\nc\nd\ne\n", "a\nb\nx\nd\ne\n", "a\r\nb\nx\r\nd\ne\r\n"));
    cases.add(one("each is new", file, "a\nb\nc", "1\n2\n3", "1\r\n2\n3\r\nd\ne\r\n"));
    cases.add(
        one(
            "two of them, far apart",
            file,
            "a\nb\nc\nd\ne",
            "x\nb\nc\nd\ny",
            "x\r\nb\nc\r\nd\ny\r\n"));
    cases.add(one("a line is added", file, "b\nc", "b\nn\nc", "a\r\nb\nn\nc\r\nd\ne\r\n"));
    cases.add(one("added first", file, "a\nb", "n\na\nb", "n\r\na\r\nb\nc\r\nd\ne\r\n"));
    cases.add(one("added last", file, "a\nb", "a\nb\nn", "a\r\nb\nn\nc\r\nd\ne\r\n"));
    cases.add(
        one("added twice", file, "a\nb\nc", "a\n1\nb\n2\nc", "a\r\n1\r\nb\n2\nc\r\nd\ne\r\n"));
    cases.add(
        one("added and changed", file, "a\nb\nc\nd", "a\n1\n2\nc\nd", "a\r\n1\n2\nc\r\nd\ne\r\n"));
    cases.add(one("a line goes", file, "a\nb\nc", "a\nc", "a\r\nc\r\nd\ne\r\n"));
    cases.add(one("the last one goes", file, "a\nb", "a", "a\r\nc\r\nd\ne\r\n"));
    cases.add(one("the last two go", file, "a\nb\nc", "a", "a\r\nd\ne\r\n"));
    cases.add(one("with the break before it", file, "\nb", "", "a\r\nc\r\nd\ne\r\n"));
    cases.add(one("the first one goes", file, "a\nb", "b", "b\nc\r\nd\ne\r\n"));
    cases.add(one("with its break", file, "b\n", "", "a\r\nc\r\nd\ne\r\n"));
    cases.add(one("two go, one comes", file, "a\nb\nc\nd", "a\nx\nd", "a\r\nx\r\nd\ne\r\n"));
    cases.add(one("they change places", file, "a\nb\nc", "a\nc\nb", "a\r\nc\r\nb\r\nd\ne\r\n"));
    cases.add(one("lines are joined", file, "a\nb\nc", "a b\nc", "a b\nc\r\nd\ne\r\n"));
    cases.add(one("a line is cut", file, "b\nc", "b1\nb2\nc", "a\r\nb1\nb2\nc\r\nd\ne\r\n"));
    cases.add(
        one("parts of lines", "aa\r\nbb\ncc\r\n", "a\nbb\nc", "1\nbb\n3", "a1\r\nbb\n3c\r\n"));
    cases.add(one("a part of the last", "a\r\nbb\nc", "a\nb", "a", "ab\nc"));
    cases.add(one("blank lines", "a\r\n\n\r\nb\n", "a\n\n\nb", "a\n\nb", "a\r\n\nb\n"));
    cases.add(one("no end at the end", "a\r\nb\nc", "b\nc", "b\nx\ny", "a\r\nb\nx\ny"));
    cases.add(
        all(
            "each place in its own way",
            "a\r\nb\nz\na\nb\r\n",
            "a\nb",
            "a\nn\nb",
            "a\r\nn\r\nb\nz\na\nn\nb\r\n"));
    cases.add(all("side by side", "a\r\na\na\r\n", "\na", "", "a\r\n"));
    cases.add(
        one(
            "carriage returns inside lines stay",
            "a\rb\r\nc\nd\r\n",
            "c\nd",
            "x\nd",
            "a\rb\r\nx\nd\r\n"));
    cases.add(
        one(
            "UTF-16",
            "\u00ff\u00fea\0\r\0\n\0b\0\n\0c\0\r\0\n\0",
            "a\nb\nc",
            "a\nx\nc",
            "\u00ff\u00fea\0\r\0\n\0x\0\n\0c\0\r\0\n\0"));
    check(cases);
  }

  /// More lines than are compared each with each; and one line with more places than there is time
  /// to look for the end of each.
  @Test
  void largeTextsAreEditedInTime() throws Exception {
    bash("for i in {1..5000}; do printf '%s\\r\\n' $i; done > f; printf 'x%.0s' {1..200000} > g");
    var old = new StringBuilder();
    var fresh = new StringBuilder();
    for (int i = 1; i <= 5000; i++) {
      old.append(i).append('\n');
      fresh.append(i * 2).append('\n');
    }
    edit("f", old.toString(), fresh.toString());
    assertThat(bash("head -n 2 f | od -An -c | tr -s ' '; tail -n 1 f | tr -d '\\r'; wc -l < f"))
        .isEqualTo(" 2 \\r \\n 4 \\r \\n\n10000\n5000");
    assertThat(
            ok("edit", "file_path", "g", "old_string", "x", "new_string", "y", "replace_all", true))
        .contains("200000 replacement(s)");
  }

  @Test
  void whatIsNotEditedStaysAsItIs() throws Exception {
    var cases = new ArrayList<Case>();
    cases.add(
        one(
            "bytes that are not UTF-8",
            "\u00e9\u00ff one \u00c3",
            "one",
            "two",
            "\u00e9\u00ff two \u00c3"));
    cases.add(one("zero bytes", "\0\1one\0", "one", "three", "\0\1three\0"));
    cases.add(
        one(
            "UTF-16, little",
            "\u00ff\u00fea\0\r\0\n\0b\0\u00e9\0",
            "a\nb",
            "x\ny\nz",
            "\u00ff\u00fex\0\r\0\n\0y\0\r\0\n\0z\0\u00e9\0"));
    cases.add(one("UTF-16, big", "\u00fe\u00ff\0a\0b", "b", "bc", "\u00fe\u00ff\0a\0b\0c"));
    cases.add(one("UTF-16 without a mark", "o\0n\0e\0\n\0", "one", "two", "t\0w\0o\0\n\0"));
    cases.add(one("an empty new text", "one two", " two", "", "one"));
    cases.add(all("nothing is left", "xx", "x", "", ""));
    cases.add(one("no pattern, no template", "a.c $1", "a.c $1", "\\0 $& %s", "\\0 $& %s"));
    check(cases);
  }

  @Test
  void textsThatCannotBeReplacedSayWhy() throws Exception {
    bash(
        "printf 'a\\r"
            + "\\n"
            + "b\\r"
            + "\\n"
            + "a\\r"
            + "\\n"
            + "b\\r"
            + "\\n"
            + "' > f; printf 'caf\\351 x' > latin; printf abc > plain; : > empty");
    assertThat(refused("f", "a\nb", "x"))
        .startsWith("edit: old_string appears 2 times in /workspace/f (must be unique)");
    assertThat(refused("f", "same", "same"))
        .isEqualTo(
            "edit: old_string and new_string are the same: nothing would change in /workspace/f");
    assertThat(refused("f", "b\nc", "x")).isEqualTo("edit: old_string not found in /workspace/f");
    assertThat(refused("empty", "x", "y"))
        .isEqualTo("edit: old_string not found in /workspace/empty");
    assertThat(refused("plain", "ab\r\n", "x"))
        .endsWith(". It has carriage returns, the file has none.");
    assertThat(refused("latin", "caf\ufffd", "x")).contains("not UTF-8; choose a text without it");
    assertThat(refused("f", "", "x"))
        .isEqualTo("edit: old_string must not be empty; a whole file is written with write");
    assertThat(refused("/workspace", "a", "b")).contains("is not a regular file, but a directory");
    assertThat(bytes("f")).isEqualTo(hex("a\r\nb\r\na\r\nb\r\n"));
  }

  @Test
  void filesWithSeveralNamesAreWrittenThroughAll() throws Exception {
    bash("echo one > h1; mkdir d; ln h1 h2; ln h1 d/h3; chmod 640 h1");
    assertThat(ok("edit", "file_path", "h1", "old_string", "one", "new_string", "a longer text"))
        .isEqualTo(
            "edited /workspace/h1 (1 replacement(s)); the file has 3 names, and all show it");
    assertThat(bash("cat h2 d/h3; stat -c '%h %a' d/h3"))
        .isEqualTo("a longer text\na longer text\n3 640");
    assertThat(ok("write", "file_path", "d/h3", "content", "x"))
        .isEqualTo("wrote 1 bytes to /workspace/d/h3; the file has 3 names, and all show it");
    assertThat(bash("cat h1 h2; stat -c ' %s' h1")).isEqualTo("xx 1");
  }

  @Test
  void linksModesAndAttributesStay() throws Exception {
    bash(
        "echo one > f; chmod 2751 f; mkdir d; ln -s ../f d/link; ln -s d/link again; echo one >"
            + " /mnt/session/outputs/o; ln -s /mnt/session/outputs/o out; python3 -c \"import os;"
            + " os.setxattr('f', 'user.k', b'v')\" 2>/dev/null && touch has || true");
    assertThat(ok("edit", "file_path", "again", "old_string", "one", "new_string", "two"))
        .isEqualTo("edited /workspace/f (1 replacement(s))");
    assertThat(bash("cat f; stat -c %a f; readlink again d/link; ls -A . d | grep -c tmp || true"))
        .isEqualTo("two\n2751\nd/link\n../f\n0");
    assertThat(bash("test ! -e has || python3 -c \"import os; print(os.getxattr('f', 'user.k'))\""))
        .isIn("b'v'", "(no output)");
    ok("edit", "file_path", "out", "old_string", "one", "new_string", "three");
    assertThat(bash("cat /mnt/session/outputs/o; readlink out"))
        .isEqualTo("three\n/mnt/session/outputs/o");
  }

  @Test
  void filesThatCannotBeWrittenStayAndSayWhy() throws Exception {
    bash(
        "echo one > f; chmod 444 f; mkdir d; mkfifo p; mkdir shut; echo one > shut/f; chmod 555"
            + " shut; ln -s nowhere/x dangling; echo > file");
    assertThat(refused("f", "one", "two"))
        .isEqualTo(
            "edit: /workspace/f is read-only (its mode is 444). Change the mode with bash first.");
    assertThat(error("write", "file_path", "f", "content", "x")).contains("is read-only");
    assertThat(refused("shut/f", "one", "two"))
        .isEqualTo("edit: /workspace/shut/f: permission denied");
    assertThat(error("write", "file_path", "shut/g", "content", "x"))
        .isEqualTo("write: /workspace/shut/g: permission denied");
    assertThat(error("write", "file_path", "d", "content", "x"))
        .isEqualTo("write: /workspace/d is not a regular file, but a directory");
    assertThat(error("write", "file_path", "p", "content", "x"))
        .isEqualTo("write: /workspace/p is not a regular file, but a named pipe");
    assertThat(error("write", "file_path", "file/x", "content", "x"))
        .isEqualTo("write: /workspace/file/x: not a directory");
    assertThat(bash("cat f shut/f; ls -A shut; chmod 755 shut")).isEqualTo("one\none\nf");
    assertThat(ok("write", "file_path", "dangling", "content", "x"))
        .isEqualTo("wrote 1 bytes to /workspace/nowhere/x");
  }
}
