package dev.drover.bench;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// A git server on loopback with one repository, which demands a token: git's own `http-backend`
/// behind a small HTTP server.
final class BenchGitServer implements AutoCloseable {
  /// The token of the repository. The server listens on loopback only, for the duration of the
  /// measure.
  static final String TOKEN = "bench-git-token";

  private static final String REPOSITORY = "/bench/app";
  private static final int FILE = 1_000_000;

  /// Git without the settings of this machine.
  private static final Map<String, String> GIT =
      Map.of(
          "GIT_CONFIG_NOSYSTEM", "1",
          "GIT_CONFIG_GLOBAL", "/dev/null",
          "GIT_TERMINAL_PROMPT", "0",
          "LC_ALL", "C");

  /// Nothing is compressed, because nothing can be: the content is random.
  private static final String MAKE =
      "git init -q -b main"
          + " && git config core.compression 0"
          + " && git config pack.window 0"
          + " && git add ."
          + " && git -c user.name=bench -c user.email=bench@example.com commit -q -m All"
          + " && git repack -adq"
          + " && git config core.bare true"
          + " && mkdir ../bench"
          + " && mv .git ../bench/app";

  /// The headers of a request that `http-backend` reads, and its variables for them.
  private static final Map<String, String> HEADERS =
      Map.of(
          "content-type", "CONTENT_TYPE",
          "content-length", "CONTENT_LENGTH",
          "content-encoding", "HTTP_CONTENT_ENCODING",
          "git-protocol", "GIT_PROTOCOL");

  private final Path directory;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  private BenchGitServer(Path directory) throws IOException {
    this.directory = directory;
    server = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  /// Makes the repository and serves it.
  ///
  /// @param directory for the repository; it does not exist
  /// @param megabytes the size of the repository
  static BenchGitServer start(Path directory, int megabytes)
      throws IOException, InterruptedException {
    var work = Files.createDirectories(directory.resolve("work"));
    var random = new Random(1);
    var content = new byte[FILE];
    for (int i = 0; i < megabytes; i++) {
      random.nextBytes(content);
      Files.write(work.resolve("file-" + i), content);
    }
    new LocalBash(work, GIT).run(MAKE);
    return new BenchGitServer(directory);
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + REPOSITORY;
  }

  /// The environment variables of a git that sends the token by itself.
  static Map<String, String> client() {
    var variables = new HashMap<>(GIT);
    variables.put("GIT_CONFIG_COUNT", "1");
    variables.put("GIT_CONFIG_KEY_0", "http.extraHeader");
    variables.put("GIT_CONFIG_VALUE_0", "authorization: " + authorization());
    return variables;
  }

  private static String authorization() {
    return "Basic " + Base64.getEncoder().encodeToString(Wire.bytes("x-access-token:" + TOKEN));
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      var sent = exchange.getRequestHeaders().getFirst("authorization");
      if (authorization().equals(sent)) {
        backend(exchange);
      } else {
        exchange.getResponseHeaders().set("www-authenticate", "Basic realm=\"bench\"");
        exchange.sendResponseHeaders(401, -1);
      }
    }
  }

  /// Runs git's program as a web server does.
  private void backend(HttpExchange exchange) throws IOException {
    var builder = new ProcessBuilder("git", "http-backend");
    var environment = builder.environment();
    environment.putAll(GIT);
    environment.put("GIT_PROJECT_ROOT", directory.toString());
    environment.put("GIT_HTTP_EXPORT_ALL", "1");
    environment.put("PATH_INFO", exchange.getRequestURI().getRawPath());
    environment.put("REQUEST_METHOD", exchange.getRequestMethod());
    environment.put(
        "QUERY_STRING", Objects.requireNonNullElse(exchange.getRequestURI().getRawQuery(), ""));
    environment.put("REMOTE_ADDR", "127.0.0.1");
    var headers = exchange.getRequestHeaders();
    for (var header : HEADERS.entrySet()) {
      if (headers.containsKey(header.getKey())) {
        environment.put(header.getValue(), headers.getFirst(header.getKey()));
      }
    }
    var process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
    var writer =
        threads.submit(
            () -> {
              try (var to = process.getOutputStream()) {
                exchange.getRequestBody().transferTo(to);
              }
              return true;
            });
    try (var output = new BufferedInputStream(process.getInputStream())) {
      int status = 200;
      for (var line = line(output); !line.isEmpty(); line = line(output)) {
        var parts = line.split(": ", 2);
        if (parts[0].equals("Status")) {
          status = Integer.parseInt(parts[1].substring(0, 3));
        } else {
          exchange.getResponseHeaders().set(parts[0], parts[1]);
        }
      }
      exchange.sendResponseHeaders(status, 0);
      output.transferTo(exchange.getResponseBody());
    } finally {
      writer.cancel(true);
      process.destroy();
    }
  }

  private static String line(InputStream in) throws IOException {
    var line = new ByteArrayOutputStream();
    for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
      line.write(next);
    }
    return line.toString(StandardCharsets.ISO_8859_1).strip();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
