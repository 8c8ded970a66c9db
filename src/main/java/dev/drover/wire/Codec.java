package dev.drover.wire;

import dev.drover.base.Fields;
import dev.drover.base.Json;

/// How the values of one kind are JSON. There are two readers: what a client sends is checked, what
/// is stored is believed. Safe for many threads.
public interface Codec<T> {
  /// Reads what a client sends: limits hold, and what this version does not honour is refused.
  ///
  /// @throws dev.drover.base.Problem `INVALID_REQUEST` that names the field
  T request(Fields sent);

  /// Reads what this version stored, or an older or a newer one. It refuses nothing: no limit
  /// holds, what is missing has its default, and what this version does not know is kept, so that
  /// [#write] gives it back.
  T stored(Json.Obj json);

  /// What is stored, and what the API shows.
  Json.Obj write(T value);
}
