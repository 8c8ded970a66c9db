package dev.drover.reading;

import static dev.drover.testing.ScriptedModel.textBlock;
import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.base.Utf8;
import dev.drover.session.Event;
import dev.drover.session.Event.ToolAmbiguous.Outcome;
import dev.drover.session.ModelUsage;
import dev.drover.session.Session;
import dev.drover.session.SessionError;
import dev.drover.session.ThreadKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a model sees of its session's log, and what it never sees.
final class GetEventsTest {
  private static final String CANARY = "CanaryBird";
  private static final Json.Obj SECRET = Json.obj("kept", CANARY);
  private static final Pattern SHOWN = Pattern.compile("(?m)^#([0-9]+) ");
  private static final Pattern MORE = Pattern.compile("(?m)^more: (\\{.*\\})");

  /// An answer has this much besides its entries.
  private static final int FRAME = 500;

  private final ReadLog log = new ReadLog();

  @AfterEach
  void close() {
    log.close();
  }

  private static List<Long> positions(String answer) {
    return SHOWN.matcher(answer).results().map(one -> Long.valueOf(one.group(1))).toList();
  }

  /// The inputs with which the answer says to continue.
  private static Optional<Json.Obj> more(String answer) {
    return MORE.matcher(answer)
        .results()
        .map(one -> (Json.Obj) Json.trusted(one.group(1)))
        .findFirst();
  }

  private static Json.Obj merged(Json.Obj one, Json.Obj other) {
    for (var field : other.fields().entrySet()) {
      one = one.with(field.getKey(), field.getValue());
    }
    return one;
  }

  /// The answers to an input, page after page.
  private List<String> pages(Event.AgentToolUse call, Json.Obj input) throws Exception {
    var answers = new ArrayList<String>();
    var next = Optional.of(input);
    while (next.isPresent()) {
      assertThat(answers).hasSizeLessThan(1_000);
      var answer = log.read(call, next.get()).text();
      answers.add(answer);
      next = more(answer).map(more -> merged(input, more));
    }
    return answers;
  }

  private void addForbidden(ReadLog other, Random random) {
    var error = new SessionError(SessionError.Type.UNKNOWN, "", SessionError.Retry.RETRYING);
    var id = log.id();
    switch (random.nextInt(11)) {
      case 0 -> log.add(ThreadKey.PRIMARY, new Event.AgentThinking(id), SECRET);
      case 1 -> log.add(new Event.Unknown(id, "agent.thinking", SECRET));
      case 2 -> log.add(new Event.Unknown(id, "drover.newer", SECRET));
      case 3 -> log.add(new Event.Unknown(id, "agent.newer", SECRET));
      case 4 -> log.add(new Event.WorkspaceHome(id, CANARY, Optional.of(CANARY)));
      case 5 -> log.add(new Event.ToolAmbiguous(id, log.id(), CANARY, Outcome.REPORTED));
      case 6 -> log.add(ThreadKey.of(1), message(CANARY), null);
      case 7 -> other.say(CANARY);
      case 8 ->
          log.add(
              ThreadKey.PRIMARY,
              new Event.ModelRequestEnd(id, log.id(), false, new ModelUsage(1, 1, 0, 0)),
              SECRET);
      case 9 ->
          log.add(new Event.SessionUpdated(id, Json.obj("agent", Json.obj("system", CANARY))));
      default -> log.add(ThreadKey.PRIMARY, new Event.Failed(id, error), SECRET);
    }
  }

  private Event.AgentMessage message(String text) {
    return new Event.AgentMessage(log.id(), Json.arr(textBlock(text)));
  }

  private void addAllowed(Random random) {
    int round = random.nextInt(1_000_000);
    switch (random.nextInt(3)) {
      case 0 -> log.add(ThreadKey.PRIMARY, message("word " + round), SECRET);
      case 1 -> log.say("ab😀ü".repeat(random.nextInt(2_000)));
      default -> {
        var tool = random.nextBoolean() ? "bash" : "read";
        var use = log.use(tool, Json.obj("command", "ls" + round));
        log.add(ThreadKey.PRIMARY, use, SECRET);
        log.add(
            ThreadKey.PRIMARY,
            log.result(use, random.nextBoolean(), textBlock("out " + round)),
            SECRET);
      }
    }
  }

