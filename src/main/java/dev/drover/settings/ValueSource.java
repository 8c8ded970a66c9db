package dev.drover.settings;

/// The source of the value of a setting.
///
/// @param name the file with the line, the variable or the flag; otherwise empty
public record ValueSource(Kind kind, String name) {
  static final ValueSource DEFAULT = new ValueSource(Kind.DEFAULT, "");
  static final ValueSource COMMAND = new ValueSource(Kind.COMMAND, "");

  /// The kinds in ascending order of precedence.
  public enum Kind {
    DEFAULT,
    FILE,
    ENVIRONMENT,
    FLAG,
    /// A value that a command needs in order to work.
    COMMAND
  }

  static ValueSource variable(String name) {
    return new ValueSource(Kind.ENVIRONMENT, name);
  }

  static ValueSource flag(String name) {
    return new ValueSource(Kind.FLAG, "--" + name);
  }

  /// The source as the suffix of a message.
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
