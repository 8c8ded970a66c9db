package dev.drover.hands.bwrap;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;

/// The kinds of `/etc` that sandboxes of this server have: the usual one, and one for each
/// authority that programs trust in addition. Safe for many threads.
final class EtcDirectories {
  private final Path data;
  private final Map<String, String> files;
  private final Map<Optional<String>, Etc> made = new HashMap<>();

  /// @param data in which they are made
  /// @param files of all of them by name, instead of those that they usually have
  /// @throws IOException if the usual one cannot be made
  EtcDirectories(Path data, Map<String, String> files) throws IOException {
    this.data = data;
    this.files = files;
    of(Optional.empty());
  }

  /// @param authority a certificate in PEM; empty: the usual one
  synchronized Etc of(Optional<String> authority) throws IOException {
    var etc = made.get(authority);
    if (etc == null) {
      var name = authority.map(pem -> "etc-" + digest(pem)).orElse("etc");
      etc = Etc.make(data.resolve(name), new Trust(authority), files);
      made.put(authority, etc);
    }
    return etc;
  }

  private static String digest(String pem) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(pem.getBytes(StandardCharsets.US_ASCII)), 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JDK has no SHA-256", e);
    }
  }
}
