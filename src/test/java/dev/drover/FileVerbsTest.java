package dev.drover;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `drover files` with a real server.
@Timeout(30)
@Tag("sandbox")
@Tag("database")
final class FileVerbsTest {
  @TempDir Path directory;
  private Drover server;
  private TerminalUser user;

  @BeforeEach
  void start() throws Exception {
    server = TerminalUser.server(directory, Map.of());
    user = new TerminalUser(server, directory);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private Json.Obj json(String... arguments) {
    var all = Stream.concat(Arrays.stream(arguments), Stream.of("--json"));
    assertThat(user.run("", all.toArray(String[]::new))).as(() -> user.err()).isZero();
    return (Json.Obj) Json.trusted(user.out());
  }

  private Path write(String name, String text) throws Exception {
    return Files.writeString(directory.resolve(name), text);
  }

  @Test
  void aFileIsUploadedListedDownloadedAndDeleted() throws Exception {
    var file = json("files", "upload", write("é data.csv", "a,b\r\n").toString());
    var id = String.valueOf(file.text("id"));
    assertThat(file.text("filename")).isEqualTo("é data.csv");
    assertThat(file.text("mime_type")).isEqualTo("text/csv");
    assertThat(file.text("expires_at")).isNull();
    assertThat(json("files", "retrieve", id)).isEqualTo(file);
    assertThat(user.run("", "files", "list")).isZero();
    assertThat(user.out()).contains(id).contains("5 bytes").contains("é data.csv");
    assertThat(user.run("", "files", "list", "--scope-id", "sesn_none")).isZero();
    assertThat(user.out()).doesNotContain(id);

    var to = Files.createDirectory(directory.resolve("to"));
    assertThat(user.run("", "files", "download", id, to.toString())).as(() -> user.err()).isZero();
    assertThat(to.resolve("é data.csv")).hasBinaryContent(new byte[] {'a', ',', 'b', '\r', '\n'});
    assertThat(user.err()).contains("(5 bytes)");
    assertThat(user.run("", "files", "download", id, "-")).isZero();
    assertThat(user.out()).isEqualTo("a,b\r\n");

    assertThat(json("files", "delete", id).text("type")).isEqualTo("file_deleted");
    assertThat(user.run("", "files", "download", id, "-")).isEqualTo(1);
    assertThat(user.out()).isEmpty();
  }

  @Test
  void aDownloadReplacesOnlyWhatIsNamedAndFollowsNoLink() throws Exception {
    var id = String.valueOf(json("files", "upload", write("a.txt", "new").toString()).text("id"));
    var mine = write("mine", "mine");
    var to = Files.createDirectory(directory.resolve("to"));
    Files.createSymbolicLink(to.resolve("a.txt"), mine);
    assertThat(user.run("", "files", "download", id, to.toString())).isOne();
    assertThat(user.err()).contains("a.txt exists");
    assertThat(mine).hasContent("mine");
    var named = to.resolve("a.txt").toString();
    assertThat(user.run("", "files", "download", id, named)).isZero();
    assertThat(to.resolve("a.txt")).isRegularFile().hasContent("new");
    assertThat(mine).hasContent("mine");
    assertThat(user.run("", "files", "download", id, named + "/none/x")).isEqualTo(1);
    assertThat(user.err()).contains("its directory does not exist").doesNotContain("http");
    assertThat(to.toFile().list()).containsExactly("a.txt");
  }

  @Test
  void aStreamHasTheNameAndTheTimeThatFlagsGive() {
    var in = new ByteArrayInputStream("x".repeat(100_000).getBytes(StandardCharsets.UTF_8));
    var arguments =
        List.of("files", "upload", "-", "--filename", "x.bin", "--expires-in-seconds", "3600");
    assertThat(user.pipe(in, arguments.toArray(String[]::new))).as(() -> user.err()).isZero();
    assertThat(user.out()).contains("x.bin").contains("100000").contains("expires_at");
  }

  @Test
  void whatTheServerRefusesIsAnError() throws Exception {
    assertThat(user.run("", "files", "upload", directory.toString())).isOne();
    assertThat(user.err()).contains("is not a file");
    assertThat(user.run("", "files", "upload", "none")).isOne();
    var file = write("a", "a").toString();
    for (var name : List.of("a/../b?", "x\"y", "new\nline")) {
      assertThat(user.run("", "files", "upload", file, "--filename", name)).isEqualTo(1);
      assertThat(user.err()).as(name).contains("filename");
    }
    assertThat(user.run("", "files", "upload", file, "--expires-in-seconds", "1")).isEqualTo(1);
    assertThat(user.err()).contains("3600");
    assertThat(user.run("", "files", "retrieve", "file_none")).isEqualTo(1);
  }
}
