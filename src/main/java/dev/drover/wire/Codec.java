package dev.drover.wire;

import dev.drover.base.Fields;
import dev.drover.base.Json;

/// The JSON form of the values of one kind. There are two readers: the one for requests validates,
/// the one for stored values does not. Safe for concurrent use.
public interface Codec<T> {
  /// Reads a value of a request: limits apply, and fields that this version does not support are
  /// refused.
  ///
  /// @throws dev.drover.base.Problem `INVALID_REQUEST` that names the field
  T request(Fields sent);

  /// Reads a value that this version, an older or a newer one stored. It refuses nothing: no limits
  /// apply, missing fields get their defaults, and fields that this version does not know are kept,
  /// so that [#write] returns them.
  T stored(Json.Obj json);

  /// The JSON that is stored and that the API shows.
  Json.Obj write(T value);
}
