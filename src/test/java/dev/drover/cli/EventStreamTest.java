package dev.drover.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.cli.EventStream.Frame;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class EventStreamTest {
  private static List<Frame> read(String text) throws IOException {
    var frames = new ArrayList<Frame>();
    try (var stream =
        new EventStream(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)))) {
      for (var frame = stream.next(); frame.isPresent(); frame = stream.next()) {
        frames.add(frame.get());
      }
    }
    return frames;
  }

  @Test
  void eventsAreReadWhateverTheirLinesEndWith() throws IOException {
    assertThat(read("event: a\ndata: 1\n\nevent:b\r\ndata:  2\r\n\r\nevent: c\rdata:3\r\r"))
        .containsExactly(new Frame("a", "1"), new Frame("b", " 2"), new Frame("c", "3"));
  }

  @Test
  void linesOfDataAreJoined() throws IOException {
    assertThat(read("data: 1\ndata\ndata: 2\n\n")).containsExactly(new Frame("message", "1\n\n2"));
  }

  @Test
  void commentsPingsUnknownFieldsAndEmptyEventsAreLeftOut() throws IOException {
    assertThat(
            read(
                ":\n\n: hi\n\nevent: ping\ndata: {}\n\nevent: x\n\n"
                    + "id: 7\nretry: 1\nevent: a\ndata: 1\n\n"))
        .containsExactly(new Frame("a", "1"));
  }

  @Test
  void anEventThatWasCutOffIsNotOne() throws IOException {
    assertThat(read("event: a\ndata: 1\n")).isEmpty();
  }
}
