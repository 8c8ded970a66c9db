package dev.drover.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/// A git host on loopback: git's own `http-backend` behind a small server that demands a token. Its
/// repositories are at `/OWNER/NAME`.
public final class GitHost implements AutoCloseable {
  private final Path directory;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<String, String> tokens = new ConcurrentHashMap<>();
  private final Map<String, Integer> refusals = new ConcurrentHashMap<>();
  private volatile CountDownLatch held = new CountDownLatch(0);
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final AtomicLong served = new AtomicLong();

  /// @param directory for the repositories
  public GitHost(Path directory) throws IOException {
    this.directory = directory;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  /// The URL of a repository.
  public String url(String repository) {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/" + repository;
  }

  /// The requests so far, as `GET /owner/name/info/refs?service=git-upload-pack`.
  public List<String> requests() {
    return requests;
  }

  /// The bytes of the answers of git so far.
  public long served() {
    return served.get();
  }

  /// Makes a repository with one commit on `main`, which has these files.
  ///
  /// @param token that it demands; empty: it is public
  public void create(String repository, String token, Map<String, String> files)
      throws IOException, InterruptedException {
    token(repository, token);
    var work = Files.createTempDirectory(directory, "work");
    git(work, "init", "-q", "-b", "main");
    commit(work, files);
    var bare = directory.resolve(repository);
    Files.createDirectories(Objects.requireNonNull(bare.getParent()));
    Files.move(work.resolve(".git"), bare);
    Files.writeString(
        bare.resolve("config"),
        "[core]\nbare = true\n[http]\nreceivepack = true\n"
            + "[uploadpack]\nallowAnySHA1InWant = true\n");
  }

  /// The token that a repository demands from now on.
  public void token(String repository, String token) {
    tokens.put("/" + repository, token);
  }

  /// Answers the requests whose path begins with this with a status; 301 leads to `.git`.
  public void refuse(String beginning, int status) {
    refusals.put("/" + beginning, status);
  }

  /// Keeps the answers to requests of packs back until the latch is open.
  public void hold(CountDownLatch latch) {
    held = latch;
  }

  /// Adds a commit to a branch of a repository.
  ///
  /// @return its id
  public String commit(String repository, String branch, Map<String, String> files)
      throws IOException, InterruptedException {
    var work = Files.createTempDirectory(directory, "work");
    git(directory, "clone", "-q", directory.resolve(repository).toString(), work.toString());
    boolean present = !git(work, "branch", "-r", "--list", "origin/" + branch).isBlank();
    git(work, "checkout", "-q", "-B", branch, present ? "origin/" + branch : "HEAD");
    commit(work, files);
    git(work, "push", "-q", "origin", branch);
    return git(work, "rev-parse", "HEAD").strip();
  }

  private static void commit(Path work, Map<String, String> files)
      throws IOException, InterruptedException {
    for (var file : files.entrySet()) {
      var path = work.resolve(file.getKey());
      Files.createDirectories(Objects.requireNonNull(path.getParent()));
      Files.writeString(path, file.getValue());
    }
    git(work, "add", "-A");
    git(work, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", "one");
  }

  /// Adds a commit to `main` of a repository in which a path is a submodule.
  public void submodule(String repository, String path) throws IOException, InterruptedException {
    var id = show(repository, "rev-parse", "main").strip();
    show(repository, "read-tree", "main");
    show(repository, "update-index", "--add", "--cacheinfo", "160000," + id + "," + path);
    var tree = show(repository, "write-tree").strip();
    var mine = List.of("-c", "user.name=a", "-c", "user.email=a@b");
    var words = new ArrayList<>(mine);
    words.addAll(List.of("commit-tree", "-p", id, "-m", "two", tree));
    var commit = show(repository, words.toArray(String[]::new)).strip();
    show(repository, "update-ref", "refs/heads/main", commit);
  }

  /// Has a repository say a line to those who push to it.
  public void says(String repository, String line) throws IOException {
    var hook = directory.resolve(repository).resolve("hooks/pre-receive");
    Files.createDirectories(Objects.requireNonNull(hook.getParent()));
    Files.writeString(hook, "#!/bin/sh\ncat <<'END'\n" + line + "\nEND\n");
    Files.setPosixFilePermissions(hook, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /// Gives a repository this many branches besides.
  public void branches(String repository, int count) throws IOException, InterruptedException {
    var id = show(repository, "rev-parse", "main").strip();
    var text = new StringBuilder("# pack-refs with: peeled fully-peeled sorted \n");
    for (int i = 0; i < count; i++) {
      text.append("%s refs/heads/b%06d\n".formatted(id, i));
    }
    Files.writeString(directory.resolve(repository).resolve("packed-refs"), text);
  }

  /// The output of git in a repository.
  public String show(String repository, String... words) throws IOException, InterruptedException {
    return git(directory.resolve(repository), words);
  }

  private static String git(Path directory, String... words)
      throws IOException, InterruptedException {
    var command = new ArrayList<>(List.of("git"));
    command.addAll(List.of(words));
    var builder = new ProcessBuilder(command).directory(directory.toFile());
    builder.environment().putAll(ALONE);
    var process = builder.redirectErrorStream(true).start();
    var output = new String(process.getInputStream().readAllBytes(), UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(command + ": " + output);
    }
    return output;
  }

  private static final Map<String, String> ALONE =
      Map.of("GIT_CONFIG_NOSYSTEM", "1", "GIT_CONFIG_GLOBAL", "/dev/null", "LC_ALL", "C");

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      var path = exchange.getRequestURI().getRawPath();
      requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
      int status = status(exchange, path);
      if (status == 301) {
        var there = exchange.getRequestURI().toString().replaceFirst("^(/[^/]+/[^/]+)/", "$1.git/");
        exchange.getResponseHeaders().set("location", url(there.substring(1)));
      }
      if (status != 200) {
        var sent = exchange.getRequestHeaders().getFirst("authorization");
        var text = ("you sent " + sent).getBytes(UTF_8);
        exchange.getResponseHeaders().set("content-type", "text/plain");
        exchange.sendResponseHeaders(status, text.length);
        exchange.getResponseBody().write(text);
        return;
      }
      if (path.endsWith("/git-upload-pack")) {
        held.await();
      }
      backend(exchange, path.replaceFirst("^(/[^/]+/[^/]+)\\.git/", "$1/"));
    } catch (InterruptedException _) {
      // closed
    }
  }

  private int status(HttpExchange exchange, String path) {
    var target = exchange.getRequestURI().toString();
    for (var refusal : refusals.entrySet()) {
      if (target.startsWith(refusal.getKey())) {
        return refusal.getValue();
      }
    }
    var token =
        tokens.entrySet().stream()
            .filter(entry -> path.startsWith(entry.getKey()))
            .map(Map.Entry::getValue)
            .findFirst();
    if (token.isEmpty()) {
      return 404;
    }
    var pair = ("x-access-token:" + token.get()).getBytes(ISO_8859_1);
    var expected = "Basic " + Base64.getEncoder().encodeToString(pair);
    var sent = exchange.getRequestHeaders().getFirst("authorization");
    return token.get().isEmpty() || expected.equals(sent) ? 200 : 401;
  }

  /// Runs git's program as a web server does.
  private void backend(HttpExchange exchange, String path) throws IOException {
    var builder = new ProcessBuilder("git", "http-backend");
    var environment = builder.environment();
    environment.putAll(ALONE);
    environment.put("GIT_PROJECT_ROOT", directory.toString());
    environment.put("GIT_HTTP_EXPORT_ALL", "1");
    environment.put("PATH_INFO", path);
    environment.put("REQUEST_METHOD", exchange.getRequestMethod());
    environment.put(
        "QUERY_STRING", Objects.requireNonNullElse(exchange.getRequestURI().getRawQuery(), ""));
    environment.put("REMOTE_USER", "a");
    environment.put("REMOTE_ADDR", "127.0.0.1");
    var headers = exchange.getRequestHeaders();
    for (var header :
        Map.of(
                "content-type", "CONTENT_TYPE",
                "content-length", "CONTENT_LENGTH",
                "content-encoding", "HTTP_CONTENT_ENCODING",
                "git-protocol", "GIT_PROTOCOL")
            .entrySet()) {
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
      var piece = new byte[16 * 1024];
      for (int count = output.read(piece); count >= 0; count = output.read(piece)) {
        served.addAndGet(count); // before git on the other side can see the end
        exchange.getResponseBody().write(piece, 0, count);
      }
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
    return line.toString(ISO_8859_1).strip();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
