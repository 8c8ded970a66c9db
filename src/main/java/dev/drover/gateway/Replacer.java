package dev.drover.gateway;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Replaces texts in bytes that arrive in pieces. It holds back what may be the beginning of one.
/// What was put in is not searched again. Not safe for concurrent use.
final class Replacer {
  private final List<Text> texts;
  private final int longest;
  private final boolean[] first = new boolean[256];
  private final Sink sink;
  private byte[] held = {};

  /// A text that is replaced.
  ///
  /// @param with returns what takes its place; empty: it stays
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Text(byte[] bytes, With with) {
    Text(String text, With with) {
      this(text.getBytes(StandardCharsets.US_ASCII), with);
    }
  }

  /// Finds what takes the place of a text, when it was found.
  interface With {
    Optional<byte[]> get() throws IOException;
  }

  /// Takes the bytes after the replacement.
  interface Sink {
    void accept(ByteBuffer bytes) throws IOException;
  }

  /// @param texts none of which is the beginning of another
  Replacer(List<Text> texts, Sink sink) {
    this.texts = List.copyOf(texts);
    this.sink = sink;
    this.longest = texts.stream().mapToInt(text -> text.bytes.length).max().orElse(1);
    texts.forEach(text -> first[text.bytes[0] & 0xff] = true);
  }

  void accept(ByteBuffer piece) throws IOException {
    var joined = new byte[held.length + piece.remaining()];
    System.arraycopy(held, 0, joined, 0, held.length);
    piece.get(joined, held.length, piece.remaining());
    search(joined, joined.length - longest + 1);
  }

  /// Passes on what was held back.
  void end() throws IOException {
    search(held, held.length);
  }

  /// @param end before which a text that begins is complete, or there is no more
  private void search(byte[] in, int end) throws IOException {
    int from = 0;
    int at = 0;
    while (at < end) {
      var found = first[in[at] & 0xff] ? at(in, at) : Optional.<Text>empty();
      var with = found.isPresent() ? found.get().with.get() : Optional.<byte[]>empty();
      if (with.isPresent()) {
        pass(in, from, at);
        sink.accept(ByteBuffer.wrap(with.get()));
        at += found.get().bytes.length;
        from = at;
      } else {
        at++;
      }
    }
    pass(in, from, at);
    held = Arrays.copyOfRange(in, at, in.length);
  }

  private Optional<Text> at(byte[] in, int at) {
    for (var text : texts) {
      int end = at + text.bytes.length;
      if (end <= in.length && Arrays.equals(in, at, end, text.bytes, 0, text.bytes.length)) {
        return Optional.of(text);
      }
    }
    return Optional.empty();
  }

  private void pass(byte[] in, int from, int to) throws IOException {
    if (to > from) {
      sink.accept(ByteBuffer.wrap(in, from, to - from));
    }
  }

  /// Replaces the texts in a whole.
  static byte[] whole(byte[] in, List<Text> texts) throws IOException {
    var out = new ByteArrayOutputStream(in.length);
    var replacer =
        new Replacer(
            texts,
            bytes ->
                out.write(
                    bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining()));
    replacer.accept(ByteBuffer.wrap(in));
    replacer.end();
    return out.toByteArray();
  }
}
