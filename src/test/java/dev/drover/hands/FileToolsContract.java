package dev.drover.hands;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/// The tools read, write, edit and glob.
public abstract class FileToolsContract extends SandboxContract {
  private static final String OUTSIDE =
      " is outside the session's working directory and its other permitted directories: /workspace,"
          + " /tmp, /mnt/user, /mnt/session/outputs, /mnt/session/uploads (read-only),"
          + " /skills (read-only), /mnt/session/tool_outputs (read-only)";

  private String read(String path) throws InterruptedException {
    return ok("read", "file_path", path);
  }

  private String lines(String path, int first, int last) throws InterruptedException {
    return ok("read", "file_path", path, "view_range", List.of(first, last));
  }

  private String glob(String pattern) throws InterruptedException {
    return ok("glob", "pattern", pattern);
  }

  // ---- read ----

  @Test
  void readGivesTheTextAsItIs() throws Exception {
    bash("printf ' a\\n\\033[1mb\\n\\n' > f; : > empty");
    assertThat(read("f")).isEqualTo(" a\n\033[1mb\n\n");
    assertThat(read("/workspace/f")).isEqualTo(" a\n\033[1mb\n\n");
    assertThat(read("./x/../f")).isEqualTo(" a\n\033[1mb\n\n");
    assertThat(read("empty")).isEqualTo("[/workspace/empty is empty]");
  }

  @Test
  void readGivesARangeOfLines() throws Exception {
    bash("printf 'a\\nb\\nc\\nd\\n' > f");
    assertThat(lines("f", 2, 3)).isEqualTo("b\nc");
    assertThat(lines("f", 3, -1)).isEqualTo("c\nd\n");
    assertThat(lines("f", 3, 0)).isEqualTo("c\nd\n");
    assertThat(lines("f", 3, 99)).isEqualTo("c\nd\n");
    assertThat(lines("f", 1, 1)).isEqualTo("a");
  }

  @Test
  void readRefusesWrongInput() throws Exception {
    assertThat(error("read")).isEqualTo("read: file_path is required");
    assertThat(error("read", "file_path", "")).isEqualTo("read: file_path is required");
    assertThat(error("read", "file_path", 1)).isEqualTo("read: file_path must be a string");
    for (var range :
        new Object[] {"1", List.of(1), List.of(1, 2, 3), List.of("1", 2), List.of(3, 2)}) {
      assertThat(error("read", "file_path", "f", "view_range", range))
          .isEqualTo("read: view_range must be [start_line, end_line]");
    }
  }

  @Test
  void readHasALimitForWholeFiles() throws Exception {
    bash("yes 1234567 | head -c 262144 > fits; (cat fits; echo) > big");
    assertThat(read("fits")).hasSize(262_144);
    assertThat(error("read", "file_path", "big"))
        .startsWith("read: /workspace/big is 262145 bytes, exceeds 262144-byte limit. ")
        .contains("view_range");
  }

  @Test
  void readStreamsARangeOfABigFile() throws Exception {
    bash("seq 1 1000000 > big");
    assertThat(lines("big", 999_999, -1)).isEqualTo("999999\n1000000\n");
    assertThat(lines("big", 1, -1))
        .startsWith("1\n2\n")
        .matches(
            text -> text.endsWith("[cut at 262144 bytes; continue with view_range [45542, -1]]"),
            "tells where it was cut");
  }

  @Test
  void fileSystemErrorsHaveTheirNames() throws Exception {
    bash("echo > f; echo > secret; chmod 0 secret; ln -s loop loop");
    assertThat(error("read", "file_path", "/workspace/none"))
        .isEqualTo("read: /workspace/none: no such file or directory");
    assertThat(error("read", "file_path", "f/x"))
        .isEqualTo("read: /workspace/f/x: not a directory");
    assertThat(error("read", "file_path", "secret"))
        .isEqualTo("read: /workspace/secret: permission denied");
    assertThat(error("read", "file_path", "loop"))
        .isEqualTo("read: /workspace/loop: too many levels of symbolic links");
    assertThat(error("read", "file_path", "x".repeat(256))).endsWith(": file name too long");
    assertThat(error("write", "file_path", "/workspace", "content", ""))
        .isEqualTo("write: /workspace: is a directory");
  }

  // ---- paths ----

