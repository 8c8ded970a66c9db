package dev.drover.store;

import dev.drover.base.Problem;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.Status;
import dev.drover.session.Stored;
import dev.drover.session.ThreadKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// The tool uses of a session that wait for its client. A fold over the log, stored in the
/// session's row so that an answer can be checked on receipt.
///
/// @param uses in the order in which the model made them
public record Awaited(List<Use> uses) {
  public static final Awaited NOTHING = new Awaited(List.of());

  public Awaited {
    uses = List.copyOf(uses);
  }

  /// A tool use, and the kind of answer for which it waits.
  ///
  /// @param thread the thread that waits
  /// @param kind [#RESULT], [#CONFIRMATION], or one that only a newer version accepts
  public record Use(ThreadKey thread, EventId id, String kind) {
    static final String RESULT = "result";
    static final String CONFIRMATION = "confirmation";
    private static final String THREAD = "@";

    /// @param custom whether the tool use waits for a result, not for a confirmation
    public Use(ThreadKey thread, EventId id, boolean custom) {
      this(thread, id, custom ? RESULT : CONFIRMATION);
    }

    private String text() {
      var place = thread.equals(ThreadKey.PRIMARY) ? "" : THREAD + thread.number();
      return kind + place + ":" + id;
    }

    private static Use parse(String word) {
      int colon = word.indexOf(':');
      var id = new EventId(word.substring(colon + 1));
      var kind = word.substring(0, colon);
      int place = kind.indexOf(THREAD);
      return place < 0
          ? new Use(ThreadKey.PRIMARY, id, kind)
          : new Use(
              ThreadKey.of(Integer.parseInt(kind.substring(place + 1))),
              id,
              kind.substring(0, place));
    }
  }

  /// The waiting tool uses once `stored` is in the log.
  public Awaited after(Stored stored) {
    var thread = stored.thread();
    return switch (stored.event()) {
      case Event.ToolUse use when use.waitsForClient() ->
          with(new Use(thread, use.id(), use.isRunByClient()));
      case Event.Answer answer -> without(answer.toolUseId());
      case Event.ToolResult result -> without(result.toolUseId());
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

  /// Checks a client's event: an answer must match a waiting tool use, and no message may arrive
  /// while tool uses wait.
  ///
  /// @param index the event's place in its request
  /// @throws Problem `INVALID_REQUEST` if the event does not fit
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
    if (!waits(id, custom)) {
      throw Problem.invalid(
          "%s: no tool use %s is waiting for a %s"
              .formatted(field, id, custom ? "result" : "confirmation"));
    }
  }

  /// Whether a tool use waits for an answer of this kind.
  boolean waits(EventId id, boolean custom) {
    var kind = custom ? Use.RESULT : Use.CONFIRMATION;
    return uses.stream().anyMatch(use -> use.id().equals(id) && use.kind().equals(kind));
  }

  /// The thread of a waiting tool use; empty if it does not wait.
  Optional<ThreadKey> thread(EventId id) {
    return uses.stream().filter(use -> use.id().equals(id)).map(Use::thread).findFirst();
  }

  /// The text that is stored in the row; [#parse] reads it.
  public String text() {
    return uses.stream().map(Use::text).collect(Collectors.joining(" "));
  }

  public static Awaited parse(String text) {
    if (text.isEmpty()) {
      return NOTHING;
    }
    var uses = new ArrayList<Use>();
    for (var word : List.of(text.split(" "))) {
      uses.add(Use.parse(word));
    }
    return new Awaited(uses);
  }
}
