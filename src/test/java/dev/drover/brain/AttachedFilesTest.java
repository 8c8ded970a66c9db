package dev.drover.brain;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Ids;
import dev.drover.base.Json;
import dev.drover.base.MemoryBudget;
import dev.drover.base.Pause;
import dev.drover.catalog.FileId;
import dev.drover.catalog.WorkspaceId;
import dev.drover.files.StoredFile;
import dev.drover.session.Feed;
import dev.drover.store.Store;
import dev.drover.store.blobs.DirectoryBlobs;
import dev.drover.store.sqlite.SqliteStore;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a model gets in place of the files that messages name.
@Tag("database")
final class AttachedFilesTest {
  private static final WorkspaceId WORKSPACE = new WorkspaceId("wrkspc_one");

  @TempDir private Path directory;
  private final Ids ids = new Ids(new Random(7));
  private final Instant start = Instant.now().truncatedTo(ChronoUnit.MICROS);
  private Instant now = start;
  private final InstantSource clock = () -> now;
  private Store store;
  private DirectoryBlobs blobs;
  private AttachedFiles attached;

  @BeforeEach
  void open() throws Exception {
    store = SqliteStore.open(directory.resolve("drover.db"), new Feed(), ids, clock);
    blobs = DirectoryBlobs.open(directory.resolve("blobs"), ids, Pause.REAL);
    attached = attached(1L << 30);
  }

  private AttachedFiles attached(long memory) {
    return new AttachedFiles(
        store.files(), blobs, new MemoryBudget(memory, Duration.ofDays(1)), clock);
  }

  @AfterEach
  void close() {
    blobs.close();
    store.close();
  }

  private StoredFile file(String mime, byte[] content, Optional<Instant> expires) throws Exception {
    var blob = blobs.put(new ByteArrayInputStream(content), Long.MAX_VALUE);
    var file =
        new StoredFile(
            new FileId(ids.next(FileId.PREFIX)),
            WORKSPACE,
            "name",
            mime,
            content.length,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            now,
            expires);
    return store.files().create(file, blob);
  }

  private static Json.Obj block(String type, FileId file) {
    return Json.obj(
        "type", type, "source", Json.obj("type", "file", "file_id", file.value()), "title", "t");
  }

  private static Json.Arr says(Json... blocks) {
    return Json.arr(Json.obj("role", "user", "content", List.of(blocks)));
  }

  private static Json.Obj note(FileId file, String what) {
    return Json.obj("type", "text", "text", "[file " + file + " " + what + "]");
  }

  private Json.Arr loaded(Json.Arr messages) throws InterruptedException {
    try (var loaded = attached.load(WORKSPACE, messages)) {
      return loaded.messages();
    }
  }

  @Test
  void aFileIsSentAsIfItWereInTheMessage() throws Exception {
    byte[] bytes = {1, 2, 3, (byte) 0xff};
    var image = file("image/png; x=y", bytes, Optional.empty()).id();
    var text = file("text/csv", "a,ü".getBytes(UTF_8), Optional.empty()).id();
    var plain = Json.obj("type", "text", "text", "hi");
    var result =
        Json.obj("type", "tool_result", "content", List.of(block("document", text), plain));
    var base64 = Base64.getEncoder().encodeToString(bytes);
    assertThat(loaded(says(plain, block("image", image), result)))
        .isEqualTo(
            says(
                plain,
                block("image", image)
                    .with(
                        "source",
                        Json.obj("type", "base64", "media_type", "image/png", "data", base64)),
                result.with(
                    "content",
                    Json.arr(
                        block("document", text)
                            .with(
                                "source",
                                Json.obj(
                                    "type", "text", "media_type", "text/plain", "data", "a,ü")),
                        plain))));
  }

  @Test
  void messagesWithoutFilesAreUnchangedAndReadNothing() throws Exception {
    store.close();
    var messages = says(Json.obj("type", "text", "text", "file_1"), Json.obj("type", "image"));
    assertThat(loaded(messages)).isSameAs(messages);
  }

  @Test
  void aFileThatIsGoneIsReplacedByANoteThatKeepsTheCacheMark() throws Exception {
    var deleted = file("image/png", new byte[1], Optional.empty()).id();
    store.files().delete(WORKSPACE, deleted);
    var expiring = file("image/png", new byte[2], Optional.of(now.plusSeconds(60))).id();
    var lost = file("image/png", new byte[3], Optional.empty());
    blobs.delete(lost.blob().orElseThrow());
    now = start.plusSeconds(60);
    var mark = Json.obj("type", "ephemeral");
    assertThat(
            loaded(
                says(
                    block("image", deleted).with("cache_control", mark),
                    block("image", expiring),
                    block("document", lost.id()))))
        .isEqualTo(
            says(
                note(deleted, "was deleted").with("cache_control", mark),
                note(expiring, "has expired"),
                note(lost.id(), "was deleted")));
  }

  @Test
  void aFileOfAnotherWorkspaceIsNotFound() throws Exception {
    var file = file("image/png", new byte[1], Optional.empty()).id();
    try (var loaded = attached.load(new WorkspaceId("wrkspc_two"), says(block("image", file)))) {
      assertThat(loaded.messages()).isEqualTo(says(note(file, "was deleted")));
    }
  }

  @Test
  void theFirstFilesHavePrecedenceWhenTheyAreTooLargeTogether() throws Exception {
    attached = attached(7 * 1_000_000);
    var first = file("image/png", new byte[600_000], Optional.empty()).id();
    var second = file("image/png", new byte[600_001], Optional.empty()).id();
    var third = file("image/png", new byte[100], Optional.empty()).id();
    for (int i = 0; i < 3; i++) { // the memory is given back each time
      var content =
          ((Json.Obj)
                  loaded(says(block("image", first), block("image", second), block("image", third)))
                      .items()
                      .getFirst())
              .items("content");
      assertThat(((Json.Obj) content.get(0)).object("source").text("type")).isEqualTo("base64");
      assertThat(content.get(1))
          .isEqualTo(
              note(second, "was left out: the files of the conversation are too large together"));
      assertThat(((Json.Obj) content.get(2)).object("source").text("type")).isEqualTo("base64");
    }
  }

  /// A request with one file in forty places once used all memory.
  @Test
  void aFileCountsForEachReference() throws Exception {
    attached = attached(7 * 1_000_000);
    var file = file("application/pdf", new byte[400_000], Optional.empty()).id();
    var all =
        loaded(says(block("document", file), block("document", file), block("document", file)));
    var blocks = ((Json.Obj) all.items().getFirst()).items("content");
    assertThat(((Json.Obj) blocks.get(1)).object("source").text("type")).isEqualTo("base64");
    assertThat(blocks.get(1)).isEqualTo(blocks.get(0));
    assertThat(blocks.get(2))
        .isEqualTo(
            note(file, "was left out: the files of the conversation are too large together"));
  }
}
