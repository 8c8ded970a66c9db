package dev.drover.pax;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PaxReaderTest {
  private static final Instant THEN = Instant.ofEpochSecond(1_700_000_000, 123_456_789);

  /// @param content with a character for each byte
  private record Read(PaxEntry entry, String content) {}

  private static List<Read> read(byte[] archive) throws IOException {
    var all = new ArrayList<Read>();
    try (var reader = new PaxReader(new ByteArrayInputStream(archive))) {
      for (var next = reader.next(); next.isPresent(); next = reader.next()) {
        all.add(new Read(next.get(), characters(reader.content().readAllBytes())));
      }
    }
    return all;
  }

  private static String characters(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private static byte[] archive(PaxStream.Item... items) throws IOException {
    try (var stream = new PaxStream(List.of(items).iterator())) {
      return stream.readAllBytes();
    }
  }

  private static PaxStream.Item file(String path, byte[] content) {
    return new PaxStream.Item(
        PaxEntry.file(path, 0644, content.length, THEN), () -> new ByteArrayInputStream(content));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void whatIsWrittenIsRead() throws IOException {
    var entries =
        List.of(
            PaxEntry.directory("a", 0700, THEN),
            PaxEntry.file("a/" + "long".repeat(400), 0755, 3, THEN),
            PaxEntry.file("a/漢字 é", 0, 3, Instant.ofEpochSecond(-2, 250_000_000)),
            PaxEntry.file("before", 0, 3, Instant.ofEpochSecond(-1, 500_000_000)),
            PaxEntry.symbolicLink("link", "a/" + "b".repeat(101), Instant.EPOCH),
            new PaxEntry(PaxEntry.Kind.HARD_LINK, "hard", 0644, 0, THEN, "before"));
    var all =
        archive(
            entries.stream()
                .map(one -> new PaxStream.Item(one, () -> new ByteArrayInputStream(bytes("abc"))))
                .toArray(PaxStream.Item[]::new));
    assertThat(read(all)).extracting(Read::entry).isEqualTo(entries);
    assertThat(read(all))
        .filteredOn(one -> one.entry().kind() == PaxEntry.Kind.FILE)
        .extracting(Read::content)
        .containsOnly("abc");
  }

  @Test
  void contentsOfEveryLengthAroundABlockComeBack() throws IOException {
    for (int size : new int[] {0, 1, 511, 512, 513, 1023, 1024, 70_000}) {
      var content = new byte[size];
      new Random(size).nextBytes(content);
      assertThat(read(archive(file("one", content), file("two", bytes("2")))))
          .extracting(Read::content)
          .containsExactly(characters(content), "2");
    }
  }

  @Test
  void contentsThatAreNotReadAreSkipped() throws IOException {
    var all = archive(file("one", new byte[100_000]), file("two", bytes("2")));
    try (var reader = new PaxReader(new ByteArrayInputStream(all))) {
      assertThat(reader.next()).isPresent();
      assertThat(reader.next().map(PaxEntry::path)).contains("two");
      assertThat(reader.content().readAllBytes()).isEqualTo(bytes("2"));
    }
  }

  @Test
  void anArchiveThatIsCutAnywhereIsRefused() throws IOException {
    var whole = archive(file("a".repeat(200), bytes("content")), file("b", bytes("more")));
    int end = whole.length - 2 * PaxHeaders.BLOCK;
    for (int length = 0; length < end + PaxHeaders.BLOCK; length++) {
      var cut = Arrays.copyOf(whole, length);
      assertThatExceptionOfType(PaxRefused.class)
          .as("cut at %s", length)
          .isThrownBy(() -> read(cut))
          .withMessage("the archive ends too early");
    }
  }

  @Test
  void noDamagedByteOfAHeaderBreaksTheReader() throws IOException {
    var whole = archive(file("é".repeat(80), bytes("content")));
    for (int at = 0; at < 3 * PaxHeaders.BLOCK; at++) {
      for (byte change : new byte[] {1, 0x10, (byte) 0x80}) {
        var damaged = whole.clone();
        damaged[at] ^= change;
        try {
          read(damaged);
        } catch (PaxRefused e) {
          assertThat(e).hasMessageStartingWith("the archive");
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/etc/passwd",
        "../up",
        "a/../../up",
        "a//b",
        "a/./b",
        "a/..",
        "..",
        "/",
        "a/ /../b"
      })
  void pathsThatLeaveTheRootAreRefused(String path) throws IOException {
    var all = archive(file(path, bytes("x")));
    assertThatExceptionOfType(PaxRefused.class)
        .isThrownBy(() -> read(all))
        .withMessageContaining("not allowed");
    var hard =
        archive(new PaxStream.Item(new PaxEntry(PaxEntry.Kind.HARD_LINK, "h", 0, 0, THEN, path)));
    assertThatExceptionOfType(PaxRefused.class)
        .isThrownBy(() -> read(hard))
        .withMessageContaining("not allowed");
  }

  @ParameterizedTest
  @ValueSource(chars = {'3', '4', '6', '7', 'L', 'K', 'S', 'V', 'z'})
  void devicesPipesAndForeignKindsAreRefused(char type) throws IOException {
    var all = archive(file("device", new byte[0]));
    int at = all.length - 3 * PaxHeaders.BLOCK;
    all[at + 156] = (byte) type;
    correct(all, at);
    assertThatExceptionOfType(PaxRefused.class)
        .isThrownBy(() -> read(all))
        .withMessage("the archive has an entry that is no file, directory or link");
  }

  private static void correct(byte[] all, int at) {
    Arrays.fill(all, at + 148, at + 156, (byte) ' ');
    int sum = 0;
    for (int i = 0; i < PaxHeaders.BLOCK; i++) {
      sum += all[at + i] & 0xff;
    }
    System.arraycopy(bytes(String.format("%06o\0 ", sum)), 0, all, at + 148, 8);
  }

  /// An archive with one file under the given extended records.
  private static byte[] withRecords(String records, byte[] content) throws IOException {
    return withRecords('x', records, content);
  }

  private static byte[] withRecords(char type, String records, byte[] content) throws IOException {
    var out = new ByteArrayOutputStream();
    var body = records.getBytes(StandardCharsets.ISO_8859_1);
    var head = PaxHeaders.of(PaxEntry.file("records", 0, body.length, Instant.EPOCH));
    head[156] = (byte) type;
    correct(head, 0);
    out.writeBytes(head);
    out.writeBytes(body);
    out.writeBytes(PaxHeaders.padding(body.length));
    out.writeBytes(PaxHeaders.of(PaxEntry.file("f", 0644, content.length, Instant.EPOCH)));
    out.writeBytes(content);
    out.writeBytes(PaxHeaders.padding(content.length));
    out.writeBytes(PaxHeaders.end());
    return out.toByteArray();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "5 a=b",
        "99 path=x\n",
        "x path=x\n",
        "10 pathxx\n",
        " path=x\n",
        "0 path=x\n",
        "9999999999 path=x\n",
        "13 size=-100\n",
        "30 size=99999999999999999999\n",
        "15 mtime=later\n",
        "13 path=../x\n",
        "11 path=\0x\n",
        "22 GNU.sparse.major=2\n",
        "22 GNU.sparse.major=1\n"
      })
  void malformedRecordsAreRefused(String records) throws IOException {
    var all = withRecords(records, bytes("content"));
    assertThatExceptionOfType(PaxRefused.class).isThrownBy(() -> read(all));
  }

  @Test
  void aPathForAllEntriesIsRefusedAndACommentIsNot() throws IOException {
    var path = withRecords('g', "10 path=x\n", bytes("content"));
    assertThatExceptionOfType(PaxRefused.class)
        .isThrownBy(() -> read(path))
        .withMessage("the archive has a global path");
    assertThat(read(withRecords('g', "13 comment=x\n", bytes("content")))).hasSize(1);
  }

  @Test
  void extendedRecordsAreBoundedBeforeTheyAreRead() throws IOException {
    var all = archive(file("f", new byte[0]));
    all[156] = 'x';
    System.arraycopy(bytes("77777777777\0"), 0, all, 124, 12);
    correct(all, 0);
    assertThatExceptionOfType(PaxRefused.class)
        .isThrownBy(() -> read(all))
        .withMessage("the archive has an extended header that is too long");
  }

  private static byte[] sparse(String map, long size, byte[] data) throws IOException {
    var content = new ByteArrayOutputStream();
    content.writeBytes(Arrays.copyOf(bytes(map), PaxHeaders.BLOCK));
    content.writeBytes(data);
    var real = " GNU.sparse.realsize=" + size + "\n";
    return withRecords(
        "22 GNU.sparse.major=1\n22 GNU.sparse.minor=0\n23 GNU.sparse.name=abc\n"
            + (real.length() + 2)
            + real,
        content.toByteArray());
  }

  @Test
  void holesAreReadAsZerosAndWrittenAsHoles(@TempDir Path directory) throws IOException {
    long size = 1L << 40;
    var all = sparse("2\n4096\n3\n1099511627773\n3\n", size, bytes("abcxyz"));
    var file = directory.resolve("sparse");
    try (var reader = new PaxReader(new ByteArrayInputStream(all));
        var channel =
            Files.newByteChannel(
                file,
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.WRITE,
                StandardOpenOption.READ)) {
      assertThat(reader.next().map(one -> one.path() + " " + one.size())).contains("abc " + size);
      reader.content().writeTo(channel);
      assertThat(channel.size()).isEqualTo(size);
      channel.position(4094);
      var some = java.nio.ByteBuffer.allocate(6);
      channel.read(some);
      assertThat(some.array()).isEqualTo(bytes("\0\0abc\0"));
    }
    var small = sparse("1\n2\n3\n", 8, bytes("abc"));
    assertThat(read(small)).extracting(Read::content).containsExactly("\0\0abc\0\0\0");
  }

  @Test
  void aHugeSparseFileIsSkippedAtOnce() throws IOException {
    var all = sparse("1\n0\n3\n", Long.MAX_VALUE, bytes("abc"));
    try (var reader = new PaxReader(new ByteArrayInputStream(all))) {
      assertThat(reader.next().map(PaxEntry::size)).contains(Long.MAX_VALUE);
      assertThat(reader.next()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x\n",
        "1\n",
        "1\n0\n9\n",
        "1\n6\n3\n",
        "2\n4\n1\n0\n2\n",
        "2\n0\n2\n1\n1\n",
        "1\n0\n2\n",
        "99999999999\n0\n3\n",
        "1\n999999999999999999999\n3\n",
        "1\n-1\n3\n"
      })
  void mapsOfSparseFilesThatContradictTheContentAreRefused(String map) throws IOException {
    var all = sparse(map, 8, bytes("abc"));
    assertThatExceptionOfType(PaxRefused.class)
        .isThrownBy(() -> read(all))
        .withMessage("the archive has a sparse file with an invalid map");
  }

  @Test
  void namesThatAreNotUtf8AreLeftOutAndCounted() throws IOException {
    var all = withRecords("10 path=\u00ff\n", bytes("content"));
    try (var reader = new PaxReader(new ByteArrayInputStream(all))) {
      assertThat(reader.next()).isEmpty();
      assertThat(reader.unnamed()).isEqualTo(1);
    }
  }

  @Test
  void aLinkStaysInsideIfItsTargetByNameDoes() {
    assertThat(PaxEntry.symbolicLink("a/b", "../c", THEN).staysInside()).isTrue();
    assertThat(PaxEntry.symbolicLink("a/b", "c/./..//d", THEN).staysInside()).isTrue();
    assertThat(PaxEntry.symbolicLink("a/b", "../../c", THEN).staysInside()).isFalse();
    assertThat(PaxEntry.symbolicLink("a/b", "../../a/c", THEN).staysInside()).isFalse();
    assertThat(PaxEntry.symbolicLink("b", "/etc/passwd", THEN).staysInside()).isFalse();
    assertThat(PaxEntry.symbolicLink("b", "", THEN).staysInside()).isFalse();
  }

  @Test
  void aFileThatChangesWhileItIsPackedIsAnError() {
    var entry = PaxEntry.file("f", 0644, 3, THEN);
    for (var content : List.of("ab", "abcd")) {
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(
              () ->
                  archive(
                      new PaxStream.Item(entry, () -> new ByteArrayInputStream(bytes(content)))))
          .withMessage("f changed while it was read");
    }
  }

  @Test
  void extendedHeadersAreLimited() throws IOException {
    var headers = PaxHeaders.of(PaxEntry.file("long".repeat(100), 0644, 0, Instant.EPOCH));
    var extended = Arrays.copyOf(headers, headers.length - PaxHeaders.BLOCK);
    var archive = new ByteArrayOutputStream();
    for (int i = 0; i < 7; i++) {
      archive.writeBytes(extended);
    }
    archive.writeBytes(headers);
    archive.writeBytes(PaxHeaders.end());
    assertThat(read(archive.toByteArray())).hasSize(1);
    var more = new ByteArrayOutputStream();
    more.writeBytes(extended);
    more.writeBytes(archive.toByteArray());
    assertThatExceptionOfType(PaxRefused.class)
        .isThrownBy(() -> read(more.toByteArray()))
        .withMessage("the archive has too many extended headers");
  }
}
