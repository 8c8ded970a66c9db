package dev.drover;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.BlockStream;
import dev.drover.base.Scope;
import dev.drover.testing.S3Server;
import dev.drover.testing.ServerProcess;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A file of 300 MB, uploaded and downloaded, and one of 60 MB with a bucket, which takes longer:
/// the server's memory does not grow with them.
@Timeout(300)
@Tag("proof")
@Tag("database")
@Tag("sandbox")
final class FlatMemoryTest {
  private static final int MB = 1 << 20;
  private static final int WARM_UP = 60 * MB;
  private static final long GROWTH = 32 * MB;

  private static final Pattern ID = Pattern.compile("\"id\" *: *\"(file_[^\"]+)\"");

  /// The flags of the launcher that set the sizes of the heap.
  private static final String JVM =
      "-Xms64m -Xmn20m -XX:MinHeapFreeRatio=10 -XX:MaxHeapFreeRatio=25 -XX:MetaspaceSize=96m";

  @TempDir private Path directory;
  private final HttpClient http = HttpClient.newHttpClient();

  @ParameterizedTest
  @CsvSource({"directory, 300", "bucket, 60"})
  void aLargeFileNeedsNoMemory(String kind, int size, TestReporter reporter) throws Exception {
    try (var bucket = S3Server.in(directory)) {
      var environment = new HashMap<>(Map.of("JAVA_TOOL_OPTIONS", JVM));
      if (kind.equals("bucket")) {
        environment.putAll(bucket.environment("files/"));
      }
      var log = directory.resolve("log").toFile();
      try (var server = ServerProcess.start(directory.resolve("data"), log, environment)) {
        for (int seed = 1; seed <= 2; seed++) {
          move(server, WARM_UP, seed);
        }
        long before = server.residentBytes();
        var moved = new Moved[1];
        long most = peak(server, () -> moved[0] = move(server, size * MB - 1, 4));
        reporter.publishEntry(
            kind,
            "up %d ms, down %d ms; resident %.1f MB before, at most %.1f MB"
                .formatted(
                    moved[0].up / 1_000_000,
                    moved[0].down / 1_000_000,
                    before / (double) MB,
                    most / (double) MB));
        assertThat(most).isLessThan(before + GROWTH);
      }
    }
  }

  private interface Act {
    void run() throws Exception;
  }

  /// The most memory that the server has while something runs.
  private static long peak(ServerProcess server, Act act) throws Exception {
    var done = new CountDownLatch(1);
    try (var scope = new Scope()) {
      var peak =
          scope.fork(
              () -> {
                long most = 0;
                do {
                  most = Math.max(most, server.residentBytes());
                } while (!done.await(20, TimeUnit.MILLISECONDS));
                return most;
              });
      try {
        act.run();
      } finally {
        done.countDown();
      }
      return peak.join();
    }
  }

  private record Moved(long up, long down) {}

  /// Uploads a file, downloads it, and compares the two.
  private Moved move(ServerProcess server, int size, long seed) throws Exception {
    long start = System.nanoTime();
    var sent = sha256();
    var uploaded = upload(server, new DigestInputStream(new Noise(size, seed), sent), size);
    var id = ID.matcher(uploaded);
    assertThat(id.find()).as(uploaded).isTrue();
    long up = System.nanoTime();
    var request = to(server, "/v1/files/" + id.group(1) + "/content").build();
    var received = sha256();
    try (var in =
        new DigestInputStream(http.send(request, BodyHandlers.ofInputStream()).body(), received)) {
      assertThat(in.transferTo(OutputStream.nullOutputStream())).isEqualTo(size);
    }
    assertThat(hex(received)).isEqualTo(hex(sent));
    return new Moved(up - start, System.nanoTime() - up);
  }

  private String upload(ServerProcess server, InputStream content, int size) throws Exception {
    var head =
        "--XX\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n"
            .getBytes(StandardCharsets.UTF_8);
    var end = "\r\n--XX--\r\n".getBytes(StandardCharsets.UTF_8);
    var body =
        BodyPublishers.concat(
            BodyPublishers.ofByteArray(head),
            BodyPublishers.fromPublisher(BodyPublishers.ofInputStream(() -> content), size),
            BodyPublishers.ofByteArray(end));
    var request =
        to(server, "/v1/files")
            .header("content-type", "multipart/form-data; boundary=XX")
            .POST(body)
            .build();
    return http.send(request, BodyHandlers.ofString()).body();
  }

  private static HttpRequest.Builder to(ServerProcess server, String path) {
    return HttpRequest.newBuilder(URI.create(server.url() + path))
        .header("x-api-key", ServerProcess.KEY);
  }

  private static MessageDigest sha256() throws Exception {
    return MessageDigest.getInstance("SHA-256");
  }

  private static String hex(MessageDigest digest) {
    return HexFormat.of().formatHex(digest.digest());
  }

  /// Bytes that look random, and are cheap to make.
  private static final class Noise extends BlockStream {
    private final byte[] block = new byte[MB];
    private int left;

    Noise(int size, long seed) {
      new Random(seed).nextBytes(block);
      left = size;
    }

    @Override
    public int read(byte[] to, int at, int count) {
      if (left == 0) {
        return -1;
      }
      int read = Math.min(Math.min(count, left), MB);
      System.arraycopy(block, 0, to, at, read);
      left -= read;
      return read;
    }
  }
}
