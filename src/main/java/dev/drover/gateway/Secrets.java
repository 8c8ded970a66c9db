package dev.drover.gateway;

import dev.drover.base.Secret;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The secrets that programs in the sandbox of one session use by placeholders. Every method throws
/// a `Problem` `UNAVAILABLE` if the store or the keys cannot be used. Blocking; safe for many
/// threads.
public interface Secrets {
  /// A session that has none and never will.
  Secrets NONE =
      new Secrets() {
        @Override
        public Map<String, String> issue() {
          return Map.of();
        }

        @Override
        public List<Placeholder> current() {
          return List.of();
        }

        @Override
        public Optional<Secret> reveal(Placeholder placeholder, Destination to, boolean inBody) {
          return Optional.empty();
        }
      };

  /// The placeholders for a sandbox that is now created, by the name of their environment variable.
  Map<String, String> issue();

  /// The placeholders that stand for a secret now.
  List<Placeholder> current();

  /// The secret of a placeholder, which is sent next; its use is recorded. Empty if the placeholder
  /// stands for nothing any more.
  ///
  /// @param inBody whether it is sent in a body; otherwise in a header
  Optional<Secret> reveal(Placeholder placeholder, Destination to, boolean inBody);
}
