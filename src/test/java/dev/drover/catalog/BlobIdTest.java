package dev.drover.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A blob's id is the name of a file or of an object: no text that could lead elsewhere is one.
final class BlobIdTest {
  private static final String DIGEST = "0123456789abcdef".repeat(4);

  static Stream<String> malformed() {
    return Stream.of(
        "",
        "-",
        ".",
        "..",
        "../../etc/passwd",
        "/etc/passwd",
        "incoming",
        DIGEST,
        DIGEST + "-",
        "-x",
        DIGEST + "_x",
        DIGEST + "x",
        DIGEST.substring(1) + "-x",
        DIGEST + "0-x",
        DIGEST.toUpperCase(Locale.ROOT) + "-x",
        "g" + DIGEST.substring(1) + "-x",
        "٠" + DIGEST.substring(1) + "-x",
        "../" + DIGEST.substring(3) + "-x",
        "/" + DIGEST.substring(1) + "-x",
        DIGEST + "-x/../../x",
        DIGEST + "-..",
        DIGEST + "-x.lock",
        DIGEST + "-x-y",
        DIGEST + "-x\0",
        DIGEST + "-x\n",
        "\n" + DIGEST + "-x",
        DIGEST + "- x",
        DIGEST + "-x%2f",
        DIGEST + "-é",
        DIGEST + "-x\\y",
        DIGEST + "-" + "x".repeat(65));
  }

  @ParameterizedTest
  @MethodSource("malformed")
  void otherNamesAreRefused(String value) {
    assertThat(BlobId.isWellFormed(value)).isFalse();
    assertThatThrownBy(() -> new BlobId(value)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void anIdSaysItsDigest() {
    for (var tag : Stream.of("x", "01AZaz09", "y".repeat(64)).toList()) {
      assertThat(new BlobId(DIGEST + "-" + tag).digest()).isEqualTo(DIGEST);
    }
  }
}
