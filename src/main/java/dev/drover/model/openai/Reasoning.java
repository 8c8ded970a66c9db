package dev.drover.model.openai;

import dev.drover.base.Json;
import dev.drover.model.http.TextPieces;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// The thinking of a reply, in the fields that servers use for it. Only the text of the field that
/// came first is used, because some servers send the same text under two names. Lists are kept
/// unchanged.
final class Reasoning {
  private static final List<String> TEXTS =
      List.of("reasoning_content", "reasoning", "reasoning_text", "thinking");

  private static final List<String> LISTS = List.of("reasoning_details", "thinking_blocks");

  /// The fields of an item that arrive in pieces.
  private static final List<String> PIECES = List.of("text", "summary", "data", "thinking");

  private String field = "";
  private final TextPieces text = new TextPieces();
  private final Map<String, List<Json.Obj>> lists = new LinkedHashMap<>();

  /// Adds the thinking in a delta. Returns whether it was the first.
  boolean accept(Json.Obj delta) {
    boolean first = isEmpty();
    for (var name : TEXTS) {
      var said = Call.piece(delta, name);
      if (!said.isEmpty() && (field.isEmpty() || field.equals(name))) {
        field = name;
        text.add(said);
      }
    }
    for (var name : LISTS) {
      for (var item : delta.items(name)) {
        if (item instanceof Json.Obj detail) {
          lists.computeIfAbsent(name, _ -> new ArrayList<>()).add(detail);
        }
      }
    }
    return first && !isEmpty();
  }

  /// Adds a text from the parts of the content. Returns whether it was the first.
  boolean say(String said) {
    boolean first = isEmpty() && !said.isEmpty();
    text.add(said);
    return first;
  }

  /// The items of a list, joined from pieces with the same type and index.
  private static Json.Arr merged(List<Json.Obj> pieces) {
    var items = new ArrayList<Json>();
    for (int from = 0, to; from < pieces.size(); from = to) {
      var first = pieces.get(from);
      to = from + 1;
      while (to < pieces.size() && isSame(first, pieces.get(to))) {
        to++;
      }
      items.add(merged(first, pieces.subList(from, to)));
    }
    return new Json.Arr(items);
  }

  private static boolean isSame(Json.Obj first, Json.Obj piece) {
    return first.get("index").isPresent()
        && first.get("index").equals(piece.get("index"))
        && first.get("type").equals(piece.get("type"));
  }

  private static Json.Obj merged(Json.Obj first, List<Json.Obj> pieces) {
    var item = first;
    for (var key : PIECES) {
      var all = pieces.stream().map(piece -> Call.piece(piece, key)).collect(Collectors.joining());
      item = all.isEmpty() ? item : item.with(key, all);
    }
    for (var piece : pieces) {
      for (var entry : piece.fields().entrySet()) {
        boolean news =
            !(entry.getValue() instanceof Json.Null)
                && !PIECES.contains(entry.getKey())
                && !item.get(entry.getKey()).equals(Optional.of(entry.getValue()));
        item = news ? item.with(entry.getKey(), entry.getValue()) : item;
      }
    }
    return item;
  }

  boolean isEmpty() {
    return text.isEmpty() && lists.isEmpty();
  }

  /// The text; if there are only lists, the text of their items.
  String text() {
    if (!text.isEmpty()) {
      return text.toString();
    }
    var all = new StringBuilder();
    lists.values().forEach(items -> items.forEach(item -> all.append(shown(item))));
    return all.toString();
  }

  private static String shown(Json.Obj item) {
    return Call.piece(item, "text") + Call.piece(item, "summary") + Call.piece(item, "thinking");
  }

  /// The fields that [ChatRequest] needs to send the thinking back.
  Json.Obj kept() {
    var kept = new LinkedHashMap<String, Json>();
    kept.put("field", Json.of(field));
    lists.forEach((name, items) -> kept.put(name, merged(items)));
    return new Json.Obj(kept);
  }
}
