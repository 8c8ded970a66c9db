package dev.drover.session;

/// How a send of a client arrived. A client that receives no response retries without naming the
/// send that it repeats (observed: the official TypeScript SDK, three times, distinguished only by
/// a retry count).
///
/// @param fingerprint the same for the same key and body; a hash, never the content
/// @param repeat whether this may repeat an earlier send
public record Delivery(String fingerprint, boolean repeat) {
  /// The fingerprint of a session's first events, which are sent with its creation.
  public static final String OF_CREATION = "creation";
}
