package dev.drover.web;

import dev.drover.base.ImageSize;
import dev.drover.base.ImageType;
import dev.drover.web.FetchFailed.Code;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Pattern;

/// Makes pages of contents. Safe for many threads.
final class Conversion {
  /// The largest image.
  ///
  /// @param base64 the maximum number of base64 characters
  /// @param pixels the maximum width and height, in pixels
  record Largest(int base64, int pixels) {}

  private static final Pattern HTML =
      Pattern.compile("(?is)\\s*(<!--.*?-->\\s*)*<(!doctype\\s+html|html|head|body)\\b.*");

  private static final Pattern UNPRINTABLE =
      Pattern.compile("[\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f]");

  private final PdfReader pdfs;
  private final Largest images;

  Conversion(PdfReader pdfs, Largest images) {
    this.pdfs = pdfs;
    this.images = images;
  }

  /// @throws FetchFailed if no model can read the content
  WebPage page(Fetched fetched) throws FetchFailed, InterruptedException {
    var bytes = fetched.bytes();
    return switch (kind(fetched)) {
      case HTML -> page(fetched, "text/html", Markdown.of(fetched));
      case PDF -> page(fetched, "application/pdf", pdfs.read(bytes));
      case IMAGE -> image(fetched);
      default ->
          page(
              fetched,
              fetched.media().name().isEmpty() ? "text/plain" : fetched.media().name(),
              new WebPage.Text("", text(fetched), fetched.cut()));
    };
  }

  private static WebPage page(Fetched fetched, String type, WebPage.Content content) {
    return new WebPage(fetched.hops(), type, content);
  }

  private static Media.Kind kind(Fetched fetched) throws FetchFailed {
    var bytes = fetched.bytes();
    var declared = fetched.media().kind();
    if (declared != Media.Kind.UNKNOWN && declared != Media.Kind.TEXT) {
      return declared;
    }
    if (isPdf(bytes)) {
      return Media.Kind.PDF;
    }
    if (ImageType.of(bytes).isPresent()) {
      return Media.Kind.IMAGE;
    }
    if (isBinary(bytes)) {
      throw new FetchFailed(
          Code.UNSUPPORTED_CONTENT_TYPE, "the content is neither text, nor a PDF, nor an image");
    }
    var start = new String(bytes, 0, Math.min(bytes.length, 1024), StandardCharsets.ISO_8859_1);
    return declared == Media.Kind.UNKNOWN && HTML.matcher(start).matches()
        ? Media.Kind.HTML
        : Media.Kind.TEXT;
  }

  static boolean isPdf(byte[] bytes) {
    return bytes.length > 4 && new String(bytes, 0, 5, StandardCharsets.ISO_8859_1).equals("%PDF-");
  }

  /// Texts have no NUL, unless they are in UTF-16 or UTF-32, which begin with a mark.
  private static boolean isBinary(byte[] bytes) {
    if (mark(bytes).isPresent()) {
      return false;
    }
    for (int i = 0; i < Math.min(bytes.length, 4096); i++) {
      if (bytes[i] == 0) {
        return true;
      }
    }
    return false;
  }

  private static String text(Fetched fetched) {
    var bytes = fetched.bytes();
    var charset =
        mark(bytes).or(() -> fetched.media().charset()).orElseGet(() -> StandardCharsets.UTF_8);
    var text = decoded(bytes, charset);
    return printable(text.startsWith("\uFEFF") ? text.substring(1) : text);
  }

  /// Without the characters that no terminal and no model should get.
  static String printable(String text) {
    return UNPRINTABLE.matcher(text).replaceAll("");
  }

  private static Optional<Charset> mark(byte[] bytes) {
    int first = bytes.length < 2 ? 0 : (bytes[0] & 0xff) << 8 | (bytes[1] & 0xff);
    return switch (first) {
      case 0xfeff -> Optional.of(StandardCharsets.UTF_16BE);
      case 0xfffe -> Optional.of(StandardCharsets.UTF_16LE);
      case 0xefbb -> Optional.of(StandardCharsets.UTF_8);
      default -> Optional.empty();
    };
  }

  private static String decoded(byte[] bytes, Charset charset) {
    try {
      CharBuffer text =
          charset
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPLACE)
              .onUnmappableCharacter(CodingErrorAction.REPLACE)
              .decode(ByteBuffer.wrap(bytes));
      return text.toString();
    } catch (CharacterCodingException e) {
      throw new IllegalStateException("a decoder that replaces", e);
    }
  }

  private WebPage image(Fetched fetched) throws FetchFailed {
    var bytes = fetched.bytes();
    var type =
        ImageType.of(bytes)
            .orElseThrow(
                () ->
                    new FetchFailed(
                        Code.UNSUPPORTED_CONTENT_TYPE,
                        "the content is not an image, or of a type that models cannot see"));
    var size = ImageSize.of(type, bytes);
    if (size.isEmpty()) {
      throw new FetchFailed(Code.UNSUPPORTED_CONTENT_TYPE, "the image is damaged");
    }
    long base64 = (bytes.length + 2L) / 3 * 4;
    if (base64 > images.base64()
        || size.get().width() > images.pixels()
        || size.get().height() > images.pixels()) {
      throw new FetchFailed(
          Code.CONTENT_TOO_LARGE,
          "the image is too large: %,d x %,d pixels, %,d bytes"
              .formatted(size.get().width(), size.get().height(), bytes.length));
    }
    return page(
        fetched,
        type.mediaType(),
        new WebPage.Picture(type.mediaType(), Base64.getEncoder().encodeToString(bytes)));
  }
}
