package dev.drover.model;

import dev.drover.base.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Optional;

/// Fields that a model server sent with a content block and may expect back, such as the signature
/// of thinking. They are stored in the block under a key of Drover's own, with the name of the
/// model. They are never sent to another model or to a client.
public final class Kept {
  private static final String KEY = "drover_kept";

  private Kept() {}

  /// The block with the fields that its server sent; the block itself if there are none.
  ///
  /// @param model the model's name on its own server
  public static Json.Obj in(Json.Obj block, String model, Json.Obj what) {
    return what.fields().isEmpty()
        ? block
        : block.with(KEY, Json.obj("model", model, "what", what));
  }

  /// The fields that `model` sent with a block; an empty object if there are none, or if another
  /// model sent them.
  public static Json.Obj of(Json.Obj block, String model) {
    var kept = block.object(KEY);
    return model.equals(kept.text("model")) ? kept.object("what") : Json.EMPTY;
  }

  /// The messages without these fields, for an API that does not accept them. Thinking from a
  /// server that does not sign it is left out, because a server that signs thinking would refuse
  /// it.
  public static Json.Arr without(Json.Arr messages) {
    var all = new ArrayList<Json>();
    for (var item : messages.items()) {
      if (item instanceof Json.Obj message
          && message.items("content").stream().anyMatch(Kept::is)) {
        var content =
            message.items("content").stream().flatMap(block -> stripped(block).stream()).toList();
        if (!content.isEmpty()) {
          all.add(message.with("content", content));
        }
      } else {
        all.add(item);
      }
    }
    return new Json.Arr(all);
  }

  private static boolean is(Json block) {
    return block instanceof Json.Obj object && object.get(KEY).isPresent();
  }

  private static Optional<Json> stripped(Json block) {
    if (!(block instanceof Json.Obj object) || !is(block)) {
      return Optional.of(block);
    }
    if ("thinking".equals(object.text("type"))) {
      return Optional.empty();
    }
    var fields = new LinkedHashMap<>(object.fields());
    fields.remove(KEY);
    return Optional.of(new Json.Obj(fields));
  }
}
