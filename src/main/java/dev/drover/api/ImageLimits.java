package dev.drover.api;

import dev.drover.settings.Section;

/// The maximum size of the images that clients send. A model server would refuse a larger image,
/// and with it every later request of its session.
///
/// @param base64 the maximum number of base64 characters
/// @param pixels the maximum width and height, in pixels
public record ImageLimits(int base64, int pixels) {
  /// The limits of the Messages API: 5 MB and 8,000 pixels.
  public static final ImageLimits DEFAULT = new ImageLimits(5 * 1024 * 1024, 8_000);

  static ImageLimits read(Section section) {
    return new ImageLimits(
        section.count("max_base64_bytes", 1_000, 1 << 25, DEFAULT.base64),
        section.count("max_pixels", 1, 65_535, DEFAULT.pixels));
  }
}
