package dev.drover.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.models.beta.sessions.events.EventListParams;
import com.anthropic.models.beta.sessions.events.EventSendParams;
import dev.drover.testing.Deployment;
import dev.drover.testing.FaultProxy;
import dev.drover.testing.Script;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The server has committed, its answer gets lost, and the vendor's client tries again by itself:
/// there is one message, on two nodes, too, each of which gets its share of the tries. For the
/// TypeScript client see `families/errors.mjs`.
@Timeout(60)
@Tag("database")
@Tag("sandbox")
@Tag("sdk")
final class LostAnswerTest {
  @ParameterizedTest
  @EnumSource(names = {"SQLITE", "TWO_NODES"})
  void aSendWhoseAnswerIsLostTwiceLeavesOneMessage(Deployment deployment, @TempDir Path data)
      throws Exception {
    try (var rig = new Rig(deployment, data);
        var proxy = FaultProxy.http(rig.drover.url())) {
      rig.model.otherwise(_ -> Script.reply().text("ok"));
      var session = rig.session();
      var client =
          AnthropicOkHttpClient.builder()
              .baseUrl(proxy.url().toString())
              .apiKey(rig.drover.key().reveal())
              .timeout(Duration.ofSeconds(30))
              .build();
      var events = client.beta().sessions().events();
      for (int lost = 1; lost <= 2; lost++) {
        proxy.loseAnswers("POST /v1/sessions/" + session + "/events", lost);
        var answer =
            events.send(
                EventSendParams.builder()
                    .sessionId(session)
                    .addEvent(Talk.message("message " + lost))
                    .build());
        assertThat(answer.data().orElseThrow()).hasSize(1);
      }
      assertThat(proxy.lost()).isEqualTo(3);
      var listed = EventListParams.builder().sessionId(session).limit(1000).build();
      assertThat(
              rig.beta.sessions().events().list(listed).autoPager().stream()
                  .filter(event -> event.isUserMessage()))
          .hasSize(2);
      client.close();
    }
  }
}
