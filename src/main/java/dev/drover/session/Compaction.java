package dev.drover.session;

import dev.drover.base.Json;
import org.jspecify.annotations.Nullable;

/// The mark of a model request that summarizes a thread's context. It is stored with the start and
/// with the end of the request. Such a request is no part of the conversation: it answers no
/// message, makes no call, and is never sent to a model.
public final class Compaction {
  private static final String PURPOSE = "purpose";
  private static final String COMPACT = "compact";

  private Compaction() {}

  /// The JSON to store with an event of such a request.
  public static Json.Obj marked(Json.Obj hidden) {
    return hidden.with(PURPOSE, COMPACT);
  }

  /// Whether this JSON is stored with an event of such a request.
  public static boolean isMarked(Json.@Nullable Obj hidden) {
    return hidden != null && COMPACT.equals(hidden.text(PURPOSE));
  }

  /// Whether the event is the start or the end of such a request.
  public static boolean is(Stored stored) {
    return isMarked(stored.hidden());
  }
}
