package dev.drover.desk;

/// Names the key that a caller has shown: always the same for the same key, and of no use to a
/// thief.
public record KeyId(String value) {
  @Override
  public String toString() {
    return value;
  }
}
