package dev.drover.base;

import java.util.Optional;

/// The width and height that an image declares, in pixels, from 1.
public record ImageSize(long width, long height) {
  /// Reads the size from the first bytes of an image, or from all bytes of a JPEG. Empty if there
  /// is no size, or if it is 0.
  public static Optional<ImageSize> of(ImageType type, byte[] bytes) {
    try {
      var size =
          switch (type) {
            case PNG -> png(bytes);
            case GIF -> new ImageSize(little(bytes, 6, 2), little(bytes, 8, 2));
            case WEBP -> webp(bytes);
            case JPEG -> jpeg(bytes);
          };
      return size.width > 0 && size.height > 0 ? Optional.of(size) : Optional.empty();
    } catch (ArrayIndexOutOfBoundsException _) {
      return Optional.empty(); // the data ends too early
    }
  }

  private static final ImageSize NONE = new ImageSize(0, 0);

  private static ImageSize png(byte[] bytes) {
    return big(bytes, 12, 4) == 0x49484452 // IHDR
        ? new ImageSize(big(bytes, 16, 4), big(bytes, 20, 4))
        : NONE;
  }

  /// The first chunk is lossy, lossless or extended; each has the size in another place.
  private static ImageSize webp(byte[] bytes) {
    return switch ((int) big(bytes, 12, 4)) {
      case 0x56503820 -> // "VP8 "
          big(bytes, 23, 3) == 0x9D012A
              ? new ImageSize(little(bytes, 26, 2) & 0x3FFF, little(bytes, 28, 2) & 0x3FFF)
              : NONE;
      case 0x5650384C -> { // "VP8L"
        long bits = little(bytes, 21, 4);
        yield bytes[20] == 0x2F
            ? new ImageSize((bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1)
            : NONE;
      }
      case 0x56503858 -> // "VP8X"
          new ImageSize(little(bytes, 24, 3) + 1, little(bytes, 27, 3) + 1);
      default -> NONE;
    };
  }

  /// Skips segments until one starts a frame.
  private static ImageSize jpeg(byte[] bytes) {
    int at = 2;
    while (true) {
      if ((bytes[at] & 0xFF) != 0xFF) {
        return NONE;
      }
      int marker = bytes[at + 1] & 0xFF;
      if (marker == 0xFF) {
        at++; // a fill byte
      } else if (marker == 0xD9 || marker == 0xDA) {
        return NONE; // the image data or the end, without a frame before it
      } else if (marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8)) {
        at += 2; // a marker without a length
      } else if (isFrame(marker)) {
        return new ImageSize(big(bytes, at + 7, 2), big(bytes, at + 5, 2));
      } else {
        at += 2 + Math.max(2, (int) big(bytes, at + 2, 2));
      }
    }
  }

  private static boolean isFrame(int marker) {
    return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
  }

  private static long big(byte[] bytes, int at, int length) {
    long value = 0;
    for (int i = 0; i < length; i++) {
      value = value << 8 | (bytes[at + i] & 0xFF);
    }
    return value;
  }

  private static long little(byte[] bytes, int at, int length) {
    long value = 0;
    for (int i = length - 1; i >= 0; i--) {
      value = value << 8 | (bytes[at + i] & 0xFF);
    }
    return value;
  }
}
