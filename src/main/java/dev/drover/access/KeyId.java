package dev.drover.access;

/// Identifies an API key without revealing it: a part of its hash.
public record KeyId(String value) {
  @Override
  public String toString() {
    return value;
  }
}
