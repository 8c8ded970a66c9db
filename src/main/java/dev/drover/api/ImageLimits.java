package dev.drover.api;

import dev.drover.settings.Section;

/// How large an image may be that a client sends. What is larger would be refused by the model's
/// server, with every later request of its session.
///
/// @param base64 the most characters of base64
/// @param pixels the most pixels in width and in height
public record ImageLimits(int base64, int pixels) {
  /// Those of the Messages API: 5 MB and 8,000 pixels.
  public static final ImageLimits DEFAULT = new ImageLimits(5 * 1024 * 1024, 8_000);

  static ImageLimits read(Section section) {
    return new ImageLimits(
        section.count("max_base64_bytes", 1_000, 1 << 25, DEFAULT.base64),
        section.count("max_pixels", 1, 65_535, DEFAULT.pixels));
  }
}
