package dev.drover.session;

/// How a client's send reached us. A client that hears no answer sends again without saying which
/// send it repeats (seen: the official TypeScript SDK, three times, told apart by a retry count
/// alone).
///
/// @param fingerprint the same for the same key and body; a hash, never the content
/// @param repeat whether this may repeat an earlier send
public record Delivery(String fingerprint, boolean repeat) {
  /// The fingerprint of a session's first events, which are sent with its creation.
  public static final String OF_CREATION = "creation";
}
