package dev.drover.gateway;

import java.nio.ByteBuffer;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;

/// The first message of the JDK's TLS client.
final class Hello {
  private Hello() {}

  static byte[] to(String host) throws SSLException, NoSuchAlgorithmException {
    var engine = SSLContext.getDefault().createSSLEngine();
    engine.setUseClientMode(true);
    if (!host.isEmpty()) {
      var parameters = engine.getSSLParameters();
      parameters.setServerNames(List.of(new SNIHostName(host)));
      engine.setSSLParameters(parameters);
    }
    var out = ByteBuffer.allocate(32 * 1024);
    engine.wrap(ByteBuffer.allocate(0), out);
    var bytes = new byte[out.position()];
    out.flip().get(bytes);
    return bytes;
  }

  /// The same message in records of `size` bytes.
  static byte[] inRecords(byte[] hello, int size) {
    var out = ByteBuffer.allocate(hello.length * 6);
    for (int at = 5; at < hello.length; at += size) {
      int length = Math.min(size, hello.length - at);
      out.put(hello, 0, 3).putShort((short) length).put(hello, at, length);
    }
    var bytes = new byte[out.position()];
    out.flip().get(bytes);
    return bytes;
  }
}
