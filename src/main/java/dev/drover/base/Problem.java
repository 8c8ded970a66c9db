package dev.drover.base;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Something that the caller can act on. `getMessage()` is written for the client and holds no
/// secret; the cause is for the log. Everything else that goes wrong is a value, or a bug of ours.
public final class Problem extends RuntimeException {
  private static final long serialVersionUID = 1;

  /// The kinds mirror `error.type` of the public protocol; `api` gives each its HTTP status.
  public enum Kind {
    INVALID_REQUEST,
    AUTHENTICATION,
    PERMISSION,
    NOT_FOUND,
    CONFLICT,
    TOO_LARGE,
    API,
    UNAVAILABLE
  }

  private final Kind kind;
  private final @Nullable String code;

  public Problem(Kind kind, @Nullable String code, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
    this.code = code;
  }

  /// The request is malformed, or not allowed in the resource's current state.
  public static Problem invalid(String message) {
    return new Problem(Kind.INVALID_REQUEST, null, message, null);
  }

  /// As [#invalid(String)], with a stable `error_code` that clients may match on.
  public static Problem invalid(String code, String message) {
    return new Problem(Kind.INVALID_REQUEST, code, message, null);
  }

  /// The caller is known, and not allowed to do this.
  public static Problem forbidden(String message) {
    return new Problem(Kind.PERMISSION, null, message, null);
  }

  public static Problem notFound(String message) {
    return new Problem(Kind.NOT_FOUND, null, message, null);
  }

  public static Problem conflict(String message) {
    return new Problem(Kind.CONFLICT, null, message, null);
  }

  /// The server cannot do this now, and the same request may work later.
  public static Problem unavailable(String message, Throwable cause) {
    return new Problem(Kind.UNAVAILABLE, null, message, cause);
  }

  @Override
  public String getMessage() {
    return Objects.requireNonNull(super.getMessage());
  }

  public Kind kind() {
    return kind;
  }

  public Optional<String> code() {
    return Optional.ofNullable(code);
  }
}
