package dev.drover.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import com.anthropic.core.http.StreamResponse;
import com.anthropic.models.beta.sessions.events.BetaManagedAgentsStreamSessionEvents;
import com.anthropic.models.beta.sessions.events.EventSendParams;
import dev.drover.testing.Deployment;
import dev.drover.testing.Script;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Programs that send first and open the stream afterwards, as many public ones do, and programs
/// that open it first, against a model that answers at once.
@Timeout(180)
@Tag("database")
@Tag("sandbox")
@Tag("sdk")
final class SendFirstTest {
  private static final int TURNS = 5;

  @TempDir Path data;

  private static void send(Rig rig, String session, String text) {
    rig.client
        .beta()
        .sessions()
        .events()
        .send(EventSendParams.builder().sessionId(session).addEvent(Talk.message(text)).build());
  }

  /// The texts of the replies that a stream shows until the session is idle; no event twice.
  private static List<String> untilIdle(
      StreamResponse<BetaManagedAgentsStreamSessionEvents> stream, String sent) {
    var replies = new ArrayList<String>();
    var seen = new HashSet<String>();
    boolean queued = false;
    var events = stream.stream().iterator();
    while (events.hasNext()) {
      var event = events.next();
      assertThat(seen.add(Witness.json(event).toString())).isTrue();
      if (event.isUserMessage() && event.asUserMessage().processedAt().isEmpty()) {
        queued = true;
        assertThat(event.asUserMessage().content().getFirst().asText().text()).isEqualTo(sent);
      }
      if (event.isAgentMessage()) {
        replies.add(event.asAgentMessage().content().getFirst().asText().text());
      }
      if (event.isSessionStatusIdle()) {
        break;
      }
    }
    assertThat(queued).as("%s %s", sent, seen).isTrue();
    return replies;
  }

  @ParameterizedTest
  @EnumSource
  void everyStreamThatIsOpenedAfterASendShowsItsTurnWhole(Deployment deployment) throws Exception {
    try (var rig = new Rig(deployment, data)) {
      var session = rig.session();
      for (int i = 0; i < TURNS; i++) {
        rig.model.script(Script.reply().text("reply " + i));
        send(rig, session, "question " + i);
        try (var stream = rig.client.beta().sessions().events().streamStreaming(session)) {
          assertThat(untilIdle(stream, "question " + i)).containsExactly("reply " + i);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"SQLITE", "TWO_NODES"})
  void everyStreamThatIsOpenedBeforeASendShowsItsTurnAlone(Deployment deployment) throws Exception {
    try (var rig = new Rig(deployment, data)) {
      var session = rig.session();
      for (int i = 0; i < TURNS; i++) {
        rig.model.script(Script.reply().text("reply " + i));
        try (var stream = rig.client.beta().sessions().events().streamStreaming(session)) {
          send(rig, session, "question " + i);
          assertThat(untilIdle(stream, "question " + i)).containsExactly("reply " + i);
        }
      }
    }
  }
}
