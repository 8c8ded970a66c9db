package dev.drover.gateway;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// The first message of a TLS connection.
///
/// @param bytes as they arrived, to be sent on
/// @param name the host that it names, as it is written there; empty if it names none
/// @see <a href="https://www.rfc-editor.org/rfc/rfc8446">RFC 8446</a>, sections 4.1.2 and 5.1
/// @see <a href="https://www.rfc-editor.org/rfc/rfc6066">RFC 6066</a>, section 3
record ClientHello(ByteBuffer bytes, Optional<String> name) {
  /// The first byte of a TLS connection.
  static final int HANDSHAKE = 22;

  /// A fatal alert: access denied.
  private static final byte[] DENIED = {21, 3, 3, 0, 2, 2, 49};

  private static final int MOST = 16 * 1024;
  private static final int CLIENT_HELLO = 1;
  private static final int SERVER_NAME = 0;

  static ByteBuffer denial() {
    return ByteBuffer.wrap(DENIED);
  }

  /// Reads it; it may be spread over several records.
  ///
  /// @throws NotConnected if it is none, or longer than 16 KiB
  static ClientHello read(PeekedStream in) throws IOException {
    var raw = new ByteArrayOutputStream();
    var message = new ByteArrayOutputStream();
    int length = 4;
    while (message.size() < length) {
      var head = in.read(5);
      int size = ((head[3] & 0xff) << 8) | (head[4] & 0xff);
      if (head[0] != HANDSHAKE || head[1] != 3 || size == 0 || raw.size() + size > MOST) {
        throw malformed();
      }
      var fragment = in.read(size);
      raw.writeBytes(head);
      raw.writeBytes(fragment);
      message.writeBytes(fragment);
      if (message.size() >= 4) {
        var start = message.toByteArray();
        length = 4 + (((start[1] & 0xff) << 16) | ((start[2] & 0xff) << 8) | (start[3] & 0xff));
        if (start[0] != CLIENT_HELLO || length > MOST) {
          throw malformed();
        }
      }
    }
    var body = ByteBuffer.wrap(message.toByteArray(), 4, length - 4);
    return new ClientHello(ByteBuffer.wrap(raw.toByteArray()), name(body));
  }

  private static Optional<String> name(ByteBuffer body) throws NotConnected {
    part(body, 2 + 32); // version, random
    part(body, u8(body)); // session id
    part(body, u16(body)); // cipher suites
    part(body, u8(body)); // compression methods
    if (!body.hasRemaining()) {
      return Optional.empty();
    }
    var extensions = part(body, u16(body));
    Optional<String> name = Optional.empty();
    while (extensions.hasRemaining()) {
      int type = u16(extensions);
      var content = part(extensions, u16(extensions));
      if (type == SERVER_NAME) {
        if (name.isPresent()) {
          throw malformed();
        }
        name = Optional.of(only(content));
      }
    }
    return name;
  }

  /// The only entry of a list of names.
  private static String only(ByteBuffer content) throws NotConnected {
    var list = part(content, u16(content));
    int type = u8(list);
    var host = part(list, u16(list));
    if (type != 0 || list.hasRemaining() || content.hasRemaining() || !host.hasRemaining()) {
      throw malformed();
    }
    return StandardCharsets.ISO_8859_1.decode(host).toString();
  }

  private static int u8(ByteBuffer in) throws NotConnected {
    return part(in, 1).get() & 0xff;
  }

  private static int u16(ByteBuffer in) throws NotConnected {
    return part(in, 2).getShort() & 0xffff;
  }

  private static ByteBuffer part(ByteBuffer in, int length) throws NotConnected {
    if (length > in.remaining()) {
      throw malformed();
    }
    var part = in.slice(in.position(), length);
    in.position(in.position() + length);
    return part;
  }

  private static NotConnected malformed() {
    return new NotConnected(
        Verdict.Reason.MALFORMED,
        "a connection was refused: it does not begin with a valid TLS handshake");
  }
}
