package dev.drover.templates;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Json;
import dev.drover.hands.local.Tree;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What an archive from a sandbox may not do.
final class TemplateTreeTest {
  private static final TemplateTree.Most MOST = new TemplateTree.Most(1_000, 40, 5_000);

  @TempDir Path directory;

  /// @param link the target of a link; for a file, its content
  private record Part(String path, char type, int mode, String link) {}

  private static Part file(String path, int mode, String content) {
    return new Part(path, '0', mode, content);
  }

  private static Part link(String path, String target) {
    return new Part(path, '2', 0777, target);
  }

  private static byte[] archive(List<Part> parts) {
    var bytes = new ByteArrayOutputStream();
    try (var tar = new TarArchiveOutputStream(bytes)) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      for (var part : parts) {
        var entry = new TarArchiveEntry("t/" + part.path, (byte) part.type);
        var content = part.link.getBytes(StandardCharsets.UTF_8);
        entry.setMode(part.mode);
        if (part.type == '0') {
          entry.setSize(content.length);
        } else {
          entry.setLinkName(part.type == '1' ? "t/" + part.link : part.link);
        }
        tar.putArchiveEntry(entry);
        if (part.type == '0') {
          tar.write(content);
        }
        tar.closeArchiveEntry();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private Json.Obj unpack(Part... parts) throws IOException {
    return TemplateTree.unpack(
        new ByteArrayInputStream(archive(List.of(parts))), "t", directory.resolve("tree"), MOST);
  }

  @Test
  void filesHaveNoOtherPermissionsThanToReadAndToExecute() throws Exception {
    var manifest =
        unpack(
            file("bin/run", 06777, "run"),
            file("secret", 0600, "read"),
            link("bin/again", "run"),
            new Part("copy", '1', 0777, "secret"));
    var tree = directory.resolve("tree");
    assertThat(
            PosixFilePermissions.toString(Files.getPosixFilePermissions(tree.resolve("bin/run"))))
        .isEqualTo("rwxr-xr-x");
    assertThat((int) Files.getAttribute(tree.resolve("bin/run"), "unix:mode") & 07000).isZero();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(tree.resolve("secret"))))
        .isEqualTo("rw-r--r--");
    assertThat(tree.resolve("copy")).hasContent("read");
    assertThat(TemplateTree.bytes(manifest)).isEqualTo(11);
    assertThat(manifest.object("entries").object("bin/again").text("link")).isEqualTo("run");
    assertThat(manifest.object("entries").object("secret").text("sha256")).hasSize(64);
    assertThat(manifest).isEqualTo(TemplateTree.manifest(tree));
  }

  @Test
  void nothingIsWrittenThroughALink() throws Exception {
    var outside = Files.createDirectory(directory.resolve("outside"));
    for (var parts :
        List.of(
            new Part[] {link("a", outside.toString()), file("a/x", 0644, "x")},
            new Part[] {link("a", outside.toString()), link("a/x", "y")},
            new Part[] {link("a", outside.toString()), file("a", 0644, "x")},
            new Part[] {file("../outside/x", 0644, "x")},
            new Part[] {new Part("x", '1', 0644, "../outside/y")},
            new Part[] {link("a", outside.toString()), new Part("x", '1', 0644, "a")},
            new Part[] {new Part("pipe", '6', 0644, "")})) {
      Tree.remove(directory.resolve("tree"));
      try {
        unpack(parts);
      } catch (IOException _) {
        // refused
      }
      assertThat(outside).isEmptyDirectory();
    }
  }

  @Test
  void whatIsHeldInMemoryIsLimited() {
    var many = new Part[41];
    for (int i = 0; i < many.length; i++) {
      many[i] = link("l" + i, "x");
    }
    assertThatThrownBy(() -> unpack(many)).hasMessageContaining("more than 40 files");
    for (var parts :
        List.of(
            new Part[] {file("x".repeat(250) + "/" + "y".repeat(250), 0644, "")},
            new Part[] {link("a", "x".repeat(500))},
            new Part[] {file("d/".repeat(30) + "f", 0644, "")})) {
      var bounds = new TemplateTree.Most(1_000, 40, 500);
      var archive = archive(List.of(parts));
      assertThatThrownBy(
              () -> {
                Tree.remove(directory.resolve("tree"));
                TemplateTree.unpack(
                    new ByteArrayInputStream(archive), "t", directory.resolve("tree"), bounds);
              })
          .hasMessageContaining("too long");
    }
  }

  @Test
  void thereIsALimit() {
    var many = new Part[11];
    for (int i = 0; i < many.length; i++) {
      many[i] = i == 0 ? file("f", 0644, "x".repeat(100)) : new Part("l" + i, '1', 0644, "f");
    }
    assertThatThrownBy(() -> unpack(many))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("1000");
  }
}
