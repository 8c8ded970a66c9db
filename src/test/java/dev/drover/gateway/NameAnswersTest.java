package dev.drover.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.catalog.Environment.Networking;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class NameAnswersTest {
  private static final int A = 1;
  private static final int AAAA = 28;
  private static final int HTTPS = 65;
  private static final int TXT = 16;

  private final RefusalRing refused = new RefusalRing();
  private final NameAnswers answers =
      new NameAnswers(
          new Policy(
              new Networking.Limited(List.of("a.example", "*.corp.example"), false, false),
              NetworkRules.NONE),
          refused);

  private static byte[] question(String name, int type) {
    var out = ByteBuffer.allocate(600);
    out.putShort((short) 0xbeef).putShort((short) 0x0100).putShort((short) 1).putShort((short) 0);
    out.putInt(0);
    for (var label : name.split("\\.", -1)) {
      out.put((byte) label.length()).put(label.getBytes(StandardCharsets.ISO_8859_1));
    }
    out.put((byte) 0).putShort((short) type).putShort((short) 1);
    var bytes = new byte[out.position()];
    out.flip().get(bytes);
    return bytes;
  }

  private String code(byte[] message) {
    var answer = ByteBuffer.wrap(answers.to(message).orElseThrow());
    assertThat(answer.getShort(0)).isEqualTo(ByteBuffer.wrap(message).getShort(0));
    assertThat(answer.getShort(2) & 0x8080).isEqualTo(0x8080);
    return (answer.get(3) & 15) + "/" + answer.getShort(6);
  }

  @ParameterizedTest
  @CsvSource({
    "a.example, 1, 0/1",
    "A.EXAMPLE, 1, 0/1",
    "x.y.corp.example, 1, 0/1",
    "a.example, 28, 0/0",
    "a.example, 65, 0/0",
    "a.example, 16, 0/0",
    "corp.example, 1, 3/0",
    "evil.example, 1, 3/0",
    "evil.example, 16, 3/0",
    "secret-in-a-name.evil.example, 1, 3/0",
    "localhost, 1, 3/0",
    "127.0.0.1, 1, 3/0",
    "a_b.corp.example, 1, 3/0",
    "a b.corp.example, 1, 3/0"
  })
  void aNameThatMayBeReachedHasTheAddressOfTheListenersAndNoOtherExists(
      String name, int type, String expected) {
    assertThat(code(question(name, type))).isEqualTo(expected);
  }

  @Test
  void anAnswerRepeatsTheQuestionAndHasOneAddress() {
    assertThat(HexFormat.of().formatHex(answers.to(question("a.Example", A)).orElseThrow()))
        .isEqualTo(
            "beef81800001000100000000"
                + "0161074578616d706c650000010001"
                + "c00c000100010000000100047f000002");
  }

  @Test
  void refusedNamesAreExplainedIfAnAddressWasWanted() {
    code(question("evil.example", A));
    code(question("evil.example", AAAA));
    code(question("other.example", TXT));
    code(question("other.example", HTTPS));
    assertThat(refused.take())
        .containsExactly(
            "evil.example was refused: it is not in this environment's allowed hosts (a.example,"
                + " *.corp.example). Do not retry; tell the user if it is needed");
  }

  @Test
  void onlyTheNewestRefusalsAreKept() {
    for (int i = 0; i < 100; i++) {
      code(question("h" + i + ".evil.example", A));
    }
    assertThat(refused.take()).hasSize(32).last().asString().startsWith("h99.");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "beef010000020000000000000161000001000101610000010001", // two questions
        "beef01000000000000000000", // none
        "beef010000010001000000000161000001000100", // with an answer
        "beef01000001000000000000c00c00010001", // a pointer
        "beef0100000100000000000040" // a label that is too long
            + "6161616161616161616161616161616161616161616161616161616161616161"
            + "61616161616161616161616161616161616161616161616161616161616161610000010001",
        "beef010000010000000000000161", // cut off
        "beef01000001000000000000016100", // without a type
        "beef010000010000000000000a61"
      })
  void aMalformedQuestionIsAFormatError(String hex) {
    assertThat(code(HexFormat.of().parseHex(hex))).isEqualTo("1/0");
  }

  @Test
  void otherMessagesAreNotImplementedOrIgnored() {
    var update = question("a.example", A);
    update[2] = 0x28;
    assertThat(code(update)).isEqualTo("4/0");
    var response = question("a.example", A);
    response[2] = (byte) 0x81;
    assertThat(answers.to(response)).isEmpty();
    assertThat(answers.to(new byte[11])).isEmpty();
    var chaos = question("a.example", A);
    chaos[chaos.length - 1] = 3;
    assertThat(code(chaos)).isEqualTo("3/0");
  }

  @Test
  void randomMessagesGetAShortAnswerOrNone() {
    var random = new Random(5);
    for (int i = 0; i < 20_000; i++) {
      var message = new byte[random.nextInt(80)];
      random.nextBytes(message);
      if (message.length > 5 && random.nextBoolean()) {
        message[2] = 1;
        message[4] = 0;
        message[5] = 1;
      }
      answers
          .to(message)
          .ifPresent(answer -> assertThat(answer).hasSizeLessThanOrEqualTo(message.length + 16));
    }
  }
}
