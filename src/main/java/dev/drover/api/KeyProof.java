package dev.drover.api;

import java.util.HexFormat;

/// What is known of an API key without its text: how it is found again, and the hash that proves
/// that it is still the same key. The hash never leaves the server.
///
/// @param reference the beginning of the text of a key of a workspace, or the id of a key of the
///   settings; no secret
/// @param hash the SHA-256 of the text, in hexadecimal digits
record KeyProof(String reference, String hash) {
  static KeyProof of(String reference, byte[] hash) {
    return new KeyProof(reference, HexFormat.of().formatHex(hash));
  }

  @Override
  public String toString() {
    return reference;
  }
}
