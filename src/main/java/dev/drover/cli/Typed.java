package dev.drover.cli;

/// A line that was typed to a session.
sealed interface Typed {
  String HELP =
      """
      /interrupt          interrupt the agent
      /allow [ID]         allow a tool call; without ID, the one that is waiting
      /deny [ID] [WHY]    deny it
      /result ID TEXT     the result of a custom tool call
      /quit               detach; the session continues
      /help               this list
      //TEXT              send a message that begins with a slash\
      """;

  record Message(String text) implements Typed {}

  record Interrupt() implements Typed {}

  /// @param id empty: the one that waits
  record Allow(String id) implements Typed {}

  /// @param words an id, a reason, both or neither
  record Deny(String words) implements Typed {}

  record Result(String id, String text) implements Typed {}

  record Quit() implements Typed {}

  record Help() implements Typed {}

  record Nothing() implements Typed {}

  /// Not understood.
  record Wrong(String why) implements Typed {}

  static Typed read(String line) {
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
          new Wrong("unknown command " + Neutral.line(words[0]) + "; /help lists the commands");
    };
  }

  private static Typed alone(String rest, Typed typed) {
    return rest.isEmpty() ? typed : new Wrong("this command takes no arguments");
  }
}
