package dev.drover.session;

/// Names one hand, for good: another hand never gets its id.
public record HandId(String value) {
  public static final String PREFIX = "hand_";

  @Override
  public String toString() {
    return value;
  }
}
