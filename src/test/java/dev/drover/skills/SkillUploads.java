package dev.drover.skills;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.drover.base.Problem;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.junit.jupiter.api.io.TempDir;

/// Tests of what clients upload as a skill.
abstract class SkillUploads {
  @TempDir Path directory;

  static ZipBytes demo() {
    return ZipBytes.skill("demo", "Shows things.");
  }

  static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  /// Packs parts, whose contents are given by their names, and returns the archive.
  byte[] packed(Map<String, byte[]> parts) throws IOException {
    try (var draft = new SkillDraft(new Scratch(directory))) {
      for (var part : parts.entrySet()) {
        draft.add(part.getKey(), new ByteArrayInputStream(part.getValue()));
      }
      try (var packed = draft.pack();
          var content = packed.content()) {
        return content.readAllBytes();
      }
    }
  }

  byte[] packed(ZipBytes zip) throws IOException {
    return packed(Map.of("any name.zip", zip.bytes()));
  }

  /// The message of the refusal.
  String refused(Map<String, byte[]> parts) {
    return assertTimeoutPreemptively(
        Duration.ofSeconds(30),
        () -> {
          try {
            packed(parts);
          } catch (Problem e) {
            assertThat(e.kind()).isEqualTo(Problem.Kind.INVALID_REQUEST);
            return String.valueOf(e.getMessage());
          }
          throw new AssertionError("it was accepted");
        });
  }

  String refused(byte[] zip) {
    return refused(Map.of("demo.zip", zip));
  }

  /// The modes and contents of the files in an archive, in its order.
  Map<String, String> files(byte[] archive) throws IOException {
    var path = Files.write(directory.resolve("read.zip"), archive);
    var files = new LinkedHashMap<String, String>();
    try (var zip = ZipFile.builder().setPath(path).get()) {
      for (var entry : Collections.list(zip.getEntriesInPhysicalOrder())) {
        var content = new String(zip.getInputStream(entry).readAllBytes(), UTF_8);
        files.put(entry.getName(), Integer.toOctalString(entry.getUnixMode()) + " " + content);
      }
    }
    Files.delete(path);
    return files;
  }
}
