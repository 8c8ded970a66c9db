package dev.drover.gateway.tls;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLSocket;

/// A side of a connection with TLS, after the handshake.
public final class TlsLine implements Line {
  private static final int RECORD = 16 * 1024;

  private final SSLSocket tls;
  private final Line line;
  private final InputStream in;
  private final OutputStream out;

  /// @param line under it
  TlsLine(SSLSocket tls, Line line) throws IOException {
    this.tls = tls;
    this.line = line;
    this.in = tls.getInputStream();
    this.out = tls.getOutputStream();
  }

  @Override
  public int read(ByteBuffer to) throws IOException {
    if (!to.hasRemaining()) {
      return 0;
    }
    if (to.hasArray()) {
      int read = in.read(to.array(), to.arrayOffset() + to.position(), to.remaining());
      to.position(to.position() + Math.max(read, 0));
      return read;
    }
    var bytes = new byte[Math.min(to.remaining(), RECORD)];
    int read = in.read(bytes);
    to.put(bytes, 0, Math.max(read, 0));
    return read;
  }

  @Override
  public int write(ByteBuffer from) throws IOException {
    int length = Math.min(from.remaining(), RECORD);
    if (from.hasArray()) {
      out.write(from.array(), from.arrayOffset() + from.position(), length);
      from.position(from.position() + length);
    } else {
      var bytes = new byte[length];
      from.get(bytes);
      out.write(bytes);
    }
    return length;
  }

  @Override
  public void shutdownOutput() throws IOException {
    tls.shutdownOutput();
    line.shutdownOutput();
  }

  @Override
  public boolean isOpen() {
    return line.isOpen();
  }

  @Override
  public void close() throws IOException {
    line.close();
  }
}
