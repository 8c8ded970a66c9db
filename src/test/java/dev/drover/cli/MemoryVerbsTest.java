package dev.drover.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.settings.SettingValue;
import dev.drover.testing.Deployment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `drover memory` against the whole server.
@Tag("database")
@Tag("sandbox")
@Timeout(30)
final class MemoryVerbsTest {
  private final TestShell shell = new TestShell();
  @TempDir private Path directory;

  private static final ServerFactory NONE =
      new ServerFactory() {
        @Override
        public Endpoint serve(Map<String, String> flags) {
          throw elsewhere();
        }

        @Override
        public Endpoint embed(Map<String, String> flags) {
          throw elsewhere();
        }

        @Override
        public LocalServer local(Map<String, String> flags) {
          throw elsewhere();
        }

        @Override
        public List<SettingValue> settings(Map<String, String> flags) {
          throw elsewhere();
        }

        private IllegalStateException elsewhere() {
          return new IllegalStateException("variables name the server");
        }
      };

  private int run(String... args) {
    shell.out.reset();
    shell.err.reset();
    return shell.run(NONE, args);
  }

  private List<Json.Obj> lines(String... args) {
    var all = Arrays.copyOf(args, args.length + 1);
    all[args.length] = "--json";
    assertThat(run(all)).as(shell.err()).isZero();
    return shell.out().lines().map(line -> (Json.Obj) Json.trusted(line)).toList();
  }

  @Test
  void memoriesAreWrittenListedReadRedactedAndDeletedByTheirPaths() throws Exception {
    try (var server =
        Deployment.SQLITE.start(Files.createDirectory(directory.resolve("data")), Map.of())) {
      shell.variables.put("DROVER_URL", server.url().toString());
      shell.variables.put("DROVER_API_KEY", server.key().reveal());
      var store = Column.text(lines("memory-stores", "create", "--name", "Notes").getFirst(), "id");
      life(store);
    }
  }

  private void life(String store) throws IOException {
    var todo = Files.writeString(directory.resolve("todo.md"), "Buy \u001b[31mmilk.\n");
    var path = "/notes/a b.md";
    var made = lines("memory", "write", store, "--path", path, "--content", "@" + todo).getFirst();
    assertThat(run("memory", "read", store, "--path", path)).isZero();
    assertThat(shell.out()).isEqualTo("Buy \u001b[31mmilk.\n");
    shell.terminal = true;
    assertThat(run("memory", "read", store, "--path", path)).isZero();
    assertThat(shell.out()).isEqualTo("Buy milk.\n");
    shell.terminal = false;
    var changed = lines("memory", "write", store, "--path", path, "--content", "x").getFirst();
    assertThat(changed.text("id")).isEqualTo(made.text("id"));
    lines("memory", "write", store, "--path", "/other", "--content", "");
    assertThat(lines("memory", "list", store, "--path-prefix", "/notes/"))
        .extracting(one -> one.text("path"))
        .containsExactly(path);
    assertThat(run("memory", "list", store, "--depth", "1")).isZero();
    assertThat(shell.out()).containsPattern("PATH +BYTES +UPDATED +ID\n/notes/ *\n/other +0 ");
    assertThat(run("memory", "read", store, "--path", "/notes")).isOne();
    assertThat(shell.err()).contains("there is no memory at /notes");
    assertThat(run("memory", "delete", store, "--path", "/notes")).isOne();
    for (var verb : List.of("read", "write", "delete")) {
      var args = new ArrayList<>(List.of("memory", verb, store, "--path", "notes/x.md"));
      args.addAll(verb.equals("write") ? List.of("--content", "x") : List.of());
      assertThat(run(args.toArray(String[]::new))).isEqualTo(2);
      assertThat(shell.err()).contains("--path: must start with \"/\"");
    }
    assertThat(run("memory", "read", store)).isEqualTo(2);
    assertThat(shell.err()).contains("--path is missing");
    var old = Column.text(made, "memory_version_id");
    var redacted = lines("memory", "redact", store, "--version", old).getFirst();
    assertThat(redacted.text("redacted_at")).isNotNull();
    lines("memory", "delete", store, "--path", path);
    assertThat(lines("memory", "versions", store, "--memory-id", Column.text(made, "id")))
        .extracting(one -> one.text("operation"))
        .containsExactly("deleted", "modified", "created");
    assertThat(run("memory", "versions", store)).isZero();
    assertThat(shell.out()).contains("apikey_");
  }
}
