package dev.drover.cli;

import java.util.Map;

/// A session that remains after `drover run`, whose server ends with it, and how to reach it later.
///
/// @param flags of the run, by the name of their setting
/// @param command the name under which the command was started
record KeptSession(String id, Map<String, String> flags, String command) {
  KeptSession {
    flags = Map.copyOf(flags);
  }

  /// The command that starts a server with the session.
  String serve() {
    return command + " serve" + flag("data") + flag("config");
  }

  /// The command that shows the session once that server runs.
  String logs() {
    return command + " logs " + id + data();
  }

  /// The flags of commands that find this server.
  private String data() {
    return flag("data");
  }

  /// The command that copies a file to the current directory.
  ///
  /// @param path in the session, as `drover cp` takes it
  String copy(String path) {
    return command + " cp " + ShellQuote.of(id + ":" + path) + " ." + data();
  }

  private String flag(String name) {
    var text = flags.getOrDefault(name, "");
    return text.isEmpty() ? "" : " --" + name + " " + ShellQuote.of(text);
  }
}
