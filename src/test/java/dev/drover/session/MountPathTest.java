package dev.drover.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Problem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Where files are placed, and which places are refused.
final class MountPathTest {
  private static final String ROOT = "/mnt/session/uploads";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          data.csv                                 | data.csv
          /data.csv                                | data.csv
          ./data.csv                               | data.csv
          /./a/./b                                 | a/b
          a/b/c                                    | a/b/c
          /workspace/seed/x.tgz                    | workspace/seed/x.tgz
          /mnt/session/uploads/data.csv            | data.csv
          /mnt/session/uploads/./a/b               | a/b
          mnt/session/uploads/a                    | mnt/session/uploads/a
          /mnt/session/uploads2/a                  | mnt/session/uploads2/a
          /mnt/session                             | mnt/session
          /mnt/session/uploads/mnt/session/uploads | mnt/session/uploads
          /etc/passwd                              | etc/passwd
          .hidden                                  | .hidden
          ...                                      | ...
          a..b                                     | a..b
          ..a                                      | ..a
          'a b '                                   | 'a b '
          a\\b                                     | a\\b
          C:\\x                                    | C:\\x
          -rf                                      | -rf
          *?"<>'                                   | *?"<>'
          $(reboot)                                | $(reboot)
          %2e%2e                                   | %2e%2e
          ünïcode/🐎.txt                           | ünïcode/🐎.txt
          """)
  void aPathIsPlacedBelowTheUploads(String sent, String below) {
    assertThat(MountPath.of(sent).value()).isEqualTo(ROOT + "/" + below);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ''                         | must name a file, not the directory /mnt/session/uploads
          /                          | must name a file, not the directory /mnt/session/uploads
          .                          | must name a file, not the directory /mnt/session/uploads
          /mnt/session/uploads       | must name a file, not the directory /mnt/session/uploads
          /mnt/session/uploads/      | must name a file, not the directory /mnt/session/uploads
          /mnt/session/uploads/.     | must name a file, not the directory /mnt/session/uploads
          a/                         | must not contain an empty segment
          a//b                       | must not contain an empty segment
          //a                        | must not contain an empty segment
          /mnt/session/uploads//a    | must not contain an empty segment
          a/.                        | must name a file, not a directory
          ..                         | must not contain ".."
          ../a                       | must not contain ".."
          a/..                       | must not contain ".."
          a/../b                     | must not contain ".."
          /mnt/session/uploads/../a  | must not contain ".."
          """)
  void aPathThatNamesNoFileBelowIsRefused(String sent, String why) {
    assertRefused(sent, why);
  }

  @Test
  void controlCharactersAreRefused() {
    for (int c = 0; c < 0x20; c++) {
      assertRefused("a" + (char) c + "b", "must not contain control characters");
    }
    assertRefused("a\u007f", "must not contain control characters");
    assertRefused("a\u0085", "must not contain control characters");
  }

  @Test
  void halfACharacterIsRefused() {
    assertRefused("a\ud800", "must be valid Unicode");
    assertRefused("\udc00/a", "must be valid Unicode");
  }

  @Test
  void lengthsAreLimitedInBytes() {
    assertThat(MountPath.of("a".repeat(255)).below()).hasSize(255);
    assertRefused("a".repeat(256), "must not contain a segment of more than 255 bytes");
    assertThat(MountPath.of("ü".repeat(127)).below()).hasSize(127);
    assertRefused("ü".repeat(128), "must not contain a segment of more than 255 bytes");
    assertThat(MountPath.of("a/".repeat(511) + "ab").below()).hasSize(1024);
    assertRefused("a/".repeat(512) + "b", "must have at most 1024 bytes");
  }

  @Test
  void aFileIsNoDirectoryOfAnother() {
    assertExcludes("a", "a", true);
    assertExcludes("a", "a/b", true);
    assertExcludes("a/b/c", "a", true);
    assertExcludes("a", "ab", false);
    assertExcludes("a/b", "a/c", false);
    assertExcludes("a", "A", false);
  }

  private static void assertExcludes(String one, String other, boolean excludes) {
    assertThat(MountPath.of(one).excludes(MountPath.of(other))).isEqualTo(excludes);
    assertThat(MountPath.of(other).excludes(MountPath.of(one))).isEqualTo(excludes);
  }

  private static void assertRefused(String sent, String why) {
    assertThatThrownBy(() -> MountPath.of(sent)).isInstanceOf(Problem.class).hasMessage(why);
  }
}
