package dev.drover.brain;

import dev.drover.base.Json;
import dev.drover.session.EventId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// The ids and names under which calls are sent back to a model. They are unchanged if every model
/// server accepts them. An id that is missing, used before, too long or has other characters is
/// replaced by the id of the call's event, which has none of these defects. For one conversation;
/// one thread.
final class CallNames {
  /// OpenAI's limit; that of Anthropic's API is 64.
  ///
  /// @see <a href="https://platform.openai.com/docs/api-reference/chat/create">Chat Completions</a>
  private static final int LONGEST_ID = 40;

  private static final int LONGEST_NAME = 128;
  private static final Pattern ID = Pattern.compile("[a-zA-Z0-9_-]{1," + LONGEST_ID + "}");
  private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_-]{1," + LONGEST_NAME + "}");
  private static final Pattern OTHERS = Pattern.compile("[^a-zA-Z0-9_-]");

  private final Set<String> taken = new HashSet<>();
  private final Map<EventId, String> ids = new HashMap<>();

  /// The call's block in a form that every model server accepts; unchanged if it is well formed.
  Json.Obj sent(Json.Obj use, EventId event) {
    var raw = use.text("id");
    var id = raw != null && ID.matcher(raw).matches() && taken.add(raw) ? raw : event.value();
    taken.add(id);
    ids.put(event, id);
    var block = id.equals(raw) ? use : use.with("id", id);
    var name = use.text("name");
    if (name == null || !NAME.matcher(name).matches()) {
      block = block.with("name", cleaned(name == null ? "" : name));
    }
    return use.get("input").orElse(Json.NULL) instanceof Json.Obj
        ? block
        : block.with("input", Json.EMPTY);
  }

  /// The id under which a call was sent; empty if it was not sent.
  Optional<String> id(EventId event) {
    return Optional.ofNullable(ids.get(event));
  }

  private static String cleaned(String name) {
    var cleaned = OTHERS.matcher(name).replaceAll("_");
    var cut = cleaned.substring(0, Math.min(cleaned.length(), LONGEST_NAME));
    return cut.isEmpty() ? "unnamed" : cut;
  }
}
