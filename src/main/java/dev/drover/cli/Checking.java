package dev.drover.cli;

import dev.drover.base.Problem;
import java.util.Map;

/// A check of the store that the settings name. It is passed in by Main, because the command line
/// does not know the stores.
public interface Checking {
  /// Needs no server, does not disturb a running one, and writes nothing.
  ///
  /// @param flags by the name of their setting
  /// @param hearer receives each finding at once
  /// @throws Problem if the check cannot run: no store, an invalid setting, the schema of another
  ///   version
  Tally run(Map<String, String> flags, Hearer hearer);

  /// The receiver of findings.
  interface Hearer {
    /// @param session empty if the finding concerns the store as a whole
    /// @param position of the event; 0 for the row of the session
    void finding(String session, long position, String sentence);

    /// A remark that is not an error.
    void note(String session, String sentence);
  }

  /// The extent of the check.
  ///
  /// @param store the name of the store, for people; contains no secret
  record Tally(String store, long sessions, long events) {}
}
