package dev.drover.model.openai;

import dev.drover.base.Json;
import dev.drover.model.http.TextPieces;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// What the model thought, in whichever fields its server puts that. One text counts, that of the
/// field which came first: some servers send the same under two names. Lists are kept as they are.
final class Reasoning {
  private static final List<String> TEXTS =
      List.of("reasoning_content", "reasoning", "reasoning_text", "thinking");

  private static final List<String> LISTS = List.of("reasoning_details", "thinking_blocks");

  /// The fields of an item that come in pieces.
  private static final List<String> PIECES = List.of("text", "summary", "data", "thinking");

  private String field = "";
  private final TextPieces text = new TextPieces();
  private final Map<String, List<Json.Obj>> lists = new LinkedHashMap<>();

  /// Takes in what a delta has of it. Whether that was the first of all.
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

  /// Takes in a text that came among the parts of the content. Whether it was the first of all.
  boolean say(String said) {
    boolean first = isEmpty() && !said.isEmpty();
    text.add(said);
    return first;
  }

  /// Items of a list, put together of their pieces, which have one type and one index.
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

  /// The text; where there are only lists, that of their items.
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

  /// What [ChatRequest] needs to send it back.
  Json.Obj kept() {
    var kept = new LinkedHashMap<String, Json>();
    kept.put("field", Json.of(field));
    lists.forEach((name, items) -> kept.put(name, merged(items)));
    return new Json.Obj(kept);
  }
}
