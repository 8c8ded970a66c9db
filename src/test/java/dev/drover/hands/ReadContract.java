package dev.drover.hands;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What read says of files that are no plain text, and of lines that are not there.
public abstract class ReadContract extends SandboxContract {
  private String read(String path) throws InterruptedException {
    return ok("read", "file_path", "/workspace/" + path);
  }

  private String refused(String path) throws InterruptedException {
    return error("read", "file_path", "/workspace/" + path);
  }

  private String lines(String path, long first, long last) throws InterruptedException {
    return ok("read", "file_path", "/workspace/" + path, "view_range", List.of(first, last));
  }

  @Test
  void linesBeyondTheEndSayHowManyThereAre() throws Exception {
    bash("printf 'a\\nb\\nc\\nd\\n' > f; printf 'x' > one; : > empty; printf '\\n\\n' > blank");
    assertThat(lines("f", 9, 10)).isEqualTo("[/workspace/f has 4 lines; line 9 is beyond its end]");
    assertThat(lines("f", 5, -1)).isEqualTo("[/workspace/f has 4 lines; line 5 is beyond its end]");
    assertThat(lines("one", 2, 2))
        .isEqualTo("[/workspace/one has 1 line; line 2 is beyond its end]");
    assertThat(lines("f", 1L << 40, -1)).contains("has 4 lines");
    assertThat(lines("f", 4, 1L << 40)).isEqualTo("d\n");
    assertThat(lines("f", 4, 4)).isEqualTo("d");
    assertThat(lines("f", 0, 1)).isEqualTo("a");
    assertThat(lines("f", -3, -1)).isEqualTo("a\nb\nc\nd\n");
    assertThat(lines("one", 1, 5)).isEqualTo("x");
    assertThat(read("empty")).isEqualTo("[/workspace/empty is empty]");
    assertThat(lines("empty", 1, 10)).isEqualTo("[/workspace/empty is empty]");
    assertThat(read("blank")).isEqualTo("\n\n");
    assertThat(lines("blank", 3, 3)).contains("has 2 lines");
  }

  @Test
  void binaryFilesAreNamedWithTypeAndSize() throws Exception {
    var files = new LinkedHashMap<String, String>();
    files.put("\\211PNG\\r\\n\\032\\n\\000\\000\\000\\rIHDR", "PNG image, 16 bytes");
    files.put("\\377\\330\\377\\340abc", "JPEG image, 7 bytes");
    files.put("GIF89a\\001\\000", "GIF image, 8 bytes");
    files.put("%%PDF-1.7\\n", "PDF document, 9 bytes");
    files.put("PK\\003\\004abc", "ZIP archive, Office document or JAR, 7 bytes");
    files.put("\\037\\213\\010abc", "gzip data, 6 bytes");
    files.put("\\177ELF\\002\\001", "ELF program or library, 6 bytes");
    files.put("SQLite format 3\\000", "SQLite database, 16 bytes");
    files.put("text and \\000 zero", "binary data, 15 bytes");
    files.put("\\001\\002\\003\\004\\005\\006", "binary data, 6 bytes");
    files.put("\\377\\376\\000\\000a\\000\\000\\000", "binary data, 8 bytes");
    for (var file : files.entrySet()) {
      bash("printf '" + file.getKey() + "' > f");
      assertThat(refused("f"))
          .isEqualTo(
              "read: /workspace/f is a binary file ("
                  + file.getValue()
                  + "). Look at it with bash, for example with file, strings or xxd.");
      assertThat(error("read", "file_path", "f", "view_range", List.of(1, 2)))
          .contains("is a binary file");
    }
    bash("head -c 300000 /dev/zero > f");
    assertThat(refused("f")).contains("is a binary file (binary data, 300000 bytes)");
  }

  @Test
  void otherEncodingsAreShown() throws Exception {
    bash(
        "printf '\\377\\376a\\000\\n"
            + "\\000b\\000' > little; printf '\\376\\377\\000a\\330\\075\\336\\000' > big; printf"
            + " 'h\\000i\\000\\n"
            + "\\000' > bare; printf 'caf\\351 \\377\\n"
            + "' > latin; printf '\\357\\273\\277a\\n"
            + "' > mark; printf 'a\\r"
            + "\\n"
            + "b\\r"
            + "c' > ends; printf 'G\\n"
            + "GIF8 is text' > gif");
    assertThat(read("little")).isEqualTo("a\nb");
    assertThat(read("big")).isEqualTo("a\ud83d\ude00");
    assertThat(read("bare")).isEqualTo("hi\n");
    assertThat(read("latin"))
        .isEqualTo(
            "caf\ufffd \ufffd\n"
                + "[/workspace/latin is not all UTF-8: 2 bytes are shown as \ufffd; edit keeps"
                + " them]");
    assertThat(read("mark")).isEqualTo("\ufeffa\n");
    assertThat(read("ends")).isEqualTo("a\r\nb\rc");
    assertThat(lines("little", 2, 2)).isEqualTo("b");
    assertThat(read("gif")).isEqualTo("G\nGIF8 is text");
  }

  @Test
  void longLinesAreCutAndSayBy() throws Exception {
    bash(
        "(echo a; head -c 300000 /dev/zero | tr '\\0' x; echo; echo b) > f; (head -c 20000"
            + " /dev/zero | tr '\\0' x) > fits; python3 -c \"print('y' + 'é' * 15000)\" > wide;"
            + " head -c 3000000 /dev/zero | tr '\\0' x > huge");
    assertThat(lines("f", 1, -1))
        .isEqualTo("a\n" + "x".repeat(20_000) + "[… 280000 more bytes of this line]\nb\n");
    assertThat(read("fits")).isEqualTo("x".repeat(20_000));
    assertThat(read("wide"))
        .isEqualTo("y" + "é".repeat(9_999) + "[… 10002 more bytes of this line]\n");
    assertThat(lines("huge", 1, 1)).endsWith("x[… 2980000 more bytes of this line]");
  }

  @Test
  void bigFilesSayHowManyLinesTheyHave() throws Exception {
    bash("seq 1 100000 > big");
    assertThat(refused("big"))
        .isEqualTo(
            "read: /workspace/big is 588895 bytes, exceeds 262144-byte limit. Use view_range to"
                + " read part of it: it has 100000 lines.");
    assertThat(lines("big", 99_999, -1)).isEqualTo("99999\n100000\n");
  }

  @Test
  void whatIsNoFileIsNamedAndNothingHangs() throws Exception {
    bash(
        "mkdir -p d/sub e; touch d/b d/.a; mkdir many; touch many/{1..150}; mkfifo p; ln -s p link;"
            + " ln -s d dirlink; perl -MIO::Socket::UNIX -e"
            + " 'IO::Socket::UNIX->new(Local=>\"s\",Listen=>1)'");
    assertThat(refused("d"))
        .isEqualTo("read: /workspace/d is a directory; it holds 3 entries:\n.a\nb\nsub/");
    assertThat(refused("dirlink"))
        .startsWith("read: /workspace/d is a directory; it holds 3 entries:");
    assertThat(refused("e")).isEqualTo("read: /workspace/e is a directory; it holds 0 entries");
    assertThat(refused("many"))
        .startsWith("read: /workspace/many is a directory; it holds 150 entries:\n1\n")
        .endsWith("\n[100 of 150]");
    assertThat(refused("p"))
        .isEqualTo("read: /workspace/p is not a regular file, but a named pipe");
    assertThat(refused("link"))
        .isEqualTo("read: /workspace/p is not a regular file, but a named pipe");
    assertThat(refused("s")).isEqualTo("read: /workspace/s is not a regular file, but a socket");
  }
}
