package dev.drover.base;

/// A text that must never appear in a log or an error message. Only [#reveal] returns it.
public final class Secret {
  private final String value;

  public Secret(String value) {
    this.value = value;
  }

  /// The text itself.
  public String reveal() {
    return value;
  }

  /// Whether an HTTP header can carry it: printable ASCII without spaces.
  public boolean isPrintable() {
    return value.chars().allMatch(c -> c > ' ' && c < 127);
  }

  @Override
  public String toString() {
    return "[secret]";
  }
}
