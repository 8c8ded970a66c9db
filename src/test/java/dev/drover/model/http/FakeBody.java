package dev.drover.model.http;

import dev.drover.model.Answer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/// The body of a 200 without a server behind it: the same code reads it.
public final class FakeBody {
  private static final Failures FAILURES = new Failures(ApiKey.NONE, "http://h");

  private final byte[] bytes;
  private final List<String> type;
  private final boolean measured;
  private final boolean lost;

  /// @param bytes of the body
  /// @param type the values of `content-type`
  /// @param measured whether the response told its length
  /// @param lost whether the connection is lost after the last byte
  private FakeBody(byte[] bytes, List<String> type, boolean measured, boolean lost) {
    this.bytes = bytes;
    this.type = type;
    this.measured = measured;
    this.lost = lost;
  }

  /// The bytes themselves: whoever changes them changes the body.
  public byte[] bytes() {
    return bytes;
  }

  /// An event stream that ends in good order.
  public static FakeBody stream(String text) {
    return new FakeBody(
        text.getBytes(StandardCharsets.UTF_8), List.of("text/event-stream"), true, false);
  }

  public FakeBody typed(String... types) {
    return new FakeBody(bytes, List.of(types), measured, lost);
  }

  public FakeBody unmeasured() {
    return new FakeBody(bytes, type, false, lost);
  }

  /// The same, zipped as a whole.
  public FakeBody zipped() {
    var all = new ByteArrayOutputStream();
    try (var zip = new GZIPOutputStream(all)) {
      zip.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new FakeBody(all.toByteArray(), type, measured, lost);
  }

  /// The connection is lost after `length` bytes.
  public FakeBody cutAfter(int length) {
    return new FakeBody(Arrays.copyOf(bytes, length), type, measured, true);
  }

  /// A body of `length` bytes that ends in good order.
  public FakeBody endedAfter(int length) {
    return new FakeBody(Arrays.copyOf(bytes, length), type, measured, false);
  }

  /// What comes of it when it arrives in pieces.
  ///
  /// @param sizes the lengths of the pieces, in bytes, again and again; none: it arrives at once
  public Answer read(Supplier<ReplyBuilder> replies, int... sizes) throws InterruptedException {
    return read(events -> new ReplyReader(FAILURES, events, replies.get()).read(), sizes);
  }

  /// What `reading` makes of its events.
  Answer read(ReplyBody.Reading reading, int... sizes) throws InterruptedException {
    try {
      return new ReplyBody(chunks(sizes), type, measured).read(FAILURES, reading);
    } catch (BrokenStream e) {
      return Failures.broken(e.what());
    }
  }

  private ReplyChunks chunks(int... sizes) {
    return new ReplyChunks() {
      private int at;
      private int count;

      @Override
      public byte @Nullable [] next() throws BrokenStream {
        if (at == bytes.length) {
          if (lost) {
            throw new BrokenStream("lost");
          }
          return null;
        }
        int from = at;
        int size = sizes.length == 0 ? bytes.length : sizes[count++ % sizes.length];
        at = (int) Math.min(bytes.length, (long) at + size);
        return Arrays.copyOfRange(bytes, from, at);
      }
    };
  }
}
