package dev.drover.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

final class PacketMeterTest {
  /// What is passed on of a response that arrives in pieces of a size, and how that ends.
  private record Run(String text, boolean exceeded, boolean betweenPackets) {}

  private static Run run(boolean advertisement, long most, String response, int size)
      throws IOException {
    var out = new ByteArrayOutputStream();
    var meter =
        new PacketMeter(
            advertisement,
            most,
            piece -> {
              var some = new byte[piece.remaining()];
              piece.get(some);
              out.writeBytes(some);
            });
    var bytes = response.getBytes(ISO_8859_1);
    for (int from = 0; from < bytes.length; from += size) {
      meter.accept(ByteBuffer.wrap(bytes, from, Math.min(size, bytes.length - from)));
    }
    return new Run(out.toString(ISO_8859_1), meter.isExceeded(), meter.isBetweenPackets());
  }

  private static String packet(String content) {
    return "%04x%s".formatted(content.length() + Packet.DIGITS, content);
  }

  private static void assertRun(boolean advertisement, long most, String response, Run expected)
      throws IOException {
    for (int size : new int[] {1, 3, 7, 100_000}) {
      assertThat(run(advertisement, most, response, size)).isEqualTo(expected);
    }
  }

  @Test
  void linesAreMeasuredAndThoseAfterTheLimitAreLeftOut() throws Exception {
    var line = packet("0123456789abcdef ref\n");
    assertRun(false, 75, line.repeat(3), new Run(line.repeat(3), false, true));
    assertRun(false, 74, line.repeat(9), new Run(line.repeat(3), true, true));
    assertRun(
        false,
        74,
        line.repeat(2) + "0000" + line,
        new Run(line.repeat(2) + "0000" + line, true, true));
    assertRun(false, 15, "0000".repeat(9), new Run("0000".repeat(4), true, true));
    assertRun(false, 15, "0004".repeat(9), new Run("0004".repeat(4), true, true));
  }

  @Test
  void packsAndMessagesAreNotMeasured() throws Exception {
    var response =
        packet("NAK\n")
            + packet("\1" + "p".repeat(60_000))
            + packet("\2message")
            + packet("\3error")
            + "0000";
    assertRun(false, 12, response, new Run(response, false, true));
    var old = packet("NAK\n") + "PACK" + "x".repeat(1_000);
    assertRun(false, 12, old, new Run(old, false, false));
  }

  @Test
  void ofAnAdvertisementAllIsMeasured() throws Exception {
    var one = packet("\1" + "p".repeat(40));
    assertRun(true, 100, one.repeat(9), new Run(one.repeat(3), true, true));
    var page = "no packets ".repeat(100);
    for (int size : new int[] {1, 7, 100_000}) {
      var run = run(true, 100, page, size);
      assertThat(run.exceeded()).isTrue();
      assertThat(run.betweenPackets()).isFalse();
      assertThat(page).startsWith(run.text());
    }
  }

  @Test
  void aPacketThatIsCutOffIsPassedOn() throws Exception {
    assertRun(false, 9, "00", new Run("00", false, false));
    assertRun(false, 99, "0009abc", new Run("0009abc", false, false));
  }
}