  @Test
  void pathsEndInPermittedDirectories() throws Exception {
    bash(
        "ln -s /etc out; ln -s /etc/passwd leaf; ln -s f in; echo hi > f;"
            + " echo o > /mnt/session/outputs/o; ln -s /mnt/session/outputs other");
    for (var path :
        List.of(
            "/etc/passwd",
            "../etc/passwd",
            "out/passwd",
            "leaf",
            "/workspaces/x",
            "/",
            "~/x/../..")) {
      if (!path.startsWith("~")) {
        assertThat(error("read", "file_path", path))
            .isEqualTo("read: path \"" + path + "\"" + OUTSIDE);
      }
    }
    assertThat(error("write", "file_path", "out/x", "content", ""))
        .isEqualTo("write: path \"out/x\"" + OUTSIDE);
    assertThat(error("glob", "pattern", "*", "path", "/usr"))
        .isEqualTo("glob: path \"/usr\"" + OUTSIDE);
    assertThat(error("grep", "pattern", "x", "path", "out"))
        .isEqualTo("grep: path \"out\"" + OUTSIDE);
    assertThat(read("in")).isEqualTo("hi\n");
    assertThat(read("/mnt/session/outputs/o")).isEqualTo("o\n");
    assertThat(read("other/o")).isEqualTo("o\n");
  }

  @Test
  void uploadsAreReadOnly() throws Exception {
    assertThat(error("write", "file_path", "/mnt/session/uploads/a/b", "content", ""))
        .isEqualTo(
            "write: /mnt/session/uploads/a/b is inside read-only directory /mnt/session/uploads");
    assertThat(error("bash", "command", "touch /mnt/session/uploads/x")).contains("Read-only");
  }

  // ---- write ----

  @Test
  void writeMakesFileAndParents() throws Exception {
    assertThat(ok("write", "file_path", "a/b/f", "content", "é\0x"))
        .isEqualTo("wrote 4 bytes to /workspace/a/b/f");
    assertThat(bash("umask 0; stat -c '%a %n' a a/b a/b/f; od -An -c a/b/f; ls -A a/b"))
        .isEqualTo("700 a\n700 a/b\n600 a/b/f\n 303 251  \\0   x\nf");
  }

  @Test
  void writeReplacesAndKeepsTheMode() throws Exception {
    bash("echo old content > f; chmod 751 f; ln -s f link");
    ok("write", "file_path", "link", "content", "new");
    assertThat(bash("cat f; echo; stat -c %a f; readlink link; ls -A"))
        .isEqualTo("new\n751\nf\nf\nlink");
  }

  @Test
  void writeNeedsItsInput() throws Exception {
    assertThat(error("write", "content", "x")).isEqualTo("write: file_path is required");
    assertThat(error("write", "file_path", "f")).isEqualTo("write: content is required");
    assertThat(error("write", "file_path", "f", "content", 1))
        .isEqualTo("write: content must be a string");
    assertThat(ok("write", "file_path", "f", "content", ""))
        .isEqualTo("wrote 0 bytes to /workspace/f");
  }

  @Test
  void writeHasALimit() throws Exception {
    assertThat(ok("write", "file_path", "f", "content", "x".repeat(16 << 20)))
        .isEqualTo("wrote 16777216 bytes to /workspace/f");
    assertThat(error("write", "file_path", "f", "content", "x".repeat((16 << 20) + 1)))
        .isEqualTo("write: content is 16777217 bytes, exceeds 16777216-byte limit");
    assertThat(bash("stat -c %s f")).isEqualTo("16777216");
  }

  // ---- edit ----

  @Test
  void editReplacesLiterally() throws Exception {
    bash("printf 'a.c $1 abc' > f; chmod 640 f");
    assertThat(ok("edit", "file_path", "f", "old_string", "a.c $1", "new_string", "\\0 $& %s"))
        .isEqualTo("edited /workspace/f (1 replacement(s))");
    assertThat(bash("cat f; stat -c ' %a' f")).isEqualTo("\\0 $& %s abc 640");
  }

  @Test
  void editWantsOneOccurrenceUnlessAllAreMeant() throws Exception {
    bash("printf 'xx x' > f");
    assertThat(error("edit", "file_path", "f", "old_string", "x", "new_string", "y"))
        .startsWith("edit: old_string appears 3 times in /workspace/f (must be unique)");
    assertThat(error("edit", "file_path", "f", "old_string", "z", "new_string", "y"))
        .isEqualTo("edit: old_string not found in /workspace/f");
    assertThat(
            ok("edit", "file_path", "f", "old_string", "x", "new_string", "", "replace_all", true))
        .isEqualTo("edited /workspace/f (3 replacement(s))");
    assertThat(bash("cat f")).isEqualTo(" ");
  }

