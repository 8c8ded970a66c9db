package dev.drover.bundle;

import dev.drover.base.Problem;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;

/// The format of bundles: the names of their entries, in this order, and the limits of what is
/// accepted.
public final class BundleFormat {
  /// The number of the format. It changes when a reader of the present one could not read a bundle.
  public static final int NUMBER = 1;

  /// The maximum length of a bundle that is accepted, in bytes.
  public static final long MAX_BYTES = 1L << 30;

  /// The maximum number of events.
  public static final int MAX_EVENTS = 100_000;

  /// The maximum length of an event with its hidden data, in bytes. A few copies of one event are
  /// in memory at a time.
  public static final int MAX_LINE = 32 << 20;

  /// The maximum length of each of the other entries, in bytes.
  static final int MAX_DOCUMENT = 4 << 20;

  static final String TYPE = "session_bundle";
  static final String MANIFEST = "manifest.json";
  static final String SESSION = "session.json";
  static final String AGENT = "agent.json";
  static final String EVENTS = "events.jsonl";

  /// The entries after the manifest.
  static final List<String> PARTS = List.of(SESSION, AGENT, EVENTS);

  private BundleFormat() {}

  static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /// The problem that a bundle cannot be imported.
  ///
  /// @param what a sentence without a full stop
  static Problem refused(String what) {
    return Problem.invalid("The bundle cannot be imported: " + what + ".");
  }
}
