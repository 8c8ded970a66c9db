package dev.drover.model;

import dev.drover.base.Json;
import java.util.ArrayList;
import java.util.Optional;

/// The content block with which a Messages server stands for a conversation that it was asked to
/// compact. The server reads it only as it came, only as the first block of the assistant's, and
/// only if it is the one that made it. Its text is readable by any model.
///
/// @see <a
///   href="https://platform.claude.com/docs/en/build-with-claude/compaction-on-demand">Compaction
///   on demand</a>
public final class CompactionBlock {
  /// The `type` of the block, and the `stop_reason` of the reply that has it.
  public static final String TYPE = "compaction";

  private CompactionBlock() {}

  /// Whether a value is such a block.
  public static boolean is(Json json) {
    return json instanceof Json.Obj block && TYPE.equals(block.text("type"));
  }

  /// The summary in the block; empty if the server could not make one.
  public static Optional<String> summary(Json.Obj block) {
    return Optional.ofNullable(block.text("content")).filter(text -> !text.isBlank());
  }

  /// Whether messages begin with such a block.
  public static boolean isFirst(Json.Arr messages) {
    return messages.items().stream()
        .findFirst()
        .filter(first -> first instanceof Json.Obj message && begins(message))
        .isPresent();
  }

  private static boolean begins(Json.Obj message) {
    return message.items("content").stream().findFirst().filter(CompactionBlock::is).isPresent();
  }

  /// The messages for a model whose server cannot read the block: a text of the user's role takes
  /// its place. The messages themselves if they do not begin with a block.
  public static Json.Arr readable(Json.Arr messages) {
    if (!isFirst(messages)) {
      return messages;
    }
    var rest = new ArrayList<>(messages.items());
    var message = (Json.Obj) rest.removeFirst();
    var content = message.items("content");
    var all = new ArrayList<Json>();
    all.add(text((Json.Obj) content.getFirst()));
    if (content.size() > 1) {
      rest.addFirst(message.with("content", content.subList(1, content.size())));
    } else if (!rest.isEmpty() && rest.getFirst() instanceof Json.Obj next && isOfUser(next)) {
      rest.removeFirst();
      all.addAll(next.items("content"));
    }
    rest.addFirst(Json.obj("role", "user", "content", all));
    return new Json.Arr(rest);
  }

  private static boolean isOfUser(Json.Obj message) {
    return "user".equals(message.text("role"));
  }

  /// The text that takes the place of a block.
  public static Json.Obj text(Json.Obj block) {
    return Json.obj(
        "type",
        "text",
        "text",
        "[A note from the system that runs you, not from the user: the session up to here is"
            + " summarized here. Take exact values from a file or from a repeated call, not from"
            + " this summary; do not guess them.]\n\n<summary>\n"
            + summary(block).orElse("(no summary)").replace("</", "<\\/")
            + "\n</summary>");
  }
}
