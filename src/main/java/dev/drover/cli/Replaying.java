package dev.drover.cli;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The replay of exported sessions on this machine, with the models of its settings. It is passed
/// in by Main, because the command line does not know the parts.
public interface Replaying {
  /// Reads a bundle, which is not trusted.
  ///
  /// @param flags by the name of their setting
  /// @throws Problem if the bundle or a setting is invalid
  Recorded open(Path bundle, Map<String, String> flags) throws IOException, InterruptedException;

  /// The settings of a replay; what is empty is as in the session.
  record Settings(
      Optional<String> model,
      Optional<Integer> contextTokens,
      Optional<String> strategy,
      Optional<String> profile) {}

  /// A recorded session. Its answers are those of the server's routes.
  interface Recorded extends AutoCloseable {
    /// Makes the requests again, without a model.
    Json.Obj requests(Settings settings);

    /// The positions of recorded requests, spread evenly over the log.
    List<Long> points(int most);

    /// Makes the requests again with each assumption of the profile switched off.
    ///
    /// @param most the maximum number of points of each
    Json.Obj assumptions(Settings settings, int most);

    /// Asks a model for the reply to a recorded request.
    Json.Obj step(long position, Optional<String> model) throws InterruptedException;

    /// The same with a context that is made anew.
    ///
    /// @param without the name of an assumption that is switched off; empty for none
    Json.Obj remade(long position, Settings settings, Optional<String> without)
        throws InterruptedException;

    @Override
    void close();
  }
}
