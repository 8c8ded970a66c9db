package dev.drover.templates;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.catalog.Packages.Manager;
import dev.drover.pax.PaxReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AptFilesTest {
  @TempDir Path root;

  @BeforeEach
  void machine() throws IOException {
    file("usr/bin/apt-get", "");
    file("usr/bin/dpkg-deb", "");
    file("usr/bin/tar", "");
    file("var/lib/dpkg/status", "Package: a\n");
    file("proc/filesystems", "nodev\tproc\nnodev\toverlay\n");
    Files.createSymbolicLink(root.resolve("bin"), Path.of("usr/bin"));
  }

  private void file(String path, String content) throws IOException {
    var file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }

  private AptFiles files() {
    return new AptFiles(root, Optional.empty());
  }

  private static Map<String, String> contents(AptFiles files) throws IOException {
    var contents = new TreeMap<String, String>();
    try (var reader = new PaxReader(files.archive())) {
      for (var entry = reader.next(); entry.isPresent(); entry = reader.next()) {
        var content = new String(reader.content().readAllBytes(), StandardCharsets.UTF_8);
        contents.put(entry.get().path(), content);
      }
    }
    return contents;
  }

  @Test
  void sourcesComeWithTheirKeysAndWithoutCredentials() throws Exception {
    file(
        "etc/apt/sources.list",
        "deb [signed-by=/etc/apt/keyrings/a.gpg] https://a.example/debian x main\n"
            + "deb https://me:secret@b.example/debian x main\n");
    file(
        "etc/apt/sources.list.d/c.sources",
        "Types: deb\nURIs: https://c.example\n\nTypes: deb\nURIs: https://u:secret@d.example\n");
    file("etc/apt/sources.list.d/off.sources.disabled", "URIs: https://off.example\n");
    file("etc/apt/keyrings/a.gpg", "key");
    file("etc/apt/auth.conf.d/x.conf", "machine a.example login me password secret\n");
    var contents = contents(files());
    assertThat(contents.get("etc/sources.list"))
        .isEqualTo(
            "deb [signed-by=/workspace/apt/etc/keyrings/a.gpg] https://a.example/debian x main\n");
    assertThat(contents.get("etc/sources.list.d/c.sources")).contains("c.example");
    assertThat(contents)
        .containsEntry("etc/keyrings/a.gpg", "key")
        .containsEntry("status", "Package: a\n")
        .doesNotContainKey("etc/sources.list.d/off.sources.disabled");
    assertThat(contents.toString()).doesNotContain("secret");
  }

  @Test
  void theOperatorsSourcesReplaceThoseOfTheMachine() throws Exception {
    file("etc/apt/sources.list", "deb https://a.example/debian x main\n");
    file("etc/apt/sources.list.d/b.list", "deb https://b.example/debian x main\n");
    file("own.list", "deb https://own.example/debian x main\n");
    var own = new AptFiles(root, Optional.of(root.resolve("own.list")));
    assertThat(contents(own).toString())
        .contains("own.example")
        .doesNotContain("a.example", "b.example");
    Files.delete(root.resolve("own.list"));
    assertThat(own.missing()).hasValueSatisfying(why -> assertThat(why).contains("apt_sources"));
  }

  @Test
  void theDigestChangesWithTheMachine() throws Exception {
    var before = files().digest();
    assertThat(files().digest()).isEqualTo(before);
    file("var/lib/dpkg/status", "Package: a\nPackage: b\n");
    var after = files().digest();
    assertThat(after).isNotEqualTo(before);
    file("etc/apt/sources.list", "deb https://a.example/debian x main\n");
    assertThat(files().digest()).isNotEqualTo(after);
  }

  @Test
  void whatIsMissingIsNamed() throws Exception {
    assertThat(files().missing()).isEmpty();
    file(
        "proc/self/mountinfo",
        "22 1 254:0 / / rw - ext4 x rw\n23 22 0:1 / /usr/local rw - x x rw\n");
    assertThat(files().missing()).contains("a file system is mounted below its /usr");
    file("proc/self/mountinfo", "22 1 254:0 / / rw - ext4 x rw\n");
    file("proc/filesystems", "nodev\tproc\n");
    assertThat(files().missing()).contains("its kernel has no overlay file system");
    file("proc/sys/kernel/osrelease", "6.1\n");
    file("lib/modules/6.1/modules.dep", "kernel/fs/overlayfs/overlay.ko.xz:\n");
    assertThat(files().missing()).isEmpty();
    Files.delete(root.resolve("usr/bin/dpkg-deb"));
    assertThat(files().missing()).contains("it has no /usr/bin/dpkg-deb");
    file("usr/bin/gem", "");
    assertThat(Templates.managers(root, Optional.empty())).containsExactly(Manager.GEM);
    assertThat(Templates.missing(root, Optional.empty()))
        .containsEntry(Manager.CARGO, "it has no /usr/local/bin/cargo or /usr/bin/cargo")
        .doesNotContainKey(Manager.GEM);
  }
}
