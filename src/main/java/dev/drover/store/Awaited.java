package dev.drover.store;

import dev.drover.base.Problem;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// The tool uses of a session that wait for its client: a fold over the log, kept in the session's
/// row so that an answer can be checked where it is received.
///
/// @param uses in the order in which the model asked
public record Awaited(List<Use> uses) {
  public static final Awaited NOTHING = new Awaited(List.of());

  public Awaited {
    uses = List.copyOf(uses);
  }

  /// What the client has to say to a tool use.
  ///
  /// @param kind [#RESULT], [#CONFIRMATION], or one that only a newer version takes
  public record Use(EventId id, String kind) {
    static final String RESULT = "result";
    static final String CONFIRMATION = "confirmation";

    /// @param custom whether a result is waited for; else a confirmation is
    public Use(EventId id, boolean custom) {
      this(id, custom ? RESULT : CONFIRMATION);
    }
  }

  /// What waits once `event` is in the log.
  public Awaited after(Event event) {
    return switch (event) {
      case Event.AgentToolUse use when use.waitsForClient() -> with(new Use(use.id(), false));
      case Event.AgentCustomToolUse use -> with(new Use(use.id(), true));
      case Event.Answer answer -> without(answer.toolUseId());
      case Event.AgentToolResult result -> without(result.toolUseId());
      default -> this;
    };
  }

  private Awaited with(Use use) {
    var more = new ArrayList<>(uses);
    more.add(use);
    return new Awaited(more);
  }

  private Awaited without(EventId id) {
    return uses.stream().noneMatch(use -> use.id().equals(id))
        ? this
        : new Awaited(uses.stream().filter(use -> !use.id().equals(id)).toList());
  }

  /// Refuses what does not fit.
  ///
  /// @param index the event's place in its request
  /// @throws Problem `INVALID_REQUEST`
  void check(Event.FromClient event, int index, Status status) {
    switch (event) {
      case Event.UserToolConfirmation answer ->
          check(answer.toolUseId(), false, "events.%d.tool_use_id".formatted(index));
      case Event.UserCustomToolResult answer ->
          check(answer.toolUseId(), true, "events.%d.custom_tool_use_id".formatted(index));
      case Event.UserMessage _ -> {
        if (status == Status.IDLE && !uses.isEmpty()) {
          throw Problem.invalid(
              ("Invalid user.message event at events[%d]: waiting on responses to events [%s]; only"
                      + " user.tool_confirmation, user.custom_tool_result, user.tool_result, or"
                      + " user.interrupt may be sent")
                  .formatted(
                      index,
                      uses.stream().map(use -> use.id().value()).collect(Collectors.joining(" "))));
        }
      }
      case Event.UserInterrupt _, Event.SystemMessage _, Event.UnknownFromClient _ -> {}
    }
  }

  private void check(EventId id, boolean custom, String field) {
    if (!uses.contains(new Use(id, custom))) {
      throw Problem.invalid(
          "%s: no tool use %s waits for a %s"
              .formatted(field, id, custom ? "result" : "confirmation"));
    }
  }

  /// The form in which a row keeps it; [#parse] reads it.
  public String text() {
    return uses.stream().map(use -> use.kind() + ":" + use.id()).collect(Collectors.joining(" "));
  }

  public static Awaited parse(String text) {
    if (text.isEmpty()) {
      return NOTHING;
    }
    var uses = new ArrayList<Use>();
    for (var word : List.of(text.split(" "))) {
      int colon = word.indexOf(':');
      uses.add(new Use(new EventId(word.substring(colon + 1)), word.substring(0, colon)));
    }
    return new Awaited(uses);
  }
}
