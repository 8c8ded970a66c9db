package dev.drover.settings;

/// Where the value of a setting comes from.
///
/// @param name of the file, with the line, of the variable or of the flag; else empty
public record ValueSource(Kind kind, String name) {
  static final ValueSource DEFAULT = new ValueSource(Kind.DEFAULT, "");
  static final ValueSource COMMAND = new ValueSource(Kind.COMMAND, "");

  /// In rising order: a later one goes before an earlier one.
  public enum Kind {
    DEFAULT,
    FILE,
    ENVIRONMENT,
    FLAG,
    /// What a command needs to work at all.
    COMMAND
  }

  static ValueSource variable(String name) {
    return new ValueSource(Kind.ENVIRONMENT, name);
  }

  static ValueSource flag(String name) {
    return new ValueSource(Kind.FLAG, "--" + name);
  }

  /// At the end of a message.
  String suffix() {
    return name.isEmpty() ? "" : " (" + name + ")";
  }

  @Override
  public String toString() {
    return switch (kind) {
      case DEFAULT -> "default";
      case FILE -> name;
      case ENVIRONMENT -> "environment " + name;
      case FLAG -> "flag " + name;
      case COMMAND -> "this command";
    };
  }
}
