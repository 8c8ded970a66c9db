package dev.drover.testing;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A PostgreSQL server that a test may stop, hang and starve. It listens on one port of the
/// loopback address, the same one after each start, and takes passwords alone. It ends with this
/// JVM, however that ends, and leaves nothing behind. For one thread at a time.
///
/// Its database [#DATABASE] belongs to a user of the same name who may create databases besides.
public final class PostgresServer implements AutoCloseable {
  public static final String DATABASE = "drover";
  private static final String ADMIN = "postgres";
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String PASSWORD = UUID.randomUUID().toString();

  private static @Nullable Path template;

  private final Path data;
  private final @Nullable Path wal;
  private final File log;
  private final int port;
  private @Nullable Process process;

  private PostgresServer(Path data, @Nullable Path wal, File log, int port) {
    this.data = data;
    this.wal = wal;
    this.log = log;
    this.port = port;
  }

  /// What it should be like.
  public static final class Builder {
    private final Path directory;
    private final Map<String, String> settings = new LinkedHashMap<>();
    private @Nullable Path walDirectory;

    private Builder(Path directory) {
      this.directory = directory;
    }

    /// Another directory for the write-ahead log, on a file system of its own perhaps.
    public Builder wal(Path directory) {
      walDirectory = directory;
      return this;
    }

    /// A line of `postgresql.conf`.
    public Builder set(String name, String value) {
      settings.put(name, value);
      return this;
    }

    /// Creates and starts it.
    public PostgresServer start() throws IOException, InterruptedException {
      var data = directory.toRealPath().resolve("data");
      var wal = walDirectory == null ? null : walDirectory.toRealPath().resolve("wal");
      var log = Files.createTempFile(Watchdog.directory(), "postgres-", ".log").toFile();
      var server = new PostgresServer(data, wal, log, FreePort.any());
      try {
        server.create(settings);
        server.start();
        server.addUser();
        return server;
      } catch (IOException | InterruptedException | RuntimeException e) {
        server.close();
        throw e;
      }
    }
  }

  /// A server with its files below `directory`, which is there: fsync on, as users have it.
  public static Builder in(Path directory) {
    return new Builder(directory);
  }

  private void create(Map<String, String> settings) throws IOException, InterruptedException {
    Watchdog.server(data);
    copy(template(), data);
    if (wal != null) {
      Watchdog.server(wal);
      var inside = data.resolve("pg_wal");
      copy(inside, wal);
      Trees.delete(inside);
      Files.createSymbolicLink(inside, wal);
    }
    var lines = new StringBuilder();
    defaults().forEach((name, value) -> lines.append("%s = '%s'\n".formatted(name, value)));
    settings.forEach((name, value) -> lines.append("%s = '%s'\n".formatted(name, value)));
    Files.writeString(data.resolve("postgresql.conf"), lines, StandardOpenOption.APPEND);
  }

  /// A data directory as `initdb` makes it. It is made once, because a copy takes less time.
  private static synchronized Path template() throws IOException, InterruptedException {
    if (template == null) {
      var directory = Files.createTempDirectory(Watchdog.directory(), "initdb-");
      var made = directory.resolve("data");
      var password = Files.writeString(directory.resolve("password"), PASSWORD);
      var log = directory.resolve("log").toFile();
      var arguments =
          new ArrayList<>(List.of("-D", made.toString(), "-U", ADMIN, "-A", "md5", "--no-sync"));
      // SCRAM would take a good part of the tests' time: thousands of hashes for each connection.
      arguments.addAll(List.of("--set", "password_encryption=md5"));
      arguments.addAll(List.of("--pwfile", password.toString()));
      arguments.addAll(List.of("--encoding", "UTF8", "--locale", "C.UTF-8"));
      await(run(log, PostgresBinaries.command("initdb", arguments.toArray(String[]::new))), log);
      template = made;
    }
    return template;
  }

