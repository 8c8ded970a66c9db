package dev.drover.errands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Ids;
import dev.drover.base.Pause;
import dev.drover.catalog.Blob;
import dev.drover.catalog.BlobId;
import dev.drover.catalog.FileId;
import dev.drover.catalog.WorkspaceId;
import dev.drover.files.StoredFile;
import dev.drover.session.Feed;
import dev.drover.session.Job;
import dev.drover.store.Store;
import dev.drover.store.blobs.BlobPlace;
import dev.drover.store.blobs.DirectoryBlobs;
import dev.drover.store.sqlite.SqliteStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("database")
final class BlobSweepTest {
  @TempDir private Path directory;
  private final Ids ids = new Ids(new Random(5));
  private Duration later = Duration.ZERO;
  private final InstantSource clock = () -> Instant.now().plus(later);
  private Store store;
  private DirectoryBlobs blobs;
  private BlobSweep sweep;

  @BeforeEach
  void open() throws Exception {
    store = SqliteStore.open(directory.resolve("drover.db"), new Feed(), ids, clock);
    var place = new BlobPlace(directory.resolve("blobs"), OptionalLong.of(0));
    blobs = DirectoryBlobs.open(place, ids, Pause.REAL);
    sweep = new BlobSweep(store.jobs(), blobs, store.database(), store.files(), clock);
  }

  @AfterEach
  void close() {
    blobs.close();
    store.close();
  }

  private BlobId stored(int size) throws Exception {
    return blobs.put(new ByteArrayInputStream(new byte[size]), size).id();
  }

  private BlobId file(int size) throws Exception {
    var blob = blobs.put(new ByteArrayInputStream(new byte[size]), size);
    var file =
        new StoredFile(
            new FileId(ids.next(FileId.PREFIX)),
            new WorkspaceId("wrkspc_one"),
            "name",
            "text/plain",
            size,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            clock.instant(),
            Optional.empty());
    return store.files().create(file, blob).blob().orElseThrow();
  }

  private List<BlobId> all() throws Exception {
    var all = new ArrayList<Blob>();
    blobs.storedBefore(Instant.MAX, all::add);
    return all.stream().map(Blob::id).toList();
  }

  private Job job() {
    sweep.look();
    return store.jobs().claim(Set.of(BlobSweep.KIND), 1).getFirst();
  }

  @Test
  void contentsWithoutARowAreDeletedWhenTheyAreOld() throws Exception {
    var kept = file(1);
    var garbage = stored(2);
    sweep.handle(job());
    assertThat(all()).containsExactlyInAnyOrder(kept, garbage);
    later = Duration.ofDays(2);
    sweep.handle(job());
    assertThat(all()).containsExactly(kept);
  }

  @Test
  void nothingIsDeletedFromTheContentsOfAnotherDatabase() throws Exception {
    assertThat(blobs.claim("another")).isEqualTo("another");
    var theirs = stored(2);
    later = Duration.ofDays(2);
    var job = job();
    assertThatThrownBy(() -> sweep.handle(job))
        .isInstanceOf(IOException.class)
        .hasMessage("the stored contents belong to another database");
    assertThat(all()).containsExactly(theirs);
  }
}
