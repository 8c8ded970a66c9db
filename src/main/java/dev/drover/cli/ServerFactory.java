package dev.drover.cli;

import dev.drover.base.Problem;
import dev.drover.settings.SettingValue;
import java.util.List;
import java.util.Map;

/// A factory of the servers that commands use. It is passed in by Main, because the command line
/// does not know the parts. Flags are passed by the name of their setting (`host`, `port`, `data`,
/// `config`) if they were given; the environment and the settings file define the rest.
public interface ServerFactory {
  /// Starts a server at the address in the settings. It accepts requests when this returns, until
  /// it is closed.
  ///
  /// @throws Problem for errors that the user can fix: a setting, a port in use
  Endpoint serve(Map<String, String> flags) throws InterruptedException;

  /// Starts a server for one command, on a free port of the loopback address, with a `rehearsal`
  /// model that answers at once. It writes nothing to standard output, and accepts requests when
  /// this returns.
  ///
  /// @throws Problem for errors that the user can fix
  Endpoint embed(Map<String, String> flags) throws InterruptedException;

  /// The server of this machine according to the settings. Starts and creates nothing.
  ///
  /// @throws Problem if a setting is invalid, or if the key cannot be read
  LocalServer local(Map<String, String> flags);

  /// Every setting, with its value and the source of the value, without secrets. Starts and creates
  /// nothing.
  ///
  /// @throws Problem if a setting is invalid
  List<SettingValue> settings(Map<String, String> flags);
}
