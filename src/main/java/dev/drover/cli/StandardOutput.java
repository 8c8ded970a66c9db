package dev.drover.cli;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The standard output of a command, in UTF-8. Unlike a plain [PrintStream], it keeps the reason
/// why a write failed. Safe for concurrent use.
public final class StandardOutput extends PrintStream {
  private final Sink sink;
  private final boolean pipe;

  /// @param pipe whether a write can only fail because the reader has exited
  public StandardOutput(OutputStream out, boolean pipe) {
    this(new Sink(out), pipe);
  }

  private StandardOutput(Sink sink, boolean pipe) {
    super(sink, false, StandardCharsets.UTF_8);
    this.sink = sink;
    this.pipe = pipe;
  }

  /// The reason why output was lost; empty if all of it was written, or if its reader closed the
  /// pipe.
  Optional<String> loss() {
    flush();
    var failure = sink.failure;
    if (failure == null) {
      return Optional.empty();
    }
    var why = String.valueOf(failure.getMessage());
    return pipe || why.equals("Broken pipe") ? Optional.empty() : Optional.of(why);
  }

  private static final class Sink extends FilterOutputStream {
    private volatile @Nullable IOException failure;

    Sink(OutputStream out) {
      super(out);
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      try {
        out.write(bytes, from, length);
      } catch (IOException e) {
        failure = e;
        throw e;
      }
    }

    @Override
    public void flush() throws IOException {
      try {
        out.flush();
      } catch (IOException e) {
        failure = e;
        throw e;
      }
    }
  }
}
