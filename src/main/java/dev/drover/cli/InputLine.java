package dev.drover.cli;

/// A line that the user typed.
sealed interface InputLine {
  String HELP =
      """
      y, n [WHY]          allow or deny the first call that waits for permission
      /interrupt          interrupt the agent
      /allow [ID]         allow a tool call; without ID, the one that is waiting
      /deny [ID] [WHY]    deny it
      /result ID TEXT     the result of a custom tool call
      /quit               detach; the session continues
      /help               this list
      //TEXT              send a message that begins with a slash\
      """;

  record Message(String text) implements InputLine {}

  record Interrupt() implements InputLine {}

  /// @param id empty: the call that waits
  record Allow(String id) implements InputLine {}

  /// @param words an id, a reason, both or neither
  record Deny(String words) implements InputLine {}

  record Result(String id, String text) implements InputLine {}

  record Quit() implements InputLine {}

  record Help() implements InputLine {}

  record Nothing() implements InputLine {}

  /// An invalid line.
  record Wrong(String why) implements InputLine {}

  static InputLine read(String line) {
    var text = line.strip();
    if (text.isEmpty()) {
      return new Nothing();
    }
    if (!text.startsWith("/")) {
      return new Message(line.stripTrailing());
    }
    if (text.startsWith("//")) {
      return new Message(text.substring(1));
    }
    var words = text.split("\\s+", 2);
    var rest = words.length > 1 ? words[1] : "";
    return switch (words[0]) {
      case "/interrupt" -> alone(rest, new Interrupt());
      case "/quit" -> alone(rest, new Quit());
      case "/help" -> alone(rest, new Help());
      case "/allow" -> rest.contains(" ") ? new Wrong("/allow takes one id") : new Allow(rest);
      case "/deny" -> new Deny(rest);
      case "/result" -> {
        var parts = rest.split("\\s+", 2);
        yield parts.length < 2
            ? new Wrong("/result takes an id and a text")
            : new Result(parts[0], parts[1]);
      }
      default ->
          new Wrong("unknown command " + Sanitized.line(words[0]) + "; /help lists the commands");
    };
  }

  private static InputLine alone(String rest, InputLine typed) {
    return rest.isEmpty() ? typed : new Wrong("this command takes no arguments");
  }
}
