package dev.drover;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.testing.DroverClient;
import dev.drover.testing.LiveObjects;
import dev.drover.testing.Script;
import dev.drover.testing.ScriptedMessages;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/// Sessions that rest take no memory of the server: after thousands of them, each with one turn, no
/// map has an entry for each. The JVM counts the objects of every class, so a new map is counted,
/// too.
@Isolated("it counts the objects of the whole process")
@Timeout(600)
@Tag("database")
@Tag("sandbox")
@Tag("proof")
final class ShortSessionsTest {
  /// Sessions before the first count: what is bounded is full by then, or has fewer entries than
  /// [#MOST].
  private static final int BEFORE = 400;

  private static final int SESSIONS = 2_000;

  /// The sessions that are at work at the same time.
  private static final int TOGETHER = 50;

  /// How many more objects of a class may be there: fewer than one for every tenth session.
  private static final long MOST = SESSIONS / 10;

  /// Classes of the JDK with an object for each entry of a map or a queue, and for each thread.
  private static final String ENTRIES =
      "java\\.util\\.(HashMap\\$Node|LinkedHashMap\\$Entry|TreeMap\\$Entry"
          + "|concurrent\\.(ConcurrentHashMap\\$Node|ConcurrentSkipListMap\\$Node"
          + "|ConcurrentLinkedQueue\\$Node|LinkedBlockingQueue\\$Node|locks\\.ReentrantLock"
          + "|CompletableFuture))"
          + "|java\\.lang\\.(VirtualThread|ThreadLocal\\$ThreadLocalMap\\$Entry)";

  private static final Json.Obj MESSAGE =
      Json.obj("type", "user.message", "content", List.of(Json.obj("type", "text", "text", "Hi")));

  @TempDir private Path data;

  @Test
  void restingSessionsTakeNoMemory() throws Exception {
    try (var model = ScriptedMessages.start()) {
      model.otherwise(_ -> Script.reply().text("fine"));
      var settings =
          Map.of(
              "data", data.toString(),
              "port", "0",
              "anthropic.base_url", model.uri().toString());
      try (var drover = new Drover(Config.read(settings, Map.of()));
          var client = new DroverClient(drover.url(), drover.key().reveal())) {
        var session = client.another(client.session("scripted"), MESSAGE);
        sessions(model, client, session, BEFORE);
        var before = LiveObjects.now();
        sessions(model, client, session, SESSIONS);
        assertThat(risen(before)).as("objects that are left of %,d sessions", SESSIONS).isEmpty();
      }
    }
  }

  /// The classes that have too many more objects, those of the tests aside.
  private static Map<String, Long> risen(LiveObjects before) throws Exception {
    var risen = new TreeMap<>(LiveObjects.now().moreThan(before));
    risen.values().removeIf(more -> more < MOST);
    risen
        .keySet()
        .removeIf(
            name ->
                !(name.startsWith("dev.drover.") || name.matches(ENTRIES))
                    || name.startsWith("dev.drover.testing."));
    return risen;
  }

  /// Sessions with one turn each: every third is archived, every third deleted, and the others are
  /// left as they are.
  private static void sessions(
      ScriptedMessages model, DroverClient client, Json.Obj session, int count) {
    for (int done = 0; done < count; done += TOGETHER) {
      var ids = new ArrayList<String>();
      for (int i = 0; i < TOGETHER; i++) {
        ids.add(String.valueOf(client.post("/v1/sessions", session).text("id")));
      }
      for (int i = 0; i < ids.size(); i++) {
        end(client, ids.get(i), i % 3);
      }
      model.forget();
    }
  }

  private static void end(DroverClient client, String id, int how) {
    if (!client.types(id).getLast().equals("session.status_idle")) {
      client.awaitIdle(id);
    }
    if (how == 0) {
      client.post("/v1/sessions/" + id + "/archive", Json.EMPTY);
    } else if (how == 1) {
      client.delete("/v1/sessions/" + id);
    }
  }
}
