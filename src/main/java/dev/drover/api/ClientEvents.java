package dev.drover.api;

import dev.drover.base.Fields;
import dev.drover.base.Ids;
import dev.drover.base.Json;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.ThreadId;
import java.util.List;
import java.util.Optional;

/// The reader of the events that a client may send to a session. Every problem is `INVALID_REQUEST`
/// and names the field.
final class ClientEvents {
  private static final int MAX_DENY_MESSAGE = 100_000;

  private final Ids ids;
  private final ContentBlocks blocks;

  /// A reader for the events of a request.
  static ClientEvents of(Backend backend, Exchange exchange) {
    var files = new SentFiles(backend.files(), exchange.caller(), backend.images());
    return new ClientEvents(backend.ids(), new ContentBlocks(backend.images(), files));
  }

  private ClientEvents(Ids ids, ContentBlocks blocks) {
    this.ids = ids;
    this.blocks = blocks;
  }

  private Event.FromClient read(Fields event) {
    var read =
        switch (event.type()) {
          case "user.message" -> new Event.UserMessage(id(), blocks.message(event));
          case "user.interrupt" -> new Event.UserInterrupt(id(), thread(event));
          case "user.tool_confirmation" -> confirmation(event, id());
          case "user.custom_tool_result" -> customResult(event, id());
          case "system.message" -> new Event.SystemMessage(id(), blocks.system(event));
          case "user.tool_result" ->
              throw event.problem(
                  "type",
                  "\"user.tool_result\" is for environments of type self_hosted only; this"
                      + " session's tools run on the server");
          case "user.define_outcome" ->
              throw event.problem(
                  "type",
                  "\"user.define_outcome\" is not supported by this version of Drover: it has no"
                      + " graders");
          default -> throw event.problem("type", "unknown event type");
        };
    event.end();
    return read;
  }

  /// The thread that an event names, if any.
  private static Optional<ThreadId> thread(Fields event) {
    return event.value("session_thread_id").map(_ -> event.id("session_thread_id", ThreadId::of));
  }

  private EventId id() {
    return new EventId(ids.next(EventId.PREFIX));
  }

  /// Reads the events of one request, in order.
  List<Event.FromClient> readAll(List<Fields> sent) {
    return sent.stream().map(this::read).toList();
  }

  private static Event.FromClient confirmation(Fields event, EventId id) {
    var use = event.id("tool_use_id", EventId::of);
    var result = event.text("result", 1, 16);
    if (!result.equals("allow") && !result.equals("deny")) {
      throw event.problem("result", "must be \"allow\" or \"deny\"");
    }
    boolean allow = result.equals("allow");
    var message = event.optionalText("deny_message", MAX_DENY_MESSAGE);
    if (allow && message != null) {
      throw event.problem("deny_message", "is allowed only with \"deny\"");
    }
    ignoreThread(event);
    return new Event.UserToolConfirmation(id, use, allow, message);
  }

  private Event.FromClient customResult(Fields event, EventId id) {
    var use = event.id("custom_tool_use_id", EventId::of);
    var content =
        event.value("content").isPresent()
            ? Optional.of(blocks.result(event))
            : Optional.<Json.Arr>empty();
    var isError = event.bool("is_error");
    ignoreThread(event);
    return new Event.UserCustomToolResult(id, use, content, isError);
  }

  /// Checks the thread that older clients send, and ignores it: the tool use determines the thread.
  private static void ignoreThread(Fields event) {
    event.optionalText("session_thread_id", 256);
  }
}
