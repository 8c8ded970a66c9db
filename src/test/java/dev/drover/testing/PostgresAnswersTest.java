package dev.drover.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PostgresAnswersTest {
  @Test
  void theAnswerIsFoundWhereverTheBytesAreParted() {
    var before = new ByteArrayOutputStream();
    before.write('N'); // no encryption
    before.writeBytes(message('R', "\0\0\0\0"));
    before.writeBytes(message('Z', "I"));
    before.writeBytes(message('C', "INSERT 0 1\0"));
    before.writeBytes(message('D', "C\0\0\0\13COMMIT\0")); // a row may look like an answer
    before.writeBytes(message('C', "COMMITTED\0"));
    var all = new ByteArrayOutputStream();
    all.writeBytes(before.toByteArray());
    all.writeBytes(message('C', "COMMIT\0"));
    all.writeBytes(message('Z', "I"));
    for (int first = 0; first < all.size(); first++) {
      for (int second = first; second < all.size(); second++) {
        var passed = passed(all.toByteArray(), first, second);
        assertThat(passed.length).isBetween(before.size(), before.size() + 11);
        assertThat(passed).startsWith(before.toByteArray());
      }
    }
  }

  @Test
  void eachTagIsAskedForOnceAndACommitSaysWhetherItInserted() {
    var tags = new ArrayList<String>();
    var answers = new PostgresAnswers(tag -> !tags.add(tag));
    for (var tag :
        List.of(
            "BEGIN",
            "INSERT 0 1",
            "COMMIT",
            "UPDATE 1",
            "COMMIT",
            "INSERT 0 1",
            "ROLLBACK",
            "COMMIT")) {
      for (byte one : message('C', tag + "\0")) {
        assertThat(answers.answered(new byte[] {one}, 1)).isEqualTo(1);
      }
    }
    assertThat(tags)
        .containsExactly(
            "BEGIN",
            "INSERT 0 1",
            "COMMIT of an INSERT",
            "UPDATE 1",
            "COMMIT",
            "INSERT 0 1",
            "ROLLBACK",
            "COMMIT");
  }

  @Test
  void encryptionIsRefused() {
    var answers = new PostgresAnswers(_ -> false);
    assertThatThrownBy(() -> answers.answered(new byte[] {'S'}, 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("encrypted");
  }

  private static byte[] passed(byte[] all, int... cuts) {
    var answers = new PostgresAnswers("COMMIT of an INSERT"::equals);
    var passed = new ByteArrayOutputStream();
    int begin = 0;
    for (int cut : new int[] {cuts[0], cuts[1], all.length}) {
      var part = Arrays.copyOfRange(all, begin, cut);
      int count = answers.answered(part, part.length);
      passed.write(part, 0, count);
      if (count < part.length) {
        return passed.toByteArray();
      }
      begin = cut;
    }
    throw new AssertionError("nothing was lost");
  }

  private static byte[] message(char type, String body) {
    var bytes = body.getBytes(StandardCharsets.ISO_8859_1);
    return ByteBuffer.allocate(bytes.length + 5)
        .put((byte) type)
        .putInt(bytes.length + 4)
        .put(bytes)
        .array();
  }
}
