package dev.drover.directory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.pax.PaxReader;
import java.nio.file.Path;
import java.util.ArrayList;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("sandbox")
final class PackedPathTest {
  @TempDir Path directory;

  @Test
  void whatHasNoNameInUtf8IsLeftOutAndCounted() throws Exception {
    var source = directory.resolve("source");
    Directories.write(directory, "source/kept", "x");
    var script =
        "touch $'bad\\xff' && mkdir $'dir\\xfe' && touch $'dir\\xfe/in' && ln -s $'\\xfd' link";
    var process =
        new ProcessBuilder("bash", "-c", script).directory(source.toFile()).inheritIO().start();
    assertThat(process.waitFor()).isZero();

    var packed = PackedPath.of(source, false, false);
    assertThat(packed.files()).isEqualTo(1);
    assertThat(packed.skipped()).isEqualTo(3);
    var names = new ArrayList<String>();
    try (var reader = new PaxReader(packed.archive())) {
      for (var next = reader.next(); next.isPresent(); next = reader.next()) {
        names.add(next.get().path());
      }
    }
    assertThat(names).containsExactly("source", "source/kept");
  }
}
