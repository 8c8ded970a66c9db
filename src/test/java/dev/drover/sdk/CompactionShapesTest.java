package dev.drover.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.helpers.BetaMessageAccumulator;
import com.anthropic.models.beta.messages.BetaCompactionConfig;
import com.anthropic.models.beta.messages.BetaMessage;
import com.anthropic.models.beta.messages.MessageCreateParams;
import dev.drover.base.Json;
import dev.drover.model.Answer;
import dev.drover.model.Listener;
import dev.drover.model.Prompt;
import dev.drover.model.anthropic.MessagesModel;
import dev.drover.model.http.ApiKey;
import dev.drover.model.http.Timeouts;
import dev.drover.testing.CompactingService;
import dev.drover.testing.ScriptedMessages;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The vendor's client and Drover speak the same way with a server that makes compaction blocks:
/// what the tests take for that server's form is the form of the client's types.
@Timeout(60)
@Tag("sdk")
final class CompactionShapesTest {
  private static final String MODEL = "claude-opus-5-5";
  private static final String INSTRUCTIONS = "Keep the names.";

  private final ScriptedMessages server = ScriptedMessages.start();

  private static MessageCreateParams.Builder request() {
    return MessageCreateParams.builder()
        .model(MODEL)
        .maxTokens(1_000)
        .addBeta(CompactingService.BETA);
  }

  private static Prompt prompt(Json.Arr messages) {
    return new Prompt(MODEL, 1_000, Optional.empty(), Json.arr(), Json.arr(), messages);
  }

  private static Json.Obj user(String text) {
    return Json.obj("role", "user", "content", text);
  }

  @Test
  void theClientOfTheVendorAndDroverSendAndReadTheSame() throws Exception {
    server.otherwise(new CompactingService(40_000, 1, "no summary"));
    var client =
        AnthropicOkHttpClient.builder()
            .baseUrl(server.uri().toString())
            .apiKey("key")
            .timeout(Duration.ofSeconds(30))
            .maxRetries(0)
            .build();
    try (var model =
        new MessagesModel(
            server.uri(), new ApiKey("key"), Timeouts.DEFAULT, InstantSource.system())) {
      var message =
          read(
              client,
              request()
                  .addUserMessage("Hi")
                  .compaction(BetaCompactionConfig.builder().instructions(INSTRUCTIONS).build())
                  .build());
      var own =
          (Answer.Reply)
              model.answer(prompt(Json.arr(user("Hi"))).compacting(INSTRUCTIONS), Listener.DEAF);
      assertSameRequests(1, 2);
      assertThat(message.stopReason().orElseThrow().asString()).isEqualTo(own.stopReason());
      var block = message.content().getFirst().asCompaction().validate();
      var read = (Json.Obj) own.content().items().getFirst();
      assertThat(block.content().orElseThrow()).startsWith("Goal: the report.");
      assertThat(block.encryptedContent()).isPresent();
      assertThat(read.fields().keySet())
          .containsExactlyInAnyOrder("type", "content", "encrypted_content", "signature");
      var iteration = message.usage().iterations().orElseThrow().getFirst();
      assertThat(iteration.validate().toString())
          .contains("inputTokens=" + own.usage().inputTokens());
      read(client, request().addMessage(message).addUserMessage("Go on").build());
      var back = Json.obj("role", "assistant", "content", Json.arr(sent(3)));
      var next = Json.arr(back, user("Go on"));
      model.answer(prompt(next), Listener.DEAF);
      assertSameRequests(3, 4);
    } finally {
      client.close();
      server.close();
    }
  }

  private static BetaMessage read(
      com.anthropic.client.AnthropicClient client, MessageCreateParams params) {
    var all = BetaMessageAccumulator.create();
    try (var stream = client.beta().messages().createStreaming(params)) {
      stream.stream().forEach(all::accumulate);
    }
    return all.message();
  }

  /// The block with which a request begins.
  private Json sent(int request) throws InterruptedException {
    var first = (Json.Obj) server.request(request).body().items("messages").getFirst();
    return first.items("content").getFirst();
  }

  private void assertSameRequests(int client, int own) throws InterruptedException {
    var one = server.request(client);
    var other = server.request(own);
    assertThat(other.headers().get("anthropic-beta"))
        .isEqualTo(one.headers().get("anthropic-beta"));
    assertThat(other.body()).isEqualTo(one.body());
  }
}
