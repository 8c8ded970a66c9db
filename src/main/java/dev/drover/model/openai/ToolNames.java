package dev.drover.model.openai;

import dev.drover.base.Json;
import dev.drover.model.Prompt;
import dev.drover.model.http.ShortHash;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/// The names of a prompt's tools on this API, which has at most 64 characters for each: a longer
/// name is sent as its beginning and a hash of the whole, and the reply's calls get it back. The
/// name of a call that the model invented is shortened in the same way.
final class ToolNames {
  /// The longest name of a function, in characters.
  private static final int LONGEST = 64;

  private static final int HASH = 8;

  private final Map<String, String> own = new HashMap<>();

  private ToolNames() {}

  static ToolNames of(Prompt prompt) {
    var names = new ToolNames();
    for (var tool : prompt.tools().items()) {
      var name = Call.piece((Json.Obj) tool, "name");
      names.own.put(sent(name), name);
    }
    return names;
  }

  /// The name as it is sent.
  static String sent(String name) {
    return name.length() <= LONGEST
        ? name
        : Json.paired(name.substring(0, LONGEST - HASH - 1)) + "_" + ShortHash.of(name, HASH);
  }

  /// All names as they are sent.
  Set<String> sent() {
    return own.keySet();
  }

  /// Whether a tool was offered under this name.
  boolean isOwn(String name) {
    return own.containsValue(name);
  }

  /// The tool's own name, also with blanks around it; an unknown name stays as it is.
  String own(String sent) {
    return own.getOrDefault(sent, own.getOrDefault(sent.strip(), sent));
  }
}
