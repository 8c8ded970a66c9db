package dev.drover.sdk;

import static dev.drover.sdk.RefusalCases.refused;
import static dev.drover.testing.Sequences.CLOSING;
import static dev.drover.testing.Sequences.OPENING;
import static dev.drover.testing.Sequences.TEXT;
import static dev.drover.testing.Sequences.sequence;
import static org.assertj.core.api.Assertions.assertThat;

import com.anthropic.core.JsonValue;
import com.anthropic.errors.BadRequestException;
import com.anthropic.models.beta.sessions.events.BetaManagedAgentsSessionEvent;
import com.anthropic.models.beta.sessions.events.BetaManagedAgentsSessionEventType;
import com.anthropic.models.beta.sessions.events.BetaManagedAgentsStreamSessionEvents;
import com.anthropic.models.beta.sessions.events.BetaManagedAgentsTextRubricParams;
import com.anthropic.models.beta.sessions.events.BetaManagedAgentsUserDefineOutcomeEventParams;
import com.anthropic.models.beta.sessions.events.BetaManagedAgentsUserMessageEventParams;
import com.anthropic.models.beta.sessions.events.EventListParams;
import com.anthropic.models.beta.sessions.events.EventSendParams;
import com.anthropic.models.beta.sessions.threads.BetaManagedAgentsSessionThreadStatus;
import com.anthropic.models.beta.sessions.threads.ThreadArchiveParams;
import com.anthropic.models.beta.sessions.threads.ThreadListParams;
import com.anthropic.models.beta.sessions.threads.ThreadRetrieveParams;
import dev.drover.base.Json;
import dev.drover.testing.Script;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/// What is sent to a session and listed of it and its primary thread.
abstract class EventCases {
  private final Rig rig;

  EventCases(Rig rig) {
    this.rig = rig;
  }

  @Test
  void aMessageOfEveryBlockWithTheOperatorsWord() {
    try (var talk = rig.talk(Script.reply().text("I see."))) {
      var message =
          BetaManagedAgentsUserMessageEventParams.builder()
              .type(JsonValue.from("user.message"))
              .addTextContent("Look")
              .addUrlImageContent("https://example.com/a.png")
              .addTextDocumentContent("a document")
              .build();
      var operator = RefusalCases.withSystem("-", "Be brief.").sessionId(talk.id).build();
      var sent =
          talk.send(
              EventSendParams.builder().addEvent(message).addEvent(operator.events().getLast()));
      var data = sent.data().orElseThrow();
      assertThat(data).hasSize(2);
      assertThat(data.getFirst().asUserMessage().content()).hasSize(3);
      assertThat(data.getLast().asSystemMessage().content().getFirst().text())
          .isEqualTo("Be brief.");
      talk.untilIdle();
      assertThat(talk.news().subList(2, 5))
          .containsExactly("user.message", "system.message", "span.model_request_start");
      assertThat(rig.model.requests().getLast().body().toString())
          .contains("a.png", "a document", "Be brief.");
      talk.assertListedAsStreamed();
    }
  }

  @Test
  void whatHasNoJudgeIsRefused() {
    var outcome =
        BetaManagedAgentsUserDefineOutcomeEventParams.builder()
            .type(JsonValue.from("user.define_outcome"))
            .description("It works.")
            .rubric(
                BetaManagedAgentsTextRubricParams.builder()
                    .type(JsonValue.from("text"))
                    .content("It works.")
                    .build())
            .build();
    try (var talk = rig.talk()) {
      refused(
              BadRequestException.class,
              () -> talk.send(EventSendParams.builder().addEvent(outcome)),
              "")
          .hasMessageContaining("user.define_outcome");
    }
  }

  @Test
  void aQueuedMessageIsListedLastAndTakenUpInTheSameTurn() {
    var hold = new CountDownLatch(1);
    try (var talk = rig.talk(Script.reply().text("One").hold(hold), Script.reply().text("Two"))) {
      talk.say("first");
      talk.untilAsked();
      var second = talk.say("second").data().orElseThrow().getFirst().asUserMessage();
      var last = talk.listed(3).getLast().asUserMessage();
      assertThat(last.id()).isEqualTo(second.id());
      assertThat(last.processedAt()).isEmpty();
      hold.countDown();
      talk.untilIdle();
      assertThat(talk.news())
          .isEqualTo(
              sequence(
                  OPENING,
                  TEXT,
                  List.of("user.message", "span.model_request_start"),
                  TEXT,
                  CLOSING));
      talk.assertListedAsStreamed();
    } finally {
      hold.countDown();
    }
  }

