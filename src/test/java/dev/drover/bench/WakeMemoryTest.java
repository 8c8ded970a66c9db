package dev.drover.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.drover.base.Ids;
import dev.drover.catalog.Toolset;
import dev.drover.session.EventLog;
import dev.drover.session.Feed;
import dev.drover.session.SessionId;
import dev.drover.session.Slice;
import dev.drover.session.Stored;
import dev.drover.store.Store;
import dev.drover.store.sqlite.SqliteStore;
import dev.drover.testing.EventLogView;
import dev.drover.testing.Stage;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a wake reads and allocates depends on the newest chapter, not on what is before it.
@Tag("database")
final class WakeMemoryTest {
  private static final int CHAPTERS = 12;
  private static final int EVENTS = 1_000;

  /// Compiled code allocates less than code that is not compiled yet, so the least of some wakes of
  /// either session counts.
  private static final int WAKES = 5;

  private final Ids ids = new Ids(new Random(11));
  private @TempDir Path directory;

  /// A log that counts the events that are read.
  private static final class Reads implements EventLogView {
    private final EventLog log;
    private int count;

    Reads(EventLog log) {
      this.log = log;
    }

    @Override
    public EventLog log() {
      return log;
    }

    @Override
    public List<Stored> getEvents(SessionId id, Slice slice) {
      var found = log.getEvents(id, slice);
      count += found.size();
      return found;
    }
  }

  private record Taken(int read, long allocated) {
    Taken least(Taken other) {
      return new Taken(Math.min(read, other.read), Math.min(allocated, other.allocated));
    }
  }

  private SessionId session(Store store) {
    var made = Stage.session(ids, Stage.WORKSPACE, List.of(new Toolset(Toolset.OPEN, List.of())));
    store.sessions().create(made, List.of());
    return made.id();
  }

  private static Taken wake(WakeMemory wakes, Reads reads, SessionId session) throws Exception {
    reads.count = 0;
    long allocated = wakes.wake(session);
    return new Taken(reads.count, allocated);
  }

  @Test
  void aWakeTakesNothingForWhatIsBeforeItsChapter() throws Exception {
    var file = directory.resolve("db");
    try (var store = SqliteStore.open(file, new Feed(), ids, InstantSource.system())) {
      var log = new LongLog(store.eventLog(), ids, CHAPTERS);
      var inChapters = session(store);
      var lastAlone = session(store);
      log.fill(inChapters, (CHAPTERS + 1) * EVENTS);
      log.fillOneChapter(lastAlone, EVENTS);
      var reads = new Reads(store.eventLog());
      var wakes = new WakeMemory(store.sessions(), reads, ids);
      var whole = wake(wakes, reads, inChapters);
      var last = wake(wakes, reads, lastAlone);
      for (int i = 1; i < WAKES; i++) {
        whole = whole.least(wake(wakes, reads, inChapters));
        last = last.least(wake(wakes, reads, lastAlone));
      }
      assertThat(last.read()).isGreaterThan(EVENTS);
      assertThat(whole.read()).isCloseTo(last.read(), withinPercentage(5));
      assertThat(last.allocated()).as("counted, and that of a chapter").isGreaterThan(1 << 20);
      assertThat((double) whole.allocated()).isLessThan(2.0 * last.allocated());
    }
  }
}
