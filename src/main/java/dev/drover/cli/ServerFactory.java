package dev.drover.cli;

import dev.drover.base.Problem;
import dev.drover.settings.SettingValue;
import java.util.List;
import java.util.Map;

/// Makes the servers that commands talk to. Handed in by Main, which alone knows the parts. Flags
/// come by the name of their setting (`host`, `port`, `data`, `config`), those alone that were
/// given; the environment and the configuration file decide the rest.
public interface ServerFactory {
  /// Starts the server that others use: where the settings say, until it is closed. Accepts
  /// requests when this returns.
  ///
  /// @throws Problem for what the user can mend: a setting, a port in use
  Endpoint serve(Map<String, String> flags) throws InterruptedException;

  /// Starts a server for one command: on any free port of the loopback address, with a model
  /// `rehearsal` that does not pace itself. Writes nothing to standard output. Accepts requests
  /// when this returns.
  ///
  /// @throws Problem for what the user can mend
  Endpoint embed(Map<String, String> flags) throws InterruptedException;

  /// What the settings say of the server of this machine. Starts and makes nothing.
  ///
  /// @throws Problem for a setting that is wrong, or a key that cannot be read
  LocalServer local(Map<String, String> flags);

  /// Every setting that there is, with its value and where that comes from. Holds no secret. Starts
  /// and makes nothing.
  ///
  /// @throws Problem for a setting that is wrong
  List<SettingValue> settings(Map<String, String> flags);
}
