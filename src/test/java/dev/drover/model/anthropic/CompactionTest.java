package dev.drover.model.anthropic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.model.Answer;
import dev.drover.model.Listener;
import dev.drover.model.Prompt;
import dev.drover.session.ModelUsage;
import dev.drover.testing.CompactingService;
import dev.drover.testing.Script;
import org.junit.jupiter.api.Test;

/// Compaction on demand, as the types of the SDKs have it.
final class CompactionTest extends MessagesCase {
  private static final Json.Obj BLOCK =
      Json.obj(
          "type", "compaction",
          "content", "What was said. \uD83E\uDD86",
          "encrypted_content", "b3BhcXVl",
          "signature", "c2ln",
          "tool_changes", Json.arr());

  private static final Prompt COMPACTING = HELLO.compacting("Keep the names.");

  private Answer.Reply compact(Script script) throws InterruptedException {
    server.script(script);
    return (Answer.Reply) model.answer(COMPACTING, Listener.DEAF);
  }

  @Test
  void theFieldAndTheBetaAreSentWithARequestForABlockAlone() throws Exception {
    compact(CompactingService.whole(BLOCK));
    var request = server.request(1);
    assertThat(request.headers()).containsEntry("anthropic-beta", "compact-2026-09-04");
    assertThat(request.body().get("compaction"))
        .contains(Json.obj("type", "summarize", "instructions", "Keep the names."));
    assertThat(request.body().get("context_management")).isEmpty();
    reply(Script.reply().text("Hi"));
    assertThat(server.request(2).headers()).doesNotContainKey("anthropic-beta");
    assertThat(server.request(2).body().get("compaction")).isEmpty();
  }

  @Test
  void aBlockIsSentBackAsItCameWithTheBeta() throws Exception {
    var reply = compact(CompactingService.whole(BLOCK));
    var messages =
        Json.arr(
            Json.obj("role", "assistant", "content", reply.content()),
            Json.obj("role", "user", "content", "Go on"));
    server.says("Hi");
    model.answer(HELLO.withMessages(messages), Listener.DEAF);
    var request = server.request(2);
    assertThat(request.headers()).containsEntry("anthropic-beta", "compact-2026-09-04");
    assertThat(request.body().get("messages").orElseThrow().toString())
        .contains("\"content\":[" + BLOCK + "]");
    assertThat(request.body().get("compaction")).isEmpty();
  }

  @Test
  void theReplyIsTheBlockAloneAndItsTokensAreThoseOfTheIteration() throws Exception {
    var reply = compact(CompactingService.whole(BLOCK));
    assertThat(reply.content()).isEqualTo(Json.arr(BLOCK));
    assertThat(reply.content().toString()).isEqualTo(Json.arr(BLOCK).toString());
    assertThat(reply.stopReason()).isEqualTo("compaction");
    assertThat(reply.usage()).isEqualTo(CompactingService.USED);
  }

  @Test
  void aBlockMayComeWholeInItsStart() throws Exception {
    var reply =
        compact(CompactingService.ended(CompactingService.begun().block(BLOCK), "compaction"));
    assertThat(reply.content()).isEqualTo(Json.arr(BLOCK));
  }

  @Test
  void aBlockWithoutContentIsFailedButRead() throws Exception {
    var failed = BLOCK.with("content", null);
    assertThat(compact(CompactingService.whole(failed)).content()).isEqualTo(Json.arr(failed));
  }

  @Test
  void theTokensOfCompactionsAreAddedToThoseOfAMessage() throws Exception {
    var script =
        Script.stream()
            .event(
                Json.obj(
                    "type",
                    "message_start",
                    "message",
                    Json.obj("content", Json.arr(), "usage", Json.obj("input_tokens", 100))))
            .block(Json.obj("type", "text", "text", "Hi"))
            .event(
                Json.obj(
                    "type",
                    "message_delta",
                    "delta",
                    Json.obj("stop_reason", "end_turn"),
                    "usage",
                    Json.obj(
                        "output_tokens",
                        5,
                        "iterations",
                        Json.arr(
                            iteration("compaction", 1_000, 20),
                            iteration("message", 100, 5),
                            iteration("compaction", "2000", 30),
                            "odd"))))
            .event(Json.obj("type", "message_stop"));
    assertThat(reply(script).usage()).isEqualTo(new ModelUsage(3_100, 55, 0, 0));
  }

  private static Json.Obj iteration(String type, Object input, int output) {
    return Json.obj("type", type, "input_tokens", input, "output_tokens", output);
  }

  @Test
  void aBlockThatIsCutIsNoReply() throws Exception {
    var start = BLOCK.with("content", null).with("encrypted_content", null);
    var begin = Json.obj("type", "content_block_start", "index", 0, "content_block", start);
    server.script(CompactingService.begun().event(begin).endWithoutStop());
    assertThat(model.answer(COMPACTING, Listener.DEAF)).isInstanceOf(Answer.Failure.class);
    server.script(CompactingService.begun().event(begin).reset());
    var failure = failed(model.answer(COMPACTING, Listener.DEAF));
    assertThat(failure.kind()).isEqualTo(Answer.Kind.BROKEN);
  }

  @Test
  void theFieldIsNeverLeftOutInSilence() throws Exception {
    server.otherwise(
        request ->
            request.body().get("compaction").isPresent()
                ? Script.status(
                    400, "invalid_request_error", "compaction: Extra inputs are not permitted")
                : Script.reply().text("I go on."));
    var failure = failed(model.answer(COMPACTING, Listener.DEAF));
    assertThat(failure.kind()).isEqualTo(Answer.Kind.REJECTED);
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void noFieldOfABlockIsLeftOut() throws Exception {
    server.otherwise(
        request ->
            request.body().toString().contains("encrypted_content")
                ? Script.status(
                    400,
                    "invalid_request_error",
                    "messages.0.content.0.compaction.encrypted_content: Extra inputs are not"
                        + " permitted")
                : Script.reply().text("I go on."));
    var messages =
        Json.arr(
            Json.obj("role", "assistant", "content", Json.arr(BLOCK)),
            Json.obj("role", "user", "content", "Go on"));
    failed(model.answer(HELLO.withMessages(messages), Listener.DEAF));
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void aReasonThatWasNotAskedForEndsTheTurn() throws Exception {
    assertThat(reply(Script.reply().text("Hi").stop("compaction")).stopReason())
        .isEqualTo("end_turn");
  }
}
