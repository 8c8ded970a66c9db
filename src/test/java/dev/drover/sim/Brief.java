package dev.drover.sim;

import dev.drover.session.Emitted;
import dev.drover.session.Event;
import dev.drover.session.Inbox;
import dev.drover.session.Lease;
import dev.drover.session.Receipt;
import dev.drover.session.Session;
import dev.drover.session.Stored;
import dev.drover.wire.EventCodec;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What the store answered, in a few words.
final class Brief {
  private static final int TAIL = 5;

  private Brief() {}

  static String of(@Nullable Object answer) {
    return switch (answer) {
      case null -> "done";
      case Emitted.Appended appended -> list(appended.events());
      case Receipt receipt ->
          list(receipt.events().stream().map(queued -> item(queued.event())).toList())
              + receipt.lease().map(lease -> " " + of(lease)).orElse("");
      case Inbox inbox ->
          "received %d, head %d, waiting %d"
              .formatted(inbox.received(), inbox.head(), inbox.queued().size());
      case Session session -> session.id() + " is " + session.status();
      case Lease lease -> lease.session() + " epoch " + lease.epoch();
      case List<?> list -> list(list);
      default -> String.valueOf(answer);
    };
  }

  private static String list(List<?> list) {
    var tail =
        list.subList(Math.max(0, list.size() - TAIL), list.size()).stream()
            .map(Brief::item)
            .collect(Collectors.joining(", "));
    return list.size() > TAIL ? list.size() + ": … " + tail : "[" + tail + "]";
  }

  private static String item(Object item) {
    return switch (item) {
      case Stored stored -> stored.position() + " " + item(stored.event());
      case Event.AgentToolResult result -> "agent.tool_result for " + result.toolUseId();
      case Event.ToolUse use -> EventCodec.type(use) + " " + use.name() + " " + use.id();
      case Event.Answer answer -> EventCodec.type(answer) + " for " + answer.toolUseId();
      case Event event -> EventCodec.type(event) + " " + event.id();
      case Lease lease -> of(lease);
      default -> String.valueOf(item);
    };
  }
}
