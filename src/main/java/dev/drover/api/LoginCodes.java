package dev.drover.api;

import dev.drover.access.KeyText;
import dev.drover.base.Ids;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// The codes with which browsers can be logged in: each for one login, within a minute. They are in
/// the memory of this node only, by their hashes. Safe for many threads.
final class LoginCodes {
  static final Duration LIFETIME = Duration.ofSeconds(60);

  /// The length of a code in base62 digits: 256 bits.
  private static final int DIGITS = 43;

  /// The maximum number of codes that wait, the newest ones.
  private static final int WAITING = 1_000;

  private record Code(KeyProof key, Instant end) {}

  private final Ids ids;
  private final Map<String, Code> byHash =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Code> eldest) {
          return size() > WAITING;
        }
      };

  /// @param ids over a generator that cannot be predicted
  LoginCodes(Ids ids) {
    this.ids = ids;
  }

  /// A new code for a key.
  synchronized String make(KeyProof key, Instant now) {
    byHash.values().removeIf(code -> !now.isBefore(code.end));
    var text = ids.digits(DIGITS);
    byHash.put(hash(text), new Code(key, now.plus(LIFETIME)));
    return text;
  }

  /// Takes a code away; empty if there is none, or no longer.
  synchronized Optional<KeyProof> take(String text, Instant now) {
    return Optional.ofNullable(byHash.remove(hash(text)))
        .filter(code -> now.isBefore(code.end))
        .map(Code::key);
  }

  private static String hash(String text) {
    return HexFormat.of().formatHex(KeyText.sha256(text));
  }
}
