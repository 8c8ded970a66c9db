package dev.drover.session;

/// The id of a hand. It is never used for another hand.
public record HandId(String value) {
  public static final String PREFIX = "hand_";

  @Override
  public String toString() {
    return value;
  }
}
