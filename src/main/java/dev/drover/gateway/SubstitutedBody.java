package dev.drover.gateway;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalLong;

/// The body of a request in which secrets take the place of placeholders, so that its length is not
/// that which the program has announced. A small one is read whole, to know its length; any other
/// is sent in chunks.
final class SubstitutedBody {
  /// The longest body that is read whole.
  private static final int WHOLE = 1 << 20;

  /// How much longer it may become.
  private static final int GROWTH = 256 * 1024;

  private SubstitutedBody() {}

  /// Writes the head of the request.
  interface Head {
    /// @param length of the body; empty: it is sent in chunks
    String text(OptionalLong length);
  }

  /// Sends a request with a body, and runs the connection until its end.
  static void forward(Passage passage, RequestHead head, Head written, List<Replacer.Text> texts)
      throws IOException, InterruptedException {
    passage.expectsBody(head);
    long length = head.length();
    if (length != RequestHead.CHUNKED && length <= WHOLE && passage.reserve(length)) {
      try {
        passage.goesOn();
        var body = whole(passage, length, texts);
        passage.send(ascii(written.text(OptionalLong.of(body.length))));
        passage.send(ByteBuffer.wrap(body));
      } finally {
        passage.release(length);
      }
      passage.run(passage::drop, passage::copyDown);
      return;
    }
    if (head.minor() == 0) {
      throw new NotConnected(
          Verdict.Reason.PROTOCOL,
          "a request was refused: a large body in which secrets are put needs HTTP/1.1");
    }
    passage.send(ascii(written.text(OptionalLong.empty())));
    passage.run(
        () -> {
          inChunks(passage, length, texts);
          passage.drop();
        },
        passage::copyDown);
  }

  private static byte[] whole(Passage passage, long length, List<Replacer.Text> texts)
      throws IOException {
    var out = new ByteArrayOutputStream((int) length);
    var replacer =
        new Replacer(
            texts,
            bytes -> {
              if (out.size() + (long) bytes.remaining() > length + GROWTH) {
                throw new NotConnected(
                    Verdict.Reason.LIMIT,
                    "a request was refused: its body has too many placeholders");
              }
              out.write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
            });
    ForwardedBody.read(
        length,
        passage,
        bytes -> {
          passage.goesOn();
          replacer.accept(bytes);
        });
    replacer.end();
    return out.toByteArray();
  }

  private static void inChunks(Passage passage, long length, List<Replacer.Text> texts)
      throws IOException {
    var replacer = new Replacer(texts, bytes -> passage.send(chunk(bytes)));
    ForwardedBody.read(length, passage, replacer::accept);
    replacer.end();
    passage.send(ascii("0\r\n\r\n"));
  }

  private static ByteBuffer chunk(ByteBuffer bytes) {
    var size = ascii(Integer.toHexString(bytes.remaining()) + "\r\n");
    return ByteBuffer.allocate(size.remaining() + bytes.remaining() + 2)
        .put(size)
        .put(bytes)
        .put(ascii("\r\n"))
        .flip();
  }

  private static ByteBuffer ascii(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
  }
}
