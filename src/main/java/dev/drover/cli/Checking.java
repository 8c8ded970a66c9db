package dev.drover.cli;

import dev.drover.base.Problem;
import java.util.Map;

/// Reads the store that the settings name and says what in it is not as Drover writes it. Handed in
/// by Main, which alone knows the parts.
public interface Checking {
  /// Needs no server, and disturbs none. Writes nothing.
  ///
  /// @param flags by the name of their setting
  /// @param hearer is told of each thing as it is found
  /// @throws Problem when it cannot look: no store, a wrong setting, another version's schema
  Tally run(Map<String, String> flags, Hearer hearer);

  /// Who is told.
  interface Hearer {
    /// @param session empty: it is the store as a whole
    /// @param position of the event that shows it; 0: it is the session's row
    void finding(String session, long position, String sentence);

    /// What is not wrong, and good to know.
    void note(String session, String sentence);
  }

  /// What was looked at.
  ///
  /// @param store for people; holds no secret
  record Tally(String store, long sessions, long events) {}
}
