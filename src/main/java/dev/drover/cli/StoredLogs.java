package dev.drover.cli;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/// The logs of the sessions in the store of this machine, for the time in which no server runs. It
/// is passed in by Main, because the command line does not know the stores.
@FunctionalInterface
public interface StoredLogs {
  /// A machine without a store.
  StoredLogs NONE = _ -> Optional.empty();

  /// Opens the store that the settings name, if it is a file of this machine. Neither creates nor
  /// writes anything, and does not disturb a running server.
  ///
  /// @param flags by the name of their setting
  /// @return empty if there is none
  /// @throws Problem if a setting is invalid, or the store cannot be read
  Optional<Opened> open(Map<String, String> flags);

  /// An open store. One thread.
  interface Opened extends AutoCloseable {
    /// The name of the store, for people; contains no secret.
    String name();

    /// The ids of the sessions that begin with a text, at most `most` of them.
    List<String> sessions(String beginning, int most);

    /// Passes on the events of a session as its event list has them: first those in the log, then
    /// those that wait.
    ///
    /// @param reader returns false when it needs no more
    void events(String session, Predicate<Json.Obj> reader);

    @Override
    void close();
  }
}
