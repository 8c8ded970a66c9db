package dev.drover.model.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.model.Answer;
import dev.drover.model.Listener;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Replies that are cut, torn, padded and damaged in every way that chance finds: each comes to a
/// defined answer. No hang, no exception, and nothing made up of half a reply. `-Ddrover.fuzz.seed`
/// looks elsewhere.
@Timeout(120)
public abstract class WireFuzz {
  private static final long SEED = Long.getLong("drover.fuzz.seed", 20261126);
  private static final int REPLIES = 50;

  private final Random random = new Random(SEED);

  protected abstract Supplier<ReplyBuilder> replies();

  /// The events of a whole reply, each with its blank line.
  protected abstract List<String> reply(Random random);

  private List<List<String>> samples() {
    var replies = new ArrayList<List<String>>();
    for (int i = 0; i < REPLIES; i++) {
      replies.add(reply(random));
    }
    return replies;
  }

  private Answer read(FakeBody body, int... sizes) throws InterruptedException {
    return body.read(replies(), sizes);
  }

  private Answer.Reply whole(List<String> events) throws InterruptedException {
    return switch (read(FakeBody.stream(String.join("", events)), Integer.MAX_VALUE)) {
      case Answer.Reply reply -> reply;
      case Answer.Failure failure ->
          throw new AssertionError("seed " + SEED + ": " + failure + " of " + events);
    };
  }

  /// A connection that is lost gives the whole reply or none; a body that ends in good order may
  /// give the blocks that were whole by then, and no other.
  @Test
  void aReplyThatIsCutAtAnyByteIsWholeOrNone() throws Exception {
    for (var events : samples()) {
      var whole = whole(events).content();
      var body = FakeBody.stream(String.join("", events));
      for (int length = 0; length < body.bytes().length; length++) {
        var lost = read(body.cutAfter(length), Integer.MAX_VALUE);
        if (defined(lost) instanceof Answer.Reply reply) {
          assertThat(reply.content()).as("seed %d, byte %d", SEED, length).isEqualTo(whole);
        }
        if (defined(read(body.endedAfter(length), Integer.MAX_VALUE))
            instanceof Answer.Reply part) {
          for (var block : part.content().items()) {
            boolean text = block.toString().contains("\"type\":\"text\"");
            assertThat(text || whole.items().contains(block))
                .as("seed %d, byte %d: %s of %s", SEED, length, block, events)
                .isTrue();
          }
        }
        defined(read(body.endedAfter(length).unmeasured(), Integer.MAX_VALUE));
      }
    }
  }

  @Test
  void theBordersOfChunksChangeNothing() throws Exception {
    for (var events : samples()) {
      var whole = whole(events);
      var body = FakeBody.stream(String.join("", events));
      assertThat(read(body, 1)).as("seed %d", SEED).isEqualTo(whole);
      for (int round = 0; round < 20; round++) {
        var sizes = random.ints(7, 1, 40).toArray();
        assertThat(read(body, sizes)).as("seed %d", SEED).isEqualTo(whole);
      }
    }
  }

  @Test
  void whatTheRulesAllowBetweenEventsChangesNothing() throws Exception {
    var noise =
        List.of(
            ": comment\n\n",
            "event: ping\ndata: {\"type\":\"ping\"}\n\n",
            "event: keepalive\ndata: x\n\n",
            "data:\n\n",
            "\n\n",
            "id: 1\nretry: 2\n\n",
            "data: {\"type\":\"of the future\"}\n\n");
    for (var events : samples()) {
      var whole = whole(events);
      for (int round = 0; round < 20; round++) {
        var padded = new StringBuilder(random.nextBoolean() ? "\uFEFF" : "");
        for (var event : events) {
          padded.append(random.nextInt(3) == 0 ? noise.get(random.nextInt(noise.size())) : "");
          padded.append(event);
        }
        var text = padded.toString();
        text = random.nextInt(3) == 0 ? text.replace("\n", "\r\n") : text;
        text = random.nextInt(4) == 0 ? text.replace("data: ", "data:") : text;
        var answer = read(FakeBody.stream(text), random.ints(5, 1, 90).toArray());
        assertThat(answer).as("seed %d: %s", SEED, text).isEqualTo(whole);
      }
    }
  }

  @Test
  void damageEndsInADefinedAnswer() throws Exception {
    for (var events : samples()) {
      for (int round = 0; round < 100; round++) {
        var body = FakeBody.stream(damaged(events));
        var bytes = body.bytes();
        for (int i = random.nextInt(4); i > 0 && bytes.length > 0; i--) {
          bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        try {
          defined(read(body, random.ints(5, 1, 200).toArray()));
        } catch (RuntimeException | StackOverflowError e) {
          var text = new String(bytes, StandardCharsets.UTF_8);
          throw new AssertionError("seed " + SEED + ": " + text, e);
        }
      }
    }
  }

  /// Events lost, doubled, exchanged, or without what lies between them.
  private String damaged(List<String> events) {
    var all = new ArrayList<>(events);
    for (int i = random.nextInt(4); i > 0 && all.size() > 1; i--) {
      int one = random.nextInt(all.size());
      int other = random.nextInt(all.size());
      switch (random.nextInt(4)) {
        case 0 -> all.remove(one);
        case 1 -> all.add(other, all.get(one));
        case 2 -> all.set(one, all.set(other, all.get(one)));
        default -> all.set(one, all.get(one).stripTrailing());
      }
    }
    return String.join("", all);
  }

  /// A failure says what happened; a reply's flaws lie within it.
  private static Answer defined(Answer answer) {
    switch (answer) {
      case Answer.Failure failure ->
          assertThat(failure.message()).isNotBlank().hasSizeLessThan(500);
      case Answer.Reply reply -> {
        assertThat(reply.stopReason()).isNotBlank();
        assertThat(reply.flaws().unreadable().keySet())
            .allMatch(index -> index < reply.content().items().size());
      }
    }
    return answer;
  }

  /// Pieces of a text, which may be cut anywhere.
  protected static List<String> pieces(String text, Random random) {
    var pieces = new ArrayList<String>();
    for (int from = 0; from < text.length(); ) {
      int to = Math.min(text.length(), from + 1 + random.nextInt(text.length()));
      pieces.add(text.substring(from, to));
      from = to;
    }
    return pieces;
  }

  protected static <T> T pick(List<T> choices, Random random) {
    return choices.get(random.nextInt(choices.size()));
  }

  protected static final List<String> TEXTS =
      List.of("Hi", "äöü 漢字 🦆", "a \"quoted\" \\ line\nand another", "{\"x\":1}", "[DONE]");

  protected static final List<String> INPUTS =
      List.of(
          "{}",
          "{\"command\":\"ls -l\"}",
          "{\"a\":[1,2,{\"b\":null}],\"c\":1.50}",
          "{\"text\":\"🦆 \\ud83d\\ude00 \\\\ \\n\"}");

  protected static final Listener DEAF = Listener.DEAF;
}