  private static Json.Obj input(Random random, long last) {
    if (random.nextInt(4) == 0) {
      return Json.obj("position", random.nextLong(1, last + 20), "offset", random.nextInt(50));
    }
    var input = Json.EMPTY;
    if (random.nextInt(3) == 0) {
      input = input.with("before", random.nextLong(0, last + 20));
    }
    if (random.nextInt(3) == 0) {
      input = input.with("after", random.nextLong(0, last + 20));
    }
    if (random.nextInt(2) == 0) {
      input = input.with("text", random.nextBoolean() ? CANARY : "o");
    }
    if (random.nextInt(4) == 0) {
      input = input.with("tool", random.nextBoolean() ? "bash" : CANARY);
    }
    if (random.nextInt(3) == 0) {
      var types = new ArrayList<>(GetEventsInput.READABLE.stream().sorted().toList());
      types.addAll(List.of("user", "agent", "tool", "error"));
      input = input.with("types", List.of(types.get(random.nextInt(types.size()))));
    }
    return input.with("count", random.nextInt(1, 101));
  }

  @Test
  void noInputShowsWhatIsNotForTheModel() throws Exception {
    var random = new Random(42);
    try (var other = new ReadLog(log)) {
      for (int i = 0; i < 150; i++) {
        addForbidden(other, random);
        addAllowed(random);
      }
      var call = log.asks();
      log.say(CANARY); // after the call
      long last = log.all().getLast().position();
      int shown = 0;
      for (int i = 0; i < 1_000; i++) {
        var input = input(random, last);
        var result = log.read(call, input);
        assertThat(result.content().toString()).as("%s", input).doesNotContain(CANARY);
        assertThat(Utf8.length(result.text())).as("%s", input).isLessThan(GetEvents.BYTES + FRAME);
        shown += positions(result.text()).size();
      }
      assertThat(shown).isGreaterThan(2_000);
    }
  }

  @Test
  void typesThatAreNotForTheModelCannotBeNamed() throws Exception {
    for (var type : List.of("agent.thinking", "drover.tool_dispatched", "span.model_request_end")) {
      var result = log.read(log.asks(), Json.obj("types", List.of(type)));
      assertThat(result.isError()).isTrue();
      assertThat(result.text()).startsWith("get_events: types cannot have " + type);
    }
  }

  @Test
  void pagesHaveEveryReadableEventInBothDirections() throws Exception {
    var random = new Random(1);
    try (var other = new ReadLog(log)) {
      for (int i = 0; i < 120; i++) {
        addAllowed(random);
        addForbidden(other, random);
      }
    }
    var readable =
        log.all().stream()
            .filter(one -> one.thread().equals(ThreadKey.PRIMARY))
            .filter(
                one ->
                    one.event() instanceof Event.AgentMessage
                        || one.event() instanceof Event.ToolUse
                        || one.event() instanceof Event.ToolResult
                        || one.event() instanceof Event.Failed)
            .map(one -> one.position())
            .toList();
    var call = log.asks();
    for (var input : List.of(Json.obj("count", 7), Json.obj("count", 7, "after", 0))) {
      var answers = pages(call, input);
      assertThat(answers.stream().flatMap(answer -> positions(answer).stream()).distinct())
          .containsExactlyInAnyOrderElementsOf(readable);
      assertThat(answers.size()).isGreaterThan(readable.size() / 14);
      for (var answer : answers) {
        assertThat(answer).startsWith("Recorded data of this session up to #");
      }
    }
    assertThat(pages(call, Json.obj("after", 0)).getLast()).endsWith("end of log");
    assertThat(pages(call, Json.EMPTY).getLast()).endsWith("beginning of log");
  }

  @Test
  void aCallAndItsResultStayTogether() throws Exception {
    var first = log.use("bash", Json.obj("command", "make"));
    var second = log.use("read", Json.obj("path", "/workspace/a"));
    long use = log.add(first);
    log.add(second);
    log.add(log.result(first, true, textBlock("No space left on device")));
    long result = log.add(log.result(second, false, textBlock("alpha")));
    log.say("The disk is full.");
    assertThat(log.read(Json.obj("text", "NO SPACE left")))
        .contains("#" + use + " ", " agent.tool_use bash\ncommand: make\n")
        .contains(" agent.tool_result (failed)\nNo space left on device\n")
        .doesNotContain("alpha", "The disk");
    assertThat(log.read(Json.obj("tool", "read")))
        .contains("path: /workspace/a\n#" + result + " ")
        .doesNotContain("make");
    assertThat(log.read(Json.obj("types", List.of("error"))))
        .contains("make", "No space")
        .doesNotContain("alpha");
    assertThat(log.read(Json.obj("position", use))).contains("(result: #" + (use + 2) + ")");
    assertThat(log.read(Json.obj("position", result))).contains("(call: #" + (use + 1) + ")");
  }

