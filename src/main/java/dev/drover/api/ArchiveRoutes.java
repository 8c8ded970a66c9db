package dev.drover.api;

import static dev.drover.access.KeyScope.SESSIONS_READ;
import static dev.drover.access.KeyScope.SESSIONS_WRITE;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.errands.FileAccess;
import dev.drover.errands.FileListing;
import dev.drover.wire.Times;
import io.helidon.webserver.CloseConnectionException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The routes of `/drover/sessions/{session}/files`: files of a session as archives in the pax
/// format. They are Drover's own and not part of the reference API.
final class ArchiveRoutes {
  private static final Set<String> PARAMETERS = Set.of("path", "live");
  private static final Set<String> LISTING = Set.of("limit", "live");
  private static final String TYPE = "application/x-tar";
  private static final int LONGEST_PATH = 4096;
  private static final long MOST = 16L << 30;

  private final Backend backend;
  private final FileAccess files;

  ArchiveRoutes(Backend backend) {
    this.backend = backend;
    files = backend.access();
  }

  void addTo(Router router) {
    router.get("/drover/sessions/{session}/files", SESSIONS_READ, this::read);
    router.get("/drover/sessions/{session}/files/list", SESSIONS_READ, this::list);
    router.replace("/drover/sessions/{session}/files", SESSIONS_WRITE, this::write);
  }

  private void list(Exchange exchange) throws InterruptedException {
    exchange.query().only(LISTING);
    int limit = exchange.query().limit(100, 1000);
    var all = files.list(backend.session(exchange), isLive(exchange));
    exchange.answer(
        Json.obj(
            "data",
            all.files().stream().limit(limit).<Json>map(ArchiveRoutes::file).toList(),
            "total",
            all.files().size(),
            "complete",
            !all.isCut()));
  }

  private static Json.Obj file(FileListing.Entry file) {
    return Json.obj(
        "path",
        file.path(),
        "size_bytes",
        file.size(),
        "modified_at",
        Times.write(file.modified()));
  }

  private void read(Exchange exchange) throws InterruptedException {
    var path = path(exchange);
    var session = backend.session(exchange);
    var answer = new Late(exchange);
    try {
      files.read(session, path, isLive(exchange), answer);
      answer.close();
    } catch (IOException | RuntimeException e) {
      if (answer.begun()) { // the client sees that the answer is not complete
        throw new CloseConnectionException("failed within the answer", e);
      }
      throw e instanceof RuntimeException refused
          ? refused
          : new UncheckedIOException((IOException) e);
    }
  }

  private void write(Exchange exchange) throws InterruptedException {
    var path = path(exchange);
    var tooLarge =
        new Problem(Problem.Kind.TOO_LARGE, null, "The archive is larger than 16 GiB.", null);
    var session = backend.session(exchange);
    try (var body = exchange.body(MOST, tooLarge)) {
      files.write(session, path, isLive(exchange), body);
      body.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      throw Problem.invalid("The request body is incomplete");
    }
    exchange.answer(Json.obj("type", "files_written", "path", path));
  }

  private static String path(Exchange exchange) {
    exchange.query().only(PARAMETERS);
    var path = exchange.query().text("path").orElse("");
    if (!path.startsWith("/") || path.length() > LONGEST_PATH || path.indexOf('\0') >= 0) {
      throw Query.problem("path", "must be an absolute path");
    }
    return path;
  }

  private static boolean isLive(Exchange exchange) {
    return exchange.query().flag("live");
  }

  /// An answer that begins with its first byte: until then, an error can be sent instead.
  private static final class Late extends OutputStream {
    private final Exchange exchange;
    private @Nullable OutputStream out;

    Late(Exchange exchange) {
      this.exchange = exchange;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      if (out == null) {
        out = exchange.begin(TYPE);
      }
      out.write(bytes, from, length);
    }

    boolean begun() {
      return out != null;
    }

    @Override
    public void close() throws IOException {
      if (out != null) {
        out.close();
      }
    }
  }
}
