package dev.drover.api;

import dev.drover.base.Problem;
import java.io.IOException;
import java.util.concurrent.Semaphore;

/// Reads forms from clients, a limited number at a time. Safe for many threads.
final class Uploads {
  /// The length of a form besides its files, in bytes.
  static final long FRAMING = 1 << 20;

  private final Semaphore free;

  /// @param atOnce the number of forms that are read at a time
  Uploads(int atOnce) {
    free = new Semaphore(atOnce);
  }

  /// Reads a form and answers.
  @FunctionalInterface
  interface Reader {
    /// @throws IOException what the form threw
    void read(Parts form) throws IOException, InterruptedException;
  }

  /// Passes the form of a request to `reader`; answers with an error if too many are being read.
  /// When `reader` returns, the whole form has been read, or an answer was sent.
  ///
  /// @param most the maximum length of the body, in bytes
  /// @param tooLarge thrown if there is more
  /// @param parts the maximum number of parts
  /// @return whether the form was read
  /// @throws Problem if the form is malformed, too large or incomplete
  boolean read(Exchange exchange, long most, Problem tooLarge, int parts, Reader reader)
      throws InterruptedException {
    if (!free.tryAcquire()) {
      exchange.answer(
          new Errors.Failure(
              429, Errors.type(429), "Too many uploads at once. Please retry.", null));
      return false;
    }
    try (var body = exchange.body(most, tooLarge)) {
      reader.read(new Parts(exchange.header("content-type"), body, parts));
      return true;
    } catch (IOException e) {
      throw Problem.unavailable("The server cannot store the upload.", e);
    } finally {
      free.release();
    }
  }
}
