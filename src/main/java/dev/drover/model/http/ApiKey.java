package dev.drover.model.http;

import dev.drover.base.Problem;

/// The key that a model server asks for. Shows itself to nobody: not in `toString()`, not in a
/// failure's message. It is no record, because a record would.
public final class ApiKey {
  /// For servers that ask for none; no header is sent.
  public static final ApiKey NONE = new ApiKey("");

  private final String value;

  /// @param value blanks around it are dropped; they come from files and shells
  /// @throws Problem `INVALID_REQUEST` if it could not be sent as a header
  public ApiKey(String value) {
    this.value = value.strip();
    if (!this.value.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
      throw Problem.invalid(
          "The model server's API key holds blanks or characters that are not ASCII");
    }
  }

  public boolean isEmpty() {
    return value.isEmpty();
  }

  /// The key itself, for the header alone.
  public String reveal() {
    return value;
  }

  /// `text` without the key, should a server repeat it to us.
  String redact(String text) {
    return value.isEmpty() ? text : text.replace(value, "[key]");
  }

  @Override
  public String toString() {
    return "ApiKey[hidden]";
  }
}
