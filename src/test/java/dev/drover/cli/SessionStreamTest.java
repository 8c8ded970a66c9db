package dev.drover.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.cli.SessionStream.Frame;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SessionStreamTest {
  private static List<Frame> read(String text) throws Exception {
    var frames = new ArrayList<Frame>();
    var bytes = new ArrayDeque<>(List.of(text.getBytes(StandardCharsets.UTF_8)));
    try (var stream = new SessionStream(bytes::poll, bytes::clear)) {
      for (var frame = stream.next(); frame.isPresent(); frame = stream.next()) {
        frames.add(frame.get());
      }
    }
    return frames;
  }

  @Test
  void eventsAreReadWhateverTheirLinesEndWith() throws Exception {
    assertThat(read("event: a\ndata: 1\n\nevent:b\r\ndata:  2\r\n\r\nevent: c\rdata:3\r\r"))
        .containsExactly(new Frame("a", "1"), new Frame("b", " 2"), new Frame("c", "3"));
  }

  @Test
  void linesOfDataAreJoined() throws Exception {
    assertThat(read("data: 1\ndata\ndata: 2\n\n")).containsExactly(new Frame("message", "1\n\n2"));
  }

  @Test
  void commentsPingsUnknownFieldsAndEmptyEventsAreLeftOut() throws Exception {
    assertThat(
            read(
                ":\n\n: hi\n\nevent: ping\ndata: {}\n\nevent: x\n\n"
                    + "id: 7\nretry: 1\nevent: a\ndata: 1\n\n"))
        .containsExactly(new Frame("a", "1"));
  }

  @Test
  void anEventThatWasCutOffIsNotOne() throws Exception {
    assertThat(read("event: a\ndata: 1\n")).isEmpty();
  }
}
