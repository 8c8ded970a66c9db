package dev.drover.hands;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/// One frame of the protocol between a server and `hand`: a length, an operation, the id of the
/// call that it is about, and a payload. Numbers are big-endian.
record Frame(byte op, int id, ByteBuffer payload) {
  /// Bytes after the length field.
  static final int MAX = 1 << 20;

  private static final int HEAD = 9;

  static final byte PING = 1;
  static final byte PART = 2;
  static final byte CALL = 3;
  static final byte CANCEL = 4;
  static final byte STOP = 6;
  static final byte WATCH = 7; // since version 4 of the protocol
  static final byte HELLO = 16;
  static final byte PONG = 17;
  static final byte OUTPUT = 18; // since version 4
  static final byte RESULT = 19;

  // Operations on files, since version 2 of the protocol.
  static final byte TREE = 32;
  static final byte GET = 33;
  static final byte PUT = 34;
  static final byte REMOVE = 35;
  static final byte PACK = 36;
  static final byte UNPACK = 37;
  static final byte GET_ALL = 38; // since version 3
  static final byte LIVES = 40;
  static final byte DATA = 48;
  static final byte DATA_END = 49;
  static final byte CREDIT = 50;
  static final byte DONE = 51;

  static Frame bare(byte op, int id) {
    return new Frame(op, id, ByteBuffer.allocate(0));
  }

  /// The peer violated the protocol.
  static final class Violation extends IOException {
    private static final long serialVersionUID = 1;

    Violation(String message) {
      super(message);
    }
  }

  byte[] encoded() {
    return ByteBuffer.allocate(HEAD + payload.remaining())
        .putInt(5 + payload.remaining())
        .put(op)
        .putInt(id)
        .put(payload.duplicate())
        .array();
  }

  /// Reads the next frame.
  static Frame read(InputStream in) throws IOException {
    var head = fill(in, HEAD);
    int length = head.getInt();
    if (length < 5 || length > MAX) {
      throw new Violation("a frame of " + Integer.toUnsignedString(length) + " bytes");
    }
    byte op = head.get();
    int id = head.getInt();
    return new Frame(op, id, fill(in, length - 5));
  }

  private static ByteBuffer fill(InputStream in, int length) throws IOException {
    var bytes = new byte[length];
    if (in.readNBytes(bytes, 0, length) < length) {
      throw new EOFException("the hand closed the connection");
    }
    return ByteBuffer.wrap(bytes);
  }
}