  @Test
  void listsByTypeTimeAndOrderOverRealPages() {
    rig.model.script(
        Script.reply().toolUse("bash", Json.obj("command", "echo 1")),
        Script.reply().text("One"),
        Script.reply().text("Two"));
    try (var talk = rig.talk()) {
      talk.say("a");
      talk.untilIdle();
      talk.say("b");
      talk.untilIdle();
      var all = talk.listed(1000);
      assertThat(all).hasSize(22);
      assertThat(talk.listed(4)).isEqualTo(all);
      assertThat(listed(talk, list().order(EventListParams.Order.DESC).limit(4)))
          .isEqualTo(all.reversed());
      assertThat(
              listed(
                  talk,
                  list()
                      .limit(2)
                      .addType(BetaManagedAgentsSessionEventType.USER_MESSAGE)
                      .addType(BetaManagedAgentsSessionEventType.AGENT_MESSAGE)))
          .isEqualTo(all.stream().filter(e -> e.isUserMessage() || e.isAgentMessage()).toList());
      int middle = all.indexOf(all.stream().filter(e -> e.isAgentMessage()).findFirst().get());
      var time = all.get(middle).asAgentMessage().processedAt();
      assertThat(listed(talk, list().createdAtGt(time)))
          .isEqualTo(all.subList(middle + 1, all.size()));
      assertThat(listed(talk, list().createdAtGte(time)))
          .isEqualTo(all.subList(middle, all.size()));
      assertThat(listed(talk, list().createdAtLt(time))).isEqualTo(all.subList(0, middle));
      assertThat(listed(talk, list().createdAtLte(time))).isEqualTo(all.subList(0, middle + 1));
      refused(BadRequestException.class, () -> listed(talk, list().limit(0)), "");
      refused(BadRequestException.class, () -> listed(talk, list().page("page_x")), "")
          .hasMessageContaining("invalid page cursor");
    }
  }

  @Test
  void thePrimaryThread() {
    try (var talk = rig.talk(Script.reply().text("Hello"))) {
      var threads = rig.beta.sessions().threads();
      var fresh = threads.list(talk.id).items().getFirst();
      assertThat(fresh.parentThreadId()).isEmpty();
      assertThat(fresh._stats().isNull()).isTrue();
      assertThat(fresh._usage().isNull()).isTrue();
      assertThat(fresh._workflowRunId().isNull()).isTrue();
      talk.say("Hi");
      talk.untilIdle();
      var id = fresh.id();
      var running = talk.last(BetaManagedAgentsStreamSessionEvents::isSessionThreadStatusRunning);
      assertThat(running.asSessionThreadStatusRunning().sessionThreadId()).isEqualTo(id);
      assertThat(running.asSessionThreadStatusRunning().agentName()).isEqualTo("Coder");
      var thread =
          threads.retrieve(ThreadRetrieveParams.builder().sessionId(talk.id).threadId(id).build());
      assertThat(thread.usage().orElseThrow().inputTokens().orElseThrow().longValue())
          .isEqualTo(10);
      assertThat(thread.status().asString()).isEqualTo("idle");
      var byStatus = ThreadListParams.builder().sessionId(talk.id);
      assertThat(
              threads
                  .list(byStatus.addStatus(BetaManagedAgentsSessionThreadStatus.TERMINATED).build())
                  .items())
          .isEmpty();
      var events =
          threads
              .events()
              .list(
                  com.anthropic.models.beta.sessions.threads.events.EventListParams.builder()
                      .sessionId(talk.id)
                      .threadId(id)
                      .limit(2)
                      .build());
      assertThat(events.autoPager().stream().toList()).isEqualTo(talk.listed(1000));
      refused(
              BadRequestException.class,
              () ->
                  threads.archive(
                      ThreadArchiveParams.builder().sessionId(talk.id).threadId(id).build()),
              "")
          .hasMessageContaining("primary");
    }
  }

  private static EventListParams.Builder list() {
    return EventListParams.builder();
  }

  private List<BetaManagedAgentsSessionEvent> listed(Talk talk, EventListParams.Builder params) {
    return rig.beta.sessions().events().list(params.sessionId(talk.id).build()).autoPager().stream()
        .toList();
  }
}