  private static void copy(Path from, Path to) throws IOException, InterruptedException {
    var log = Files.createTempFile(Watchdog.directory(), "copy-", ".log").toFile();
    await(run(log, List.of("cp", "-a", from.toString(), to.toString())), log);
  }

  private static void await(Process process, File log) throws IOException, InterruptedException {
    if (process.waitFor() != 0) {
      throw new IOException("no data directory was made: " + Files.readString(log.toPath()));
    }
  }

  private Map<String, String> defaults() {
    return Map.of(
        "listen_addresses",
        "127.0.0.1",
        "port",
        Integer.toString(port),
        "unix_socket_directories",
        "",
        "dynamic_shared_memory_type",
        "mmap",
        "max_connections",
        "200",
        "shared_buffers",
        "32MB");
  }

  private void addUser() {
    try (var connection = admin();
        var statement = connection.createStatement()) {
      statement.execute("CREATE ROLE drover LOGIN CREATEDB PASSWORD '" + PASSWORD + "'");
      statement.execute("CREATE DATABASE drover OWNER drover");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Process run(File log, List<String> command) throws IOException {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
        .start();
  }

  /// Starts it where it stopped, and waits until it answers.
  ///
  /// @throws IOException if it does not, with what it said
  public void start() throws IOException, InterruptedException {
    if (isRunning()) {
      throw new IllegalStateException("it runs");
    }
    var started = run(log, PostgresBinaries.command("postgres", "-D", data.toString()));
    process = started;
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try {
        admin().close();
        return;
      } catch (SQLException e) {
        if (!started.isAlive() || System.nanoTime() > deadline) {
          throw new IOException("PostgreSQL did not start: " + log(), e);
        }
        started.waitFor(20, TimeUnit.MILLISECONDS);
      }
    }
  }

  /// `pg_ctl stop -m immediate`: it breaks off all connections and saves nothing. What it has
  /// acknowledged is there after the next start.
  public void stopImmediately() throws IOException, InterruptedException {
    signal("QUIT");
    resume(); // what hangs learns of it only now
    if (process != null) {
      await(process);
    }
  }

  /// Nobody in it does anything more: connections stay open, and are accepted by the kernel alone.
  public void hang() throws IOException, InterruptedException {
    signal("STOP");
  }

  /// Goes on after [#hang].
  public void resume() throws IOException, InterruptedException {
    signal("CONT");
  }

  /// To the postmaster first, so that it starts no more children that would miss it.
  private void signal(String name) throws IOException, InterruptedException {
    if (process != null) {
      Signals.send(name, Stream.of(process.toHandle()));
      Signals.send(name, process.children());
    }
  }

  /// Whether it runs, be it hung. It may have ended by itself: without room for its write-ahead log
  /// it panics.
  public boolean isRunning() {
    return process != null && process.isAlive();
  }

  /// The JDBC URL of [#DATABASE], with user and password.
  public String url() {
    return url(DATABASE);
  }

  /// The JDBC URL of any database, for the user of [#DATABASE].
  public String url(String database) {
    return url(database, DATABASE);
  }

  /// A superuser's connection, to look from outside.
  public Connection admin() throws SQLException {
    return DriverManager.getConnection(url(ADMIN, ADMIN));
  }

  private String url(String database, String user) {
    return "jdbc:postgresql://127.0.0.1:%d/%s?user=%s&password=%s"
        .formatted(port, database, user, PASSWORD);
  }

  public int port() {
    return port;
  }

  /// All that it has said.
  public String log() throws IOException {
    return Files.readString(log.toPath());
  }

  /// Stops it and deletes its files. An interrupted thread leaves that to the end of this JVM.
  @Override
  public void close() throws IOException {
    try {
      stopImmediately();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return;
    }
    Trees.delete(data);
    if (wal != null) {
      Trees.delete(wal);
    }
  }

  private static void await(Process process) throws InterruptedException {
    if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      process.children().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly().waitFor();
      throw new AssertionError("PostgreSQL did not stop");
    }
  }
}
