package dev.drover.bench.context;

/// A fact that is planted in the first tenth of a scripted session and asked for at its end.
///
/// @param place where it is planted
/// @param needle what is known of it when it is asked for
/// @param value what is asked for; it is nowhere else
public record Fact(Place place, String needle, String value) {
  /// The places in which facts are planted.
  public enum Place {
    MESSAGE,
    RESULT,
    ERROR,
    /// The path in the input of a call.
    PATH
  }

  /// The text that is planted.
  String text() {
    return needle + " is " + value;
  }
}
