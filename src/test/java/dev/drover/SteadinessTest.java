package dev.drover;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.drover.testing.DroverClient;
import dev.drover.testing.Script;
import dev.drover.testing.ScriptedMessages;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/// What a server holds does not grow with the turns it has served.
@Isolated("it counts what the whole process holds")
@Timeout(180)
@Tag("sandbox")
final class SteadinessTest {
  private static final int TURNS = 2_000;

  /// Turns in one session: a session's log does grow, so each few turns have one of their own.
  private static final int TURNS_EACH = 10;

  @TempDir Path data;

  private record Held(long descriptors, long threads, long heap, long children) {
    static Held now() {
      System.gc();
      var system = (UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
      return new Held(
          system.getOpenFileDescriptorCount(),
          ManagementFactory.getThreadMXBean().getThreadCount(),
          ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(),
          ProcessHandle.current().children().count());
    }
  }

  @Test
  void twoThousandChatTurnsLeaveNothingBehindAndStartNoProcess() throws Exception {
    try (var model = ScriptedMessages.start()) {
      model.otherwise(_ -> Script.reply().text("fine"));
      var settings =
          Map.of(
              "data", data.toString(),
              "port", "0",
              "anthropic.base_url", model.uri().toString());
      try (var drover = new Drover(Config.read(settings, Map.of()));
          var client = new DroverClient(drover.url(), drover.key().reveal())) {
        turns(model, client, TURNS / 4);
        var before = Held.now();
        turns(model, client, TURNS);
        var after = Held.now();
        assertThat(after.descriptors()).isLessThanOrEqualTo(before.descriptors() + 8);
        assertThat(after.threads()).isLessThanOrEqualTo(before.threads() + 4);
        assertThat(after.heap()).isLessThan(before.heap() + (12 << 20));
        assertThat(after.children()).isLessThanOrEqualTo(before.children());
        assertThat(data.resolve("hands").toFile().list((_, name) -> !name.startsWith(".")))
            .isEmpty();
        assertThat(data.resolve("workspaces").toFile().list()).isNullOrEmpty();
      }
    }
  }

  private static void turns(ScriptedMessages model, DroverClient client, int count)
      throws InterruptedException {
    for (int done = 0; done < count; done += TURNS_EACH) {
      var session = client.session("scripted");
      try (var stream = client.stream(session, "")) {
        for (int i = 0; i < TURNS_EACH; i++) {
          client.say(session, "turn " + i);
          stream.until("session.status_idle");
        }
        client.delete("/v1/sessions/" + session); // ends the stream on the server's side too
        stream.until("session.deleted");
      }
      model.forget();
    }
  }
}
