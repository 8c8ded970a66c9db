package dev.drover.hands.bwrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Json;
import dev.drover.base.Pause;
import dev.drover.catalog.MemoryStoreId;
import dev.drover.hands.Egress;
import dev.drover.hands.HandFiles;
import dev.drover.hands.HandPath;
import dev.drover.hands.HandRoot;
import dev.drover.hands.HandSpec;
import dev.drover.hands.Limits;
import dev.drover.hands.Sandbox;
import dev.drover.hands.ToolCall;
import dev.drover.hands.local.LocalSandboxes;
import dev.drover.hands.local.SandboxSettings;
import dev.drover.hands.local.Storage;
import dev.drover.session.EventId;
import dev.drover.session.SessionId;
import dev.drover.session.SessionResource.Attached;
import dev.drover.session.SessionResourceId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The directories of memory stores in a sandbox, whatever holds the session's files. Needs root,
/// as images do.
@Tag("sandbox")
final class BwrapMemoryTest {
  private static final HandSpec SPEC = HandSpec.workspace(new SessionId("sesn_memory"));
  private static final HandRoot NOTES = HandRoot.memory("notes");

  @TempDir Path data;
  private int calls;

  private static Attached store(String slug, boolean writable) {
    return new Attached(
        new SessionResourceId("sesrsc_" + slug),
        new MemoryStoreId("memstore_" + slug),
        writable,
        Optional.empty(),
        slug,
        "",
        slug,
        Instant.EPOCH);
  }

  private LocalSandboxes server(Storage.Kind kind) throws Exception {
    var settings =
        SandboxSettings.DEFAULT
            .withLimits(Limits.DEFAULT.withWorkspace(32 << 20, 500))
            .withStorage(new Storage(kind, OptionalLong.empty()))
            .withFirstUid(1_900_000);
    return new LocalSandboxes(
        data,
        settings,
        BwrapEngine::new,
        _ -> List.of(store("notes", true), store("rules", false)),
        Egress.NONE,
        BwrapBench.ids(),
        Pause.REAL,
        InstantSource.system());
  }

  private String run(Sandbox sandbox, String command) throws InterruptedException {
    var id = new EventId("sevt_" + ++calls);
    return sandbox.execute(new ToolCall(id, "bash", Json.obj("command", command))).text();
  }

  @ParameterizedTest
  @EnumSource(
      value = Storage.Kind.class,
      names = {"DIRECTORY", "IMAGE"})
  void oneCanBeWrittenWithinTheSessionsLimitAndTheOtherIsTheServers(Storage.Kind kind)
      throws Exception {
    try (var sandboxes = server(kind)) {
      try (var sandbox = sandboxes.provision(SPEC)) {
        assertThat(run(sandbox, "cd /mnt/memory; ls; printf hi > notes/a; echo x > rules/a; cd"))
            .startsWith("notes\nrules\n")
            .containsAnyOf("Read-only file system", "Permission denied");
        var files = sandbox.files().orElseThrow();
        assertThat(files.tree(NOTES, Optional.empty()).orElseThrow().entries())
            .extracting(entry -> entry.path().shown())
            .containsExactly("a");
        assertThatThrownBy(() -> files.tree(HandRoot.memory("none"), Optional.empty()))
            .isInstanceOf(HandFiles.Refused.class);
        assertThatThrownBy(
                () -> files.remove(HandRoot.memory("rules"), HandPath.of("b"), anything()))
            .isInstanceOf(HandFiles.Refused.class);
        sandbox
            .memory("rules")
            .fill(
                (directory, draft) -> {
                  Files.writeString(draft, "rule");
                  Files.move(draft, directory.resolve("b"));
                });
        sandbox.memory("notes").note("agreed");
        assertThat(run(sandbox, "cat /mnt/memory/rules/b")).isEqualTo("rule");
        assertThat(run(sandbox, "while head -c 1M /dev/zero >> /mnt/memory/notes/big; do :; done"))
            .containsAnyOf("No space left on device", "was stopped");
        run(sandbox, "rm -f /mnt/memory/notes/big; ln -s /etc /mnt/memory/notes/link");
      }
      try (var sandbox = sandboxes.provision(SPEC)) {
        assertThat(run(sandbox, "cat /mnt/memory/*/[ab]; ls /mnt/memory/notes"))
            .isEqualTo("hirulea\nlink");
        assertThat(sandbox.memory("notes").noted()).contains("agreed");
        assertThat(sandbox.memory("rules").noted()).isEmpty();
      }
      sandboxes.discard(SPEC.session());
      try (var sandbox = sandboxes.provision(SPEC)) {
        assertThat(run(sandbox, "find /mnt/memory -mindepth 2")).isEqualTo("(no output)");
        assertThat(sandbox.memory("notes").noted()).isEmpty();
      }
    }
  }

  private static HandFiles.Expected anything() {
    return HandFiles.Expected.ANYTHING;
  }
}
