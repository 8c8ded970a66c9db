package dev.drover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Problem;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Where a server stores contents.
@Timeout(60)
@Tag("database")
@Tag("sandbox")
final class StoredContentsTest {
  @TempDir private Path directory;
  private final HttpClient http = HttpClient.newHttpClient();

  private Drover start(String data, Map<String, String> more) throws InterruptedException {
    var flags = new HashMap<>(more);
    flags.put("data", directory.resolve(data).toString());
    flags.put("port", "0");
    return new Drover(Config.read(flags, Map.of("DROVER_API_KEY", "sk-test")));
  }

  private HttpResponse<String> post(Drover drover, String path, String type, String body)
      throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create(drover.url() + path))
            .header("x-api-key", "sk-test")
            .header("content-type", type)
            .POST(BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
  }

  private HttpResponse<String> upload(Drover drover) throws Exception {
    var form =
        "--XX\r\n"
            + "content-disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n"
            + "x\r\n"
            + "--XX--\r\n";
    return post(drover, "/v1/files", "multipart/form-data; boundary=XX", form);
  }

  @Test
  void twoDatabasesCannotHaveTheSameDirectory() throws Exception {
    var contents = directory.resolve("contents");
    var shared = Map.of("blobs.directory", contents.toString());
    try (var first = start("first", shared)) {
      assertThat(upload(first).statusCode()).isEqualTo(200);
      assertThatThrownBy(() -> start("second", shared))
          .isInstanceOf(Problem.class)
          .hasMessage(
              "Cannot use "
                  + contents
                  + ": it has the contents of another database, and each would delete what the"
                  + " other stored. Set another blobs.directory, or the other database. If that"
                  + " database no longer exists, delete the file "
                  + contents.resolve("database")
                  + ".");
    }
    start("first", shared).close();
    Files.delete(contents.resolve("database"));
    start("second", shared).close();
  }

  @Test
  void uploadsAreRefusedWhileTheDiskIsNearlyFullAndTheRestGoesOn() throws Exception {
    try (var drover = start("data", Map.of("workspaces.free_mib", "1073741824"))) {
      var refused = upload(drover);
      assertThat(refused.statusCode()).isEqualTo(503);
      assertThat(refused.body()).contains("The server's disk is nearly full.");
      assertThat(refused.headers().firstValue("retry-after")).isPresent();
      var agent =
          post(
              drover, "/v1/agents", "application/json", "{\"name\":\"a\",\"model\":\"rehearsal\"}");
      assertThat(agent.statusCode()).isEqualTo(200);
    }
    try (var files = Files.walk(directory.resolve("data/blobs"))) {
      assertThat(files.filter(Files::isRegularFile).map(file -> file.getFileName().toString()))
          .allMatch(name -> List.of("database", ".lock").contains(name));
    }
  }
}
