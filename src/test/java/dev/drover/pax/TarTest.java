package dev.drover.pax;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Our archives and those of GNU tar.
@Tag("sandbox")
final class TarTest {
  private static final Instant THEN = Instant.ofEpochSecond(1_700_000_000, 123_456_789);

  @TempDir private Path directory;

  private void tar(String... arguments) throws IOException, InterruptedException {
    var command = new java.util.ArrayList<>(List.of("tar"));
    command.addAll(List.of(arguments));
    var process = new ProcessBuilder(command).directory(directory.toFile()).inheritIO().start();
    assertThat(process.waitFor()).isZero();
  }

  @Test
  void tarUnpacksOurArchives() throws IOException, InterruptedException {
    var content = "content\n".getBytes(StandardCharsets.UTF_8);
    var name = "dir/" + "ü".repeat(100);
    var archive = directory.resolve("ours.tar");
    var items =
        List.of(
            new PaxStream.Item(PaxEntry.directory("dir", 0755, THEN)),
            new PaxStream.Item(
                PaxEntry.file(name, 0755, content.length, THEN),
                () -> new ByteArrayInputStream(content)),
            new PaxStream.Item(PaxEntry.symbolicLink("link", name, THEN)));
    try (var stream = new PaxStream(items.iterator())) {
      Files.copy(stream, archive);
    }
    tar("xpf", "ours.tar");
    var file = directory.resolve(name);
    assertThat(file).hasBinaryContent(content).isExecutable();
    assertThat(Files.getLastModifiedTime(file)).isEqualTo(FileTime.from(THEN));
    assertThat(directory.resolve("link")).isSymbolicLink().hasSameTextualContentAs(file);
  }

  @Test
  void theArchivesOfTarAreRead() throws IOException, InterruptedException {
    Files.createDirectories(directory.resolve("in/sub"));
    Files.writeString(directory.resolve("in/sub/" + "n".repeat(180)), "long");
    Files.createLink(directory.resolve("in/hard"), directory.resolve("in/sub/" + "n".repeat(180)));
    Files.createSymbolicLink(directory.resolve("in/link"), Path.of("sub"));
    try (var sparse =
        FileChannel.open(
            directory.resolve("in/sparse"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      sparse.write(ByteBuffer.wrap("end".getBytes(StandardCharsets.UTF_8)), 10 << 20);
    }
    tar("cf", "theirs.tar", "--format=pax", "--sparse", "in");
    assertThat(Files.size(directory.resolve("theirs.tar"))).isLessThan(1 << 20);
    var seen = new HashMap<String, String>();
    try (var reader = new PaxReader(Files.newInputStream(directory.resolve("theirs.tar")))) {
      for (var next = reader.next(); next.isPresent(); next = reader.next()) {
        var entry = next.get();
        var content = reader.content().readAllBytes();
        assertThat(content).hasSize((int) entry.size());
        seen.put(
            entry.path(),
            entry.kind() + new String(content, StandardCharsets.UTF_8).replace("\0", ""));
      }
    }
    assertThat(seen)
        .containsKeys("in", "in/sub", "in/hard", "in/sub/" + "n".repeat(180))
        .containsEntry("in/link", "SYMBOLIC_LINK")
        .containsEntry("in/sparse", "FILEend");
    assertThat(List.of(seen.get("in/hard"), seen.get("in/sub/" + "n".repeat(180))))
        .containsExactlyInAnyOrder("HARD_LINK", "FILElong");
  }
}
