package dev.drover.base;

/// A text that must reach no log and no error message: it shows itself only to who asks by name.
public final class Secret {
  private final String value;

  public Secret(String value) {
    this.value = value;
  }

  /// The text itself.
  public String reveal() {
    return value;
  }

  @Override
  public String toString() {
    return "[secret]";
  }
}
