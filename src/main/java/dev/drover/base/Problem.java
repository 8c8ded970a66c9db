package dev.drover.base;

import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// An error that the caller can do something about. `getMessage()` is written for the client and
/// contains no secret; the cause is for the log. All other failures are return values, or bugs of
/// Drover.
public final class Problem extends RuntimeException {
  private static final long serialVersionUID = 1;

  /// The kinds correspond to `error.type` of the public protocol; the package `api` maps each to an
  /// HTTP status.
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
  private final transient @Nullable Particulars particulars;

  public Problem(Kind kind, @Nullable String code, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
    this.code = code;
    particulars = null;
  }

  private Problem(Kind kind, String message, Particulars particulars) {
    super(message);
    this.kind = kind;
    code = null;
    this.particulars = particulars;
  }

  /// What the error of one resource has instead of the `error.type` of its kind.
  ///
  /// @param type the `error.type`
  /// @param fields further fields of `error`
  public record Particulars(String type, Map<String, String> fields) {
    public Particulars {
      fields = Map.copyOf(fields);
    }
  }

  /// The request is malformed, or is not allowed in the current state of the resource.
  public static Problem invalid(String message) {
    return new Problem(Kind.INVALID_REQUEST, null, message, null);
  }

  /// As [#invalid(String)], with a stable `error_code` that clients can compare.
  public static Problem invalid(String code, String message) {
    return new Problem(Kind.INVALID_REQUEST, code, message, null);
  }

  /// The caller is authenticated but not allowed to do this.
  public static Problem forbidden(String message) {
    return new Problem(Kind.PERMISSION, null, message, null);
  }

  public static Problem notFound(String message) {
    return new Problem(Kind.NOT_FOUND, null, message, null);
  }

  public static Problem conflict(String message) {
    return new Problem(Kind.CONFLICT, null, message, null);
  }

  /// As [#conflict(String)], with an `error.type` of its own.
  public static Problem conflict(String message, Particulars particulars) {
    return new Problem(Kind.CONFLICT, message, particulars);
  }

  /// The server cannot do this at present; the same request may succeed later.
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

  /// Empty: the error has the usual form.
  public Optional<Particulars> particulars() {
    return Optional.ofNullable(particulars);
  }
}
