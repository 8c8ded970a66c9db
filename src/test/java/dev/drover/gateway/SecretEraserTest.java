package dev.drover.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Secret;
import dev.drover.base.SecretForms;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class SecretEraserTest {
  private static final Secret SECRET = new Secret("gh\"p_Ab+/9zZ~é");

  /// What comes of bytes that arrive in these pieces, and whether a secret was in them.
  private record Run(String text, boolean found) {}

  private static Run run(List<Secret> secrets, byte[] bytes, int... ends) throws IOException {
    var out = new ByteArrayOutputStream();
    var eraser =
        new SecretEraser(
            secrets,
            piece -> {
              var some = new byte[piece.remaining()];
              piece.get(some);
              out.writeBytes(some);
            });
    int from = 0;
    for (int end : ends) {
      eraser.accept(ByteBuffer.wrap(bytes, from, end - from));
      from = end;
    }
    eraser.accept(ByteBuffer.wrap(bytes, from, bytes.length - from));
    eraser.end();
    return new Run(out.toString(UTF_8), eraser.hasFound());
  }

  @Test
  void everyFormIsErasedWhereverItIsCut() throws Exception {
    for (var form : new SecretForms(List.of(SECRET)).all()) {
      var bytes = ("before " + form + " after").getBytes(UTF_8);
      var clean = "before " + "*".repeat(form.getBytes(UTF_8).length) + " after";
      for (int at = 0; at <= bytes.length; at++) {
        assertThat(run(List.of(SECRET), bytes, at)).isEqualTo(new Run(clean, true));
      }
      var each = new int[bytes.length];
      Arrays.setAll(each, i -> i);
      assertThat(run(List.of(SECRET), bytes, each)).isEqualTo(new Run(clean, true));
    }
  }

  @Test
  void secretsSideBySideAreErasedAndNothingElse() throws Exception {
    var one = new Secret("secret-one");
    var two = new Secret("secret-one-and-two");
    var text = "secret-on secret-onesecret-one-and-twosecret-one secret-tw";
    var clean = "secret-on " + "*".repeat(38) + " secret-tw";
    for (int at = 0; at < text.length(); at++) {
      assertThat(run(List.of(one, two), text.getBytes(UTF_8), at)).isEqualTo(new Run(clean, true));
    }
  }

  @Test
  void otherBytesStayAsTheyAre() throws Exception {
    var random = new Random(5);
    var text = new StringBuilder();
    random.ints(100_000, 0, 128).forEach(one -> text.append((char) one));
    var ends = random.ints(50, 0, text.length()).sorted().toArray();
    assertThat(run(List.of(SECRET), text.toString().getBytes(UTF_8), ends))
        .isEqualTo(new Run(text.toString(), false));
  }

  /// They would be found by chance where there is no secret.
  @Test
  void shortSecretsAreNotSearchedFor() throws Exception {
    var text = "1234567";
    assertThat(run(List.of(new Secret(text)), text.getBytes(UTF_8)))
        .isEqualTo(new Run(text, false));
  }
}
