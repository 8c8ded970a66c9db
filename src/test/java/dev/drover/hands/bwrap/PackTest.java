package dev.drover.hands.bwrap;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// The archives of `hand`, outside of a sandbox and built with the sanitizers. Needs gcc with its
/// sanitizer libraries, and tar.
@Tag("sandbox")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class PackTest {
  private static final Path SOURCE = Path.of("src/main/c");
  private static final List<String> PARTS =
      List.of(
          "pack.c",
          "pack_file.c",
          "unpack.c",
          "manifest.c",
          "pax_read.c",
          "pax_write.c",
          "base.c",
          "walk.c");

  @TempDir static Path directory;
  private final AtomicInteger trees = new AtomicInteger();
  private Path program;

  private static final class Ended {
    final int status;
    final byte[] out;
    final String said;

    Ended(int status, byte[] out, String said) {
      this.status = status;
      this.out = out;
      this.said = said;
    }
  }

  @BeforeAll
  void build() throws Exception {
    program = directory.resolve("pax");
    var command = new ArrayList<>(List.of("gcc", "-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra"));
    command.addAll(List.of("-Werror", "-g", "-O1", "-fsanitize=address,undefined"));
    command.addAll(List.of("-fno-sanitize-recover=all", "-I", SOURCE.toString()));
    command.addAll(List.of("-o", program.toString(), "src/test/c/pax.c"));
    PARTS.forEach(part -> command.add(SOURCE.resolve(part).toString()));
    ok(run(new byte[0], command));
  }

  private Ended run(byte[] input, List<String> command) throws Exception {
    var in = Files.write(directory.resolve("in"), input);
    var out = directory.resolve("out");
    var log = directory.resolve("log");
    var builder = new ProcessBuilder(command).redirectInput(in.toFile());
    builder.redirectOutput(out.toFile()).redirectError(log.toFile());
    builder.environment().put("ASAN_OPTIONS", "detect_leaks=0");
    int status = builder.start().waitFor();
    return new Ended(status, Files.readAllBytes(out), Files.readString(log, UTF_8));
  }

  private static Ended ok(Ended ended) {
    assertThat(ended.status).as(ended.said).isZero();
    return ended;
  }

  private Ended pax(byte[] input, Object... words) throws Exception {
    var command = new ArrayList<>(List.of(program.toString()));
    Arrays.stream(words).map(String::valueOf).forEach(command::add);
    return run(input, command);
  }

  private Path tree() throws IOException {
    return Files.createDirectory(directory.resolve("tree" + trees.incrementAndGet()));
  }

  private static TarBytes tar() {
    return new TarBytes();
  }

  @Test
  void noDamagedArchiveReachesBeyondItsBytesOrItsDirectory() throws Exception {
    for (int seed = 1; seed <= 2; seed++) {
      ok(pax(new byte[0], "fuzz", tree(), seed, 30));
    }
  }

  @Test
  void refusesWhatNoHonestArchiveHolds() throws Exception {
    var wanted = "a path that is not allowed";
    var file = tar().file("workspace/f", "content");
    var refused =
        Map.<TarBytes, String>ofEntries(
            Map.entry(tar().file("../out", "x"), wanted),
            Map.entry(tar().file("/tmp/out", "x"), wanted),
            Map.entry(tar().file("workspace/../out", "x"), wanted),
            Map.entry(tar().file("workspace/..", "x"), wanted),
            Map.entry(tar().file("workspace//a", "x"), wanted),
            Map.entry(tar().file("workspace/a/./b", "x"), wanted),
            Map.entry(tar().file("workspaces/a", "x"), wanted),
            Map.entry(tar().file("workspace", "x"), wanted),
            Map.entry(tar().file("", "x"), wanted),
            Map.entry(
                tar()
                    .file("workspace/" + "n".repeat(300).substring(0, 90), "x")
                    .records("path=workspace/" + "n".repeat(256))
                    .file("a", "x"),
                wanted),
            Map.entry(tar().records("path=workspace/a\0b").file("a", "x"), "null character"),
            Map.entry(
                tar().link("workspace/l", "/tmp").file("workspace/l/f", "x"),
                "workspace/l/f: there is a link on the way"),
            Map.entry(
                tar().link("workspace/l", "..").directory("workspace/l/d", 0755),
                "workspace/l/d: there is a link on the way"),
            Map.entry(tar().hardLink("workspace/h", "../in"), "links to a path"),
            Map.entry(tar().hardLink("workspace/h", "/etc/passwd"), "links to a path"),
            Map.entry(tar().hardLink("workspace/h", ""), "links to a path"),
            Map.entry(tar().hardLink("workspace/h", "workspace/none"), "no such file"),
            Map.entry(
                tar().link("workspace/l", "/etc/passwd").hardLink("workspace/h", "workspace/l"),
                "links to what is not a file"),
            Map.entry(tar().head('3', "workspace/d", "", 0644, 0), "a kind of entry"),
            Map.entry(tar().head('6', "workspace/p", "", 0644, 0), "a kind of entry"),
            Map.entry(tar().head('L', "workspace/n", "", 0644, 0), "a kind of entry"),
            Map.entry(file.file("workspace/f/g", "x"), "not a directory"),
            Map.entry(
                tar()
                    .directory("workspace/d", 0755)
                    .file("workspace/d/f", "x")
                    .file("workspace/d", ""),
                "is a directory"),
            Map.entry(tar().rawRecords('x', "0 a=b\n").file("workspace/a", ""), "a record"),
            Map.entry(tar().rawRecords('x', "99 a=b\n").file("workspace/a", ""), "a record"),
            Map.entry(tar().rawRecords('x', "5 ab\n").file("workspace/a", ""), "a record"),
            Map.entry(tar().rawRecords('x', "no record").file("workspace/a", ""), "a record"),
            Map.entry(tar().records("size=-1").file("workspace/a", ""), "a size"),
            Map.entry(tar().records("size=99999999999999999999").file("workspace/a", ""), "a size"),
            Map.entry(tar().records("mtime=now").file("workspace/a", ""), "a time"),
            Map.entry(tar().rawRecords('g', "25 DROVER.gone=../../out\n"), wanted),
            Map.entry(sparse("9", "2\n0\n5\n4\n5\n", "0123456789"), "the map of a sparse file"),
            Map.entry(sparse("9", "1\n5\n5\n", "01234"), "the map of a sparse file"),
            Map.entry(sparse("9", "1\n0\n5\n", "0123"), "the map of a sparse file"),
            Map.entry(sparse("9", "99999\n0\n5\n", "01234"), "the map of a sparse file"),
            Map.entry(sparse("9", "x\n", ""), "the map of a sparse file"));
    for (var one : refused.entrySet()) {
      var into = tree();
      var ended = pax(one.getKey().ended(), "unpack", into);
      assertThat(ended.status).as(one.getValue() + "\n" + ended.said).isEqualTo(1);
      assertThat(ended.said).contains(one.getValue());
    }
    assertThat(directory.resolve("out")).isEmptyFile();
    assertThat(Path.of("/tmp/out")).doesNotExist();
  }

  private static TarBytes sparse(String real, String map, String data) {
    var content = map + "\0".repeat(512 - map.length()) + data;
    return tar()
        .records(
            "GNU.sparse.major=1",
            "GNU.sparse.minor=0",
            "GNU.sparse.name=workspace/s",
            "GNU.sparse.realsize=" + real)
        .head('0', "GNUSparseFile", "", 0644, content.length())
        .content(content);
  }

  @Test
  void anArchiveThatIsCutIsRefusedWhereverItEnds() throws Exception {
    var whole =
        tar()
            .directory("workspace/d", 0755)
            .records("mtime=7.5")
            .file("workspace/d/f", "f".repeat(1200))
            .link("workspace/l", "d/f")
            .open();
    for (int cut = 0; cut <= whole.length; cut += 512) {
      assertThat(pax(Arrays.copyOf(whole, cut), "unpack", tree()).status).as("at " + cut).isOne();
    }
    ok(pax(Arrays.copyOf(whole, whole.length + 1024), "unpack", tree()));
  }

  @Test
  void keepsNoPrivilegeAndTakesOddTimes() throws Exception {
    var into = tree();
    var archive =
        tar()
            .head('0', "workspace/set", "", 06755, 0)
            .head('5', "workspace/sticky", "", 03777, 0)
            .records("mtime=-1.5")
            .file("workspace/old", "");
    ok(pax(archive.ended(), "unpack", into));
    assertThat(Files.getAttribute(into.resolve("set"), "unix:mode")).isEqualTo(0100755);
    assertThat(Files.getAttribute(into.resolve("sticky"), "unix:mode")).isEqualTo(041777);
    assertThat(Files.getLastModifiedTime(into.resolve("old")).toMillis()).isEqualTo(-1500);
  }

  /// A tree with everything that is kept.
  private Path everything() throws IOException {
    var from = tree();
    Files.createDirectories(from.resolve("a/b"));
    Files.writeString(from.resolve("a/b/" + "n".repeat(255)), "long");
    Files.writeString(from.resolve("a/line\nbreak and ünïcode"), "odd");
    Files.createLink(from.resolve("a/hard"), Files.writeString(from.resolve("one"), "1"));
    Files.createSymbolicLink(from.resolve("dangling"), Path.of("/no/where"));
    Files.createSymbolicLink(from.resolve("out"), Path.of("../../.."));
    try (var file = new java.io.RandomAccessFile(from.resolve("sparse").toFile(), "rw")) {
      file.seek(5 << 20);
      file.write(7);
      file.setLength(64L << 20);
    }
    var shut = Files.createDirectory(from.resolve("shut"));
    Files.setPosixFilePermissions(
        Files.writeString(shut.resolve("tool"), "x"), PosixFilePermissions.fromString("r-x--x---"));
    Files.setPosixFilePermissions(shut, PosixFilePermissions.fromString("r-x------"));
    return from;
  }

  @Test
  void theSystemsTarReadsOurArchives() throws Exception {
    var from = everything();
    var archive = ok(pax(new byte[0], "pack", from)).out;
    assertThat(archive.length).as("holes take no room").isLessThan(1 << 20);
    var into = tree();
    ok(run(archive, List.of("tar", "-x", "-C", into.toString())));
    ok(pax(archive, "unpack", into.resolve("workspace")));
    assertThat(ok(pax(new byte[0], "pack", into.resolve("workspace"))).out).isEqualTo(archive);
  }

  @Test
  void readsTheArchivesOfTheSystemsTar() throws Exception {
    var up = tree();
    var moved = Files.move(everything(), up.resolve("workspace"));
    var tar =
        run(
            new byte[0],
            List.of("tar", "--format=pax", "--sparse", "-c", "-C", up.toString(), "workspace"));
    var into = tree();
    ok(pax(ok(tar).out, "unpack", into));
    assertThat(ok(pax(new byte[0], "pack", into)).out)
        .isEqualTo(ok(pax(new byte[0], "pack", moved)).out);
  }

  @Test
  void aLayerHoldsOnlyWhatChanged() throws Exception {
    var from = everything();
    var mark = directory.resolve("mark");
    var first = ok(pax(new byte[0], "pack", from, mark, mark));
    // What changed in the last hundredths of a second before a look is looked at again.
    assertThat(first.said).contains("layer 0");
    var second = ok(pax(new byte[0], "pack", from, mark, mark));
    assertThat(second.said).contains("layer 1", "gone 0");
    Files.delete(from.resolve("a/b/" + "n".repeat(255)));
    Files.delete(from.resolve("a/b"));
    Files.writeString(from.resolve("a/b"), "no directory any more");
    Files.delete(from.resolve("dangling"));
    Files.createDirectory(from.resolve("dangling"));
    Files.move(from.resolve("shut"), from.resolve("moved"));
    var third = ok(pax(new byte[0], "pack", from, mark, mark));
    var into = tree();
    var all = new java.io.ByteArrayOutputStream();
    for (var layer : List.of(first, second, third)) {
      all.writeBytes(layer.out);
    }
    ok(pax(all.toByteArray(), "unpack", into));
    assertThat(Files.exists(into.resolve("shut"), LinkOption.NOFOLLOW_LINKS)).isFalse();
    assertThat(ok(pax(new byte[0], "pack", into)).out)
        .isEqualTo(ok(pax(new byte[0], "pack", from)).out);
  }
}
