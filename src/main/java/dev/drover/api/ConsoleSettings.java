package dev.drover.api;

import dev.drover.settings.Section;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// The settings of the console in the browser.
///
/// @param enabled whether there is a console, and browsers can log in
/// @param hosts the names that browsers may use for the server, besides `localhost` and addresses
/// @param directory the directory of the console's files; empty for those of this program
public record ConsoleSettings(boolean enabled, List<String> hosts, Optional<Path> directory) {
  static final ConsoleSettings DEFAULT = new ConsoleSettings(true, List.of(), Optional.empty());

  public ConsoleSettings {
    hosts = List.copyOf(hosts);
  }

  /// @param section the section `console` of the settings
  static ConsoleSettings read(Section section) {
    var hosts = section.list("hosts").orElse(List.of());
    for (var host : hosts) {
      if (!host.matches("[0-9A-Za-z_.-]{1,253}")) {
        throw section.problem("hosts", "must be host names without a port, such as drover.example");
      }
    }
    return new ConsoleSettings(
        section.bool("enabled", true), hosts, section.text("directory").map(Path::of));
  }
}
