package dev.drover.api;

import dev.drover.base.Fields;
import dev.drover.base.ImageSize;
import dev.drover.base.ImageType;
import java.util.Optional;

/// An image that a client sends. Only its type and its size are read; no pixel is decoded.
///
/// @param source the object that contains the image
/// @param field the field of `source` that problems with the data name
/// @param data valid base64
record Image(Fields source, String field, String data) {
  /// The number of first bytes that contain the size, for every type but JPEG.
  private static final int HEAD = 64;

  /// @throws dev.drover.base.Problem `INVALID_REQUEST` that names the field
  void check(ImageType declared, ImageLimits limits) {
    if (data.length() > limits.base64()) {
      throw source.problem(
          field,
          "must have at most %,d bytes of base64; it has %,d"
              .formatted(limits.base64(), data.length()));
    }
    var type = ImageType.of(Base64Text.start(data, HEAD));
    if (!type.equals(Optional.of(declared))) {
      throw source.problem(
          field.equals("data") ? "media_type" : field,
          "is %s, but the data is %s"
              .formatted(
                  declared.mediaType(),
                  type.map(ImageType::mediaType)
                      .orElse("none of image/jpeg, image/png, image/gif and image/webp")));
    }
    var head = Base64Text.start(data, declared == ImageType.JPEG ? Integer.MAX_VALUE : HEAD);
    var size =
        ImageSize.of(declared, head)
            .orElseThrow(() -> source.problem(field, "is damaged: the image has no size"));
    if (size.width() > limits.pixels() || size.height() > limits.pixels()) {
      throw source.problem(
          field,
          "must be at most %,d pixels wide and high; it is %,d x %,d"
              .formatted(limits.pixels(), size.width(), size.height()));
    }
  }
}
