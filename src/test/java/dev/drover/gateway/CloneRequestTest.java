package dev.drover.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.catalog.WorkspaceId;
import dev.drover.session.RepositoryUrl;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Which requests of git are those of a clone, and when they mean the same.
final class CloneRequestTest {
  private static final String A = "a".repeat(40);
  private static final String B = "b".repeat(40);
  private static final String DELIMITER = "0001";
  private static final String FLUSH = "0000";
  private static final RepositoryUrl URL = RepositoryUrl.of("https://git.example/acme/app");

  private static String packet(String text) {
    return "%04x%s".formatted(text.length() + 4, text);
  }

  /// A body as git writes it, with some lines after the wanted objects.
  private static String body(String... more) {
    return packet("command=fetch")
        + packet("agent=git/2.39.5")
        + packet("object-format=sha1")
        + DELIMITER
        + packet("thin-pack")
        + packet("no-progress")
        + packet("ofs-delta")
        + packet("want " + A + "\n")
        + packet("want " + B + "\n")
        + String.join("", more)
        + packet("done\n")
        + FLUSH;
  }

  private static Optional<CloneRequest> read(String body) {
    return CloneRequest.of(body.getBytes(US_ASCII), false);
  }

  private static String key(String body) {
    return read(body).orElseThrow().key(WorkspaceId.DEFAULT, URL);
  }

  @Test
  void theRequestOfACloneIsRead() {
    var request = read(body()).orElseThrow();
    assertThat(request.wants()).containsExactly(A, B);
    assertThat(request.format()).isEqualTo("sha1");
    assertThat(request.offsets()).isTrue();
  }

  @Test
  void aCompressedBodyIsReadUpToALimit() throws IOException {
    assertThat(CloneRequest.of(zipped(body()), true)).isEqualTo(read(body()));
    var bomb = zipped(body(packet("want " + A + "\n").repeat(100_000)));
    assertThat((long) bomb.length).isLessThan(CloneRequest.LONGEST);
    assertThat(CloneRequest.of(bomb, true)).isEmpty();
    assertThat(CloneRequest.of(body().getBytes(US_ASCII), true)).isEmpty();
  }

  private static byte[] zipped(String text) throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var zip = new GZIPOutputStream(bytes)) {
      zip.write(text.getBytes(US_ASCII));
    }
    return bytes.toByteArray();
  }

  /// Each would change what the server sends.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "have aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "shallow aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "deepen 1",
        "deepen-since 1",
        "deepen-not main",
        "filter blob:none",
        "want-ref refs/heads/main",
        "include-tag",
        "sideband-all",
        "packfile-uris https",
        "wait-for-done",
        "want AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "want aaaaaaaa",
        "want  aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "something-new"
      })
  void aRequestWithMoreIsNotThatOfAClone(String line) {
    assertThat(read(body(packet(line)))).isEmpty();
    assertThat(read(body(packet(line + "\n")))).isEmpty();
  }

  @Test
  void anotherOrMalformedRequestIsNotThatOfAClone() {
    var whole = body();
    for (int end = 0; end < whole.length(); end++) {
      assertThat(read(whole.substring(0, end))).as("%d", end).isEmpty();
    }
    for (var other :
        List.of(
            whole + FLUSH,
            whole + whole,
            whole + "x",
            whole.replace("command=fetch", "command=catch"),
            whole.replace("agent=git/2.39.5", "other=git/2.39.5"),
            whole.replace("object-format=sha1", "object-format=sha2"),
            whole.replace(packet("done\n"), ""),
            whole.replace(DELIMITER, ""),
            whole.replace(DELIMITER, FLUSH),
            whole.replace(DELIMITER, "0002"),
            whole.replace(DELIMITER, "0003"),
            whole.replace(DELIMITER, "00g1"))) {
      assertThat(read(other)).as(other).isEmpty();
    }
  }

  @Test
  void requestsThatMayGetTheSamePackHaveTheSameKey() {
    var key = key(body());
    assertThat(key).matches("[0-9a-f]{64}");
    var other =
        packet("command=fetch\n")
            + packet("object-format=sha1\n")
            + packet("agent=git/9\n")
            + DELIMITER
            + packet("want " + B)
            + packet("ofs-delta\n")
            + packet("want " + A)
            + packet("want " + B)
            + packet("done")
            + FLUSH;
    assertThat(key(other)).isEqualTo(key);
    var request = read(body()).orElseThrow();
    assertThat(request.key(WorkspaceId.DEFAULT, RepositoryUrl.of(URL.value() + ".git")))
        .isEqualTo(key);
  }

  @Test
  void everythingThatMattersIsInTheKey() {
    var request = read(body()).orElseThrow();
    var keys = new HashSet<String>();
    keys.add(key(body()));
    keys.add(key(body().replace(packet("ofs-delta"), "")));
    keys.add(key(body().replace(packet("want " + B + "\n"), "")));
    keys.add(key(body(packet("want " + "c".repeat(40) + "\n"))));
    keys.add(request.key(new WorkspaceId("wrkspc_01Other"), URL));
    keys.add(
        request.key(WorkspaceId.DEFAULT, RepositoryUrl.of("https://git.example/acme/app-tools")));
    assertThat(keys).hasSize(6);
  }

  @Test
  void theServerIsAskedForBranchesAndTags() {
    assertThat(read(body()).orElseThrow().question())
        .isEqualTo(
            "0014command=ls-refs\n"
                + "0017object-format=sha1\n"
                + "0001"
                + "0014ref-prefix HEAD\n"
                + "001bref-prefix refs/heads/\n"
                + "001aref-prefix refs/tags/\n"
                + "0000");
  }

  /// An answer whose last packet is this.
  private static InputStream refs(String end, String... lines) {
    var text = new StringBuilder();
    for (var line : lines) {
      text.append(packet(line));
    }
    return new ByteArrayInputStream(text.append(end).toString().getBytes(US_ASCII));
  }

  @Test
  void everythingThatIsWantedMustBeABranchOrTagNow() throws IOException {
    var request = read(body()).orElseThrow();
    var a = A + " HEAD symref-target:refs/heads/main\n";
    var b = B + " refs/tags/v1\n";
    var c = "c".repeat(40) + " refs/heads/c " + B + "\n";
    assertThat(request.isShownBy(refs(FLUSH, a, b))).isTrue();
    assertThat(request.isShownBy(refs(FLUSH, b, c, a))).isTrue();
    assertThat(request.isShownBy(refs(FLUSH, a, c))).isFalse();
    assertThat(request.isShownBy(refs(FLUSH, a))).isFalse();
    assertThat(request.isShownBy(refs(FLUSH))).isFalse();
    assertThat(request.isShownBy(refs(FLUSH, "ERR " + A + " " + B))).isFalse();
    assertThat(request.isShownBy(refs("", a, b))).as("cut off").isFalse();
    assertThat(request.isShownBy(refs(""))).isFalse();
  }

  @Test
  void anAnswerThatIsNoneIsRefused() {
    var request = read(body()).orElseThrow();
    for (var text : List.of("000", "0003", "zzzz", "00ff" + A, "<html>")) {
      var in = new ByteArrayInputStream(text.getBytes(US_ASCII));
      assertThatThrownBy(() -> request.isShownBy(in)).isInstanceOf(IOException.class);
    }
  }
}
