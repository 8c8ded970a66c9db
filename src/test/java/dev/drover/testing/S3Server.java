package dev.drover.testing;

import dev.drover.base.Secret;
import dev.drover.store.BucketSettings;
import java.io.File;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// An S3-compatible server (S3Proxy) in a process of its own, which a test may stop and hang. It
/// listens on one port of the loopback address, the same one after each start, checks signatures,
/// and keeps its objects in a directory. It ends with this JVM, however that ends. For one thread
/// at a time.
public final class S3Server implements AutoCloseable {
  /// A bucket that is there.
  public static final String BUCKET = "drover-test";

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String ACCESS = "test-access";
  private static final String SECRET = UUID.randomUUID().toString();

  private final Path data;
  private final Path settings;
  private final File log;
  private final int port;
  private @Nullable Process process;

  private S3Server(Path data, Path settings, File log, int port) {
    this.data = data;
    this.settings = settings;
    this.log = log;
    this.port = port;
  }

  /// Starts a server with its objects below `directory`, which is there.
  public static S3Server in(Path directory) throws IOException, InterruptedException {
    var data = Files.createDirectories(directory.toRealPath().resolve("s3"));
    Files.createDirectories(data.resolve(BUCKET));
    Watchdog.server(data);
    int port = FreePort.any();
    var log = Files.createTempFile(Watchdog.directory(), "s3-", ".log");
    var settings = Path.of(log + ".properties");
    Files.writeString(
        settings,
        """
        s3proxy.endpoint=http://127.0.0.1:%d
        s3proxy.authorization=aws-v2-or-v4
        s3proxy.identity=%s
        s3proxy.credential=%s
        jclouds.provider=filesystem-nio2
        jclouds.filesystem.basedir=%s
        """
            .formatted(port, ACCESS, SECRET, data));
    var logging = Path.of(log + ".logging");
    Files.writeString(
        logging,
        """
        handlers=java.util.logging.FileHandler
        .level=WARNING
        java.util.logging.FileHandler.pattern=%s.jul
        java.util.logging.FileHandler.append=true
        java.util.logging.FileHandler.formatter=java.util.logging.SimpleFormatter
        """
            .formatted(log));
    var server = new S3Server(data, settings, log.toFile(), port);
    try {
      server.start();
      return server;
    } catch (IOException | InterruptedException | RuntimeException e) {
      server.close();
      throw e;
    }
  }

  /// Starts it where it stopped, and waits until it answers.
  public void start() throws IOException, InterruptedException {
    if (process != null && process.isAlive()) {
      throw new IllegalStateException("it runs");
    }
    var command =
        List.of(
            ChildJvm.java(),
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xmx192m",
            "-Djava.util.logging.config.file=" + log + ".logging",
            "-cp",
            System.getProperty("java.class.path"),
            "org.gaul.s3proxy.Main",
            "--properties",
            settings.toString());
    var started =
        new ProcessBuilder(command)
            .directory(data.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
            .start();
    process = started;
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!answers()) {
      if (!started.isAlive() || System.nanoTime() > deadline) {
        throw new IOException("S3Proxy did not start: see " + log);
      }
      started.waitFor(20, TimeUnit.MILLISECONDS);
    }
  }

  /// As [#start], if it does not run.
  public void startAgain() throws IOException, InterruptedException {
    if (process == null || !process.isAlive()) {
      start();
    }
  }

  private boolean answers() {
    try {
      var connection = (HttpURLConnection) url().toURL().openConnection();
      connection.setConnectTimeout(1_000);
      connection.setReadTimeout(10_000);
      return connection.getResponseCode() > 0;
    } catch (IOException _) {
      return false;
    }
  }

  /// Kills it. What it has acknowledged is there after the next start.
  public void stopImmediately() throws InterruptedException {
    if (process != null) {
      process.destroyForcibly().waitFor();
    }
  }

  /// Connections are accepted by the kernel alone.
  public void hang() throws IOException, InterruptedException {
    Signals.send("STOP", running());
  }

  /// Goes on after [#hang].
  public void resume() throws IOException, InterruptedException {
    Signals.send("CONT", running());
  }

  private Stream<ProcessHandle> running() {
    var running = process;
    return running == null ? Stream.empty() : Stream.of(running.toHandle());
  }

  public URI url() {
    return URI.create("http://127.0.0.1:" + port);
  }

  /// The settings for [#BUCKET].
  ///
  /// @param prefix of the names of objects
  public BucketSettings bucket(String prefix) {
    return bucket(url(), prefix, SECRET);
  }

  /// The settings for [#BUCKET] at another address, such as that of a proxy.
  public static BucketSettings bucket(URI url, String prefix, String secret) {
    return new BucketSettings(
        url, "us-east-1", BUCKET, prefix, true, new Secret(ACCESS), new Secret(secret));
  }

  /// The environment of a server that stores its contents in [#BUCKET].
  public Map<String, String> environment(String prefix) {
    return Map.of(
        "DROVER_BLOBS_S3_ENDPOINT", url().toString(),
        "DROVER_BLOBS_S3_BUCKET", BUCKET,
        "DROVER_BLOBS_S3_PREFIX", prefix,
        "DROVER_BLOBS_S3_ACCESS_KEY", ACCESS,
        "DROVER_BLOBS_S3_SECRET_KEY", SECRET);
  }

  /// The file of an object.
  public Path file(String key) {
    return data.resolve(BUCKET).resolve(key);
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
  }
}
