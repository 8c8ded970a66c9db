package dev.drover;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `drover skills` against the whole server.
@Tag("database")
@Tag("sandbox")
@Timeout(30)
final class SkillVerbsTest {
  @TempDir Path directory;

  @SuppressWarnings("NullAway.Init") // by start
  private Drover server;

  @SuppressWarnings("NullAway.Init") // by start
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

  private int run(String... arguments) {
    return user.run("", arguments);
  }

  private List<Json.Obj> lines(String... arguments) {
    var all = Stream.concat(Arrays.stream(arguments), Stream.of("--json"));
    assertThat(run(all.toArray(String[]::new))).as(() -> user.err()).isZero();
    return user.out().lines().map(line -> (Json.Obj) Json.trusted(line)).toList();
  }

  private Path skill(String name, String description) throws IOException {
    var skill = Files.createDirectories(directory.resolve(name));
    Files.writeString(
        skill.resolve("SKILL.md"),
        "---\nname: %s\ndescription: %s\n---\n".formatted(name, description));
    return skill;
  }

  private String refused(String... args) {
    assertThat(run(args)).isOne();
    return user.err();
  }

  @Test
  void aSkillIsCreatedFromADirectoryAndGetsVersions() throws IOException {
    var poems = skill("poems", "Writes poems.");
    Files.writeString(Files.createDirectory(poems.resolve("ünï 'q'")).resolve("x"), "x");
    Files.writeString(Files.createDirectory(poems.resolve(".git")).resolve("config"), "secret");
    var created = lines("skills", "create", poems + "/.", "--display-name", "Poems!").getFirst();
    assertThat(created.text("display_name")).isEqualTo("Poems!");
    var id = String.valueOf(created.text("id"));
    var archive = directory.resolve("first.zip");
    assertThat(run("skills", "download", id, archive.toString())).isZero();
    assertThat(names(archive)).containsExactly("poems/SKILL.md", "poems/ünï 'q'/x");
    skill("poems", "Writes long poems.");
    var second = lines("skills", "add-version", id, "--from", poems.toString()).getFirst();
    assertThat(second.text("name")).isEqualTo("poems");
    lines("skills", "add-version", id, "--from", archive.toString());
    assertThat(lines("skills", "versions", id))
        .extracting(one -> one.text("description"))
        .containsExactly("Writes poems.", "Writes long poems.", "Writes poems.");
    assertThat(run("skills", "versions", id, "--limit", "1")).isZero();
    assertThat(user.out()).containsPattern("ID +NAME +CREATED +DESCRIPTION\n.* Writes poems.");
    assertThat(run("skills", "delete-version", id)).isEqualTo(2);
    lines("skills", "delete-version", id, "--version", String.valueOf(second.text("id")));
    assertThat(run("skills", "list", "--source", "custom")).isZero();
    assertThat(user.out()).containsPattern("Poems! +custom +skver_");
    assertThat(lines("skills", "retrieve", id).getFirst().text("id")).isEqualTo(id);
    lines("skills", "delete", id);
    assertThat(lines("skills", "list")).isEmpty();
  }

  private static List<String> names(Path archive) throws IOException {
    try (var zip = new ZipFile(archive.toFile())) {
      return zip.stream().map(ZipEntry::getName).toList();
    }
  }

  @Test
  void anOperatorImportsASkillUnderANameOfTheVendors() throws IOException {
    assertThat(agent()).isOne();
    assertThat(user.err()).contains("drover skills import DIR --as xlsx");
    var tables = skill("tables", "Edits tables.").toString();
    assertThat(run("skills", "import", tables)).isEqualTo(2);
    assertThat(user.err()).contains("--as is missing");
    var imported = lines("skills", "import", tables, "--as", "xlsx").getFirst();
    assertThat(imported.text("id")).isEqualTo("xlsx");
    assertThat(imported.object("source")).isEqualTo(Json.obj("type", "anthropic"));
    assertThat(agent()).as(user.err()).isZero();
    assertThat(run("skills", "import", tables, "--as", "XLSX")).isOne();
    assertThat(user.err()).contains("as: must have 1 to 64 characters of a-z, 0-9 and -");
  }

  private int agent() {
    return run(
        "agents",
        "create",
        "--name",
        "a",
        "--model",
        "rehearsal",
        "--tool",
        "all",
        "--body",
        "{\"skills\": [{\"type\": \"anthropic\", \"skill_id\": \"xlsx\"}]}");
  }

  @Test
  void whatIsNoSkillIsRefusedBeforeItIsSent() throws IOException {
    assertThat(refused("skills", "create", "nowhere")).contains("no file or directory nowhere");
    var empty = Files.createDirectory(directory.resolve("empty")).toString();
    assertThat(refused("skills", "create", empty)).contains("empty contains no SKILL.md");
    var linked = skill("linked", "x");
    Files.createSymbolicLink(linked.resolve("link"), Path.of("/etc/passwd"));
    assertThat(refused("skills", "create", linked.toString()))
        .contains("linked/link is neither a file nor a directory");
    var large = skill("large", "x");
    Files.write(large.resolve("x"), new byte[30 << 20]);
    assertThat(refused("skills", "create", large.toString())).contains("is larger than 30 MB");
    var many = skill("many", "x");
    for (int i : IntStream.range(0, 2_000).toArray()) {
      Files.createFile(many.resolve("f" + i));
    }
    assertThat(refused("skills", "create", many.toString())).contains("more than 2,000 files");
    var archive = Files.writeString(directory.resolve("x.zip"), "no archive").toString();
    assertThat(run("skills", "create", archive)).isOne();
    assertThat(user.err()).contains("must be a zip archive, or");
  }
}
