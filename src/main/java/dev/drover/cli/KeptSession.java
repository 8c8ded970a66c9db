package dev.drover.cli;

import java.util.Map;

/// A session that remains after `drover run`, whose server ends with it, and how to reach it later.
///
/// @param flags of the run, by the name of their setting
record KeptSession(String id, Map<String, String> flags) {
  KeptSession {
    flags = Map.copyOf(flags);
  }

  /// The command that starts a server with the session.
  String serve() {
    return "drover serve" + flag("data") + flag("config");
  }

  /// The flags of commands that find this server.
  String data() {
    return flag("data");
  }

  /// The command that copies a file to the current directory.
  ///
  /// @param path in the session, as `drover cp` takes it
  String copy(String path) {
    return "drover cp " + ShellQuote.of(id + ":" + path) + " ." + data();
  }

  private String flag(String name) {
    var text = flags.getOrDefault(name, "");
    return text.isEmpty() ? "" : " --" + name + " " + ShellQuote.of(text);
  }
}