  @Test
  void editNeedsItsInput() throws Exception {
    assertThat(error("edit", "file_path", "f", "new_string", "y"))
        .isEqualTo("edit: old_string is required");
    assertThat(error("edit", "file_path", "f", "old_string", "", "new_string", "y"))
        .startsWith("edit: old_string must not be empty");
    assertThat(error("edit", "file_path", "f", "old_string", "x"))
        .isEqualTo("edit: new_string is required");
    assertThat(error("edit", "old_string", "x", "new_string", "y"))
        .isEqualTo("edit: file_path is required");
    assertThat(error("edit", "file_path", "f", "old_string", "x", "new_string", "y"))
        .startsWith("edit: /workspace/f: no such file or directory");
    bash("head -c 262145 /dev/zero > big; mkdir d");
    assertThat(error("edit", "file_path", "big", "old_string", "x", "new_string", "y"))
        .startsWith("edit: /workspace/big is 262145 bytes, exceeds 262144-byte limit.");
    assertThat(error("edit", "file_path", "d", "old_string", "x", "new_string", "y"))
        .isEqualTo("edit: /workspace/d is not a regular file, but a directory");
  }

  // ---- glob ----

  @Test
  void globFindsFilesNewestFirst() throws Exception {
    bash(
        "mkdir -p a/b .git node_modules; touch -d '3 days ago' a/1.java; touch -d '1 day ago'"
            + " a/b/2.java; touch -d '2 days ago' 3.java 4.txt .git/5.java node_modules/6.java;"
            + " mkdir d.java; ln -s 3.java l.java; ln -s /etc/passwd out.java; mkfifo p.java");
    assertThat(glob("**/*.java"))
        .isEqualTo(
            "/workspace/a/b/2.java\n/workspace/3.java\n/workspace/l.java\n/workspace/a/1.java\n"
                + "[1 symbolic link was not followed: it leads out of the permitted directories]");
    assertThat(glob("*.txt")).isEqualTo("/workspace/4.txt");
    assertThat(glob("a/**")).isEqualTo("/workspace/a/b/2.java\n/workspace/a/1.java");
    assertThat(glob("{a,x}/{1,b/2}.java")).isEqualTo("/workspace/a/b/2.java\n/workspace/a/1.java");
    assertThat(glob("[3-4].{txt,java}")).isEqualTo("/workspace/3.java\n/workspace/4.txt");
    assertThat(glob("?.txt")).isEqualTo("/workspace/4.txt");
    assertThat(ok("glob", "pattern", "*", "path", "a")).isEqualTo("/workspace/a/1.java");
    assertThat(glob("*.none")).isEqualTo("no matches");
  }

  @Test
  void globRefusesWaysOut() throws Exception {
    assertThat(error("glob")).isEqualTo("glob: pattern is required");
    assertThat(error("glob", "pattern", "/etc/*"))
        .startsWith("glob: absolute pattern not permitted; ");
    assertThat(error("glob", "pattern", "{/etc,a}/*"))
        .startsWith("glob: absolute pattern not permitted; ");
    for (var pattern : List.of("..", "../*", "a/../*", "{a,..}/*")) {
      assertThat(error("glob", "pattern", pattern))
          .isEqualTo("glob: \"..\" is not permitted in the pattern");
    }
    assertThat(glob("a..b")).isEqualTo("no matches");
    assertThat(error("glob", "pattern", "*", "path", "none"))
        .startsWith("glob: /workspace/none: no such file or directory");
  }

  @Test
  void searchesOfHugeTreesEnd() throws Exception {
    bash(
        "mkdir t; cd t; seq 1 60000 | xargs touch; cd ..; ln -s . self; p=d; for i in {1..150}; do"
            + " mkdir $p; p=$p/d; done");
    assertThat(glob("t/*"))
        .endsWith("\n[200 of 60000 files, the newest; use a narrower pattern or path]");
    assertThat(ok("grep", "pattern", "nowhere")).startsWith("no matches (60000 files searched)\n[");
    assertThat(glob("*".repeat(30) + "x/" + "**/".repeat(30) + "*x")).startsWith("no matches");
  }
}
