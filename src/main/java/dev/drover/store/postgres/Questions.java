package dev.drover.store.postgres;

import dev.drover.session.EventId;
import dev.drover.session.SessionId;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/// The open questions of this node to the other nodes: which events their listeners have received.
/// Safe for many threads.
final class Questions {
  private static final System.Logger LOG = System.getLogger(Questions.class.getName());

  /// How long a question waits: many times as long as a hint and its answer take, because a stream
  /// that does not wait for an answer may repeat a turn. A node that has died is waited for until
  /// the others notice it.
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  /// The maximum number of events in one question, so that they fit into a hint.
  private static final int EVENTS = 50;

  private static final String SEPARATOR = ",";

  private final AtomicLong numbers = new AtomicLong();
  private final Map<Long, Asked> asked = new ConcurrentHashMap<>();

  private record Asked(CountDownLatch answers, Set<EventId> heard) {}

  /// Sends a hint.
  @FunctionalInterface
  interface Sender {
    void send(String line);
  }

  /// Asks the other nodes, and waits for their answers for a limited time.
  ///
  /// @param others the number of other nodes
  /// @param self the id of this node in its questions
  Set<EventId> ask(
      SessionId session, List<EventId> events, int others, String self, Sender sender) {
    long number = numbers.incrementAndGet();
    var question = new Asked(new CountDownLatch(others), ConcurrentHashMap.newKeySet());
    asked.put(number, question);
    try {
      var last = events.subList(Math.max(0, events.size() - EVENTS), events.size());
      sender.send("q " + session + " " + self + " " + number + " " + write(last));
      boolean all = question.answers.await(PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
      if (!all) {
        LOG.log(Level.DEBUG, "not every node has answered about the streams of session " + session);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } finally {
      asked.remove(number);
    }
    return new HashSet<>(question.heard);
  }

  /// Answers another node's question.
  ///
  /// @param more the text after the session in the hint
  static void answer(SessionId session, String more, Hints.Hearer hearer, Sender sender) {
    var words = more.split(" ", 3);
    if (words.length == 3) {
      Thread.ofVirtual() // the lookup may wait
          .name("hints-answer")
          .start(
              () -> {
                var heard = hearer.heard(session, read(words[2]));
                sender.send("a " + session + " " + words[0] + " " + words[1] + " " + write(heard));
              });
    }
  }

  /// Receives an answer, if it is for this node.
  void answered(String more, String self) {
    var words = more.split(" ", 3);
    if (words.length == 3 && words[0].equals(self) && words[1].matches("\\d{1,18}")) {
      var question = asked.get(Long.parseLong(words[1]));
      if (question != null) {
        question.heard.addAll(read(words[2]));
        question.answers.countDown();
      }
    }
  }

  private static String write(Iterable<EventId> events) {
    var text = new StringBuilder();
    events.forEach(event -> text.append(event.value()).append(SEPARATOR));
    return text.toString();
  }

  private static List<EventId> read(String text) {
    return Arrays.stream(text.split(SEPARATOR, -1))
        .filter(id -> !id.isEmpty())
        .map(EventId::new)
        .collect(Collectors.toUnmodifiableList());
  }
}