  @Test
  void aTextIsFoundFromTheNewestOnWithItsSurroundings() throws Exception {
    long old = log.say("x".repeat(5_000) + " the KEY is 4711 " + "y".repeat(5_000));
    long recent = log.say("Which key?");
    log.say("none");
    var answer = log.read(Json.obj("text", "key"));
    assertThat(positions(answer)).containsExactly(recent, old);
    assertThat(answer)
        .contains("x the KEY is 4711 y", "whole: get_events {\"position\": " + old + "}]")
        .endsWith("beginning of log");
    assertThat(positions(log.read(Json.obj("text", "key", "after", 0))))
        .containsExactly(old, recent);
    assertThat(log.read(Json.obj("text", "absent")))
        .contains("Nothing found from #1 to #" + (log.all().getLast().position() - 1) + ".");
  }

  @Test
  void aListIsOldestFirstBeforeAPositionAndATime() throws Exception {
    var places = new ArrayList<Long>();
    for (int i = 0; i < 9; i++) {
      places.add(log.say("message " + i));
    }
    assertThat(positions(log.read(Json.obj("before", places.get(5), "count", 2))))
        .containsExactly(places.get(3), places.get(4));
    assertThat(positions(log.read(Json.obj("before", "#" + places.get(5), "count", "2"))))
        .containsExactly(places.get(3), places.get(4));
    assertThat(positions(log.read(Json.obj("after", places.get(5), "count", 2))))
        .containsExactly(places.get(6), places.get(7));
    var time = log.all().get(5).processedAt().toString();
    assertThat(positions(log.read(Json.obj("before", time, "count", 2))))
        .containsExactly(places.get(3), places.get(4));
    assertThat(positions(log.read(Json.obj("after", time, "before", places.get(8)))))
        .containsExactly(places.get(6), places.get(7));
  }

  @Test
  void aLongEventIsReadWholePartByPart() throws Exception {
    var text = "Zeile 😀 ü\n".repeat(9_000);
    long position = log.say(text);
    var call = log.asks();
    var read = new StringBuilder();
    var next = Optional.of(Json.obj("position", position));
    while (next.isPresent()) {
      var answer = log.read(call, next.get()).text();
      assertThat(Utf8.length(answer)).isLessThan(GetEvents.BYTES + FRAME);
      var body = answer.substring(answer.indexOf('\n', answer.indexOf("\n#") + 1) + 1);
      read.append(body, 0, body.lastIndexOf('\n'));
      next = more(answer);
    }
    assertThat(read.toString()).isEqualTo(text);
  }

  @Test
  void imagesOfOneEventAreShownAsImages() throws Exception {
    var image =
        Json.obj(
            "type",
            "image",
            "source",
            Json.obj("type", "base64", "media_type", "image/png", "data", "aGk="));
    var use = log.use("read", Json.EMPTY);
    log.add(use);
    long position =
        log.add(log.result(use, false, image, textBlock("seen"), image, image, image, image));
    var blocks = log.read(log.asks(), Json.obj("position", position)).content().items();
    assertThat(blocks).hasSize(5);
    assertThat(blocks.subList(1, 5)).containsOnly(image);
    assertThat(log.read(Json.obj("text", "seen"))).contains("[image]\nseen").doesNotContain("aGk");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"position\": 0}|position must be an integer from 1",
        "{\"position\": 999}|there is no event #999 that can be read",
        "{\"position\": 1, \"text\": \"x\"}|position shows one event and cannot be combined with",
        "{\"position\": 1, \"offset\": 99}|event #1 has 5 characters",
        "{\"offset\": 1}|offset needs position",
        "{\"count\": 101}|count must be an integer from 1 to 100",
        "{\"before\": \"yesterday\"}|before must be a position",
        "{\"before\": [1]}|before must be a position",
        "{\"text\": 7}|text must be a text of up to 200 characters",
        "{\"types\": [7]}|types must be a list",
        "{\"session_id\": \"sesn_1\"}|there is no input session_id"
      })
  void aBadInputIsAnErrorThatSaysWhy(String input, String why) throws Exception {
    log.say("hello");
    var result = log.read(log.asks(), (Json.Obj) Json.trusted(input));
    assertThat(result.isError()).isTrue();
    assertThat(result.text()).startsWith("get_events: " + why);
  }

  @Test
  void anInputOfNullIsAbsent() throws Exception {
    long position = log.say("hello");
    var input = Json.obj("position", null, "text", null, "types", null, "count", null);
    assertThat(positions(log.read(input))).containsExactly(position);
  }

  /// The reading needs nothing of the session's row but its id.
  @Test
  void anotherSessionIsOutOfReach() throws Exception {
    try (var other = new ReadLog(log)) {
      other.say(CANARY);
      Session own = log.session();
      assertThat(other.session().id()).isNotEqualTo(own.id());
      assertThat(log.read(Json.obj("text", CANARY))).contains("Nothing found");
      assertThat(other.read(Json.obj("text", CANARY))).contains(CANARY);
    }
  }
}
