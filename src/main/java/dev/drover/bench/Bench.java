package dev.drover.bench;

import dev.drover.base.Ids;
import dev.drover.base.Problem;
import dev.drover.hands.Sandboxes;
import dev.drover.store.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/// The benchmark of Drover on this machine. It uses only loopback and a temporary directory. A run
/// ends by itself after a few minutes and removes its files.
public final class Bench {
  private static final Map<String, Measure> MEASURES = measures();

  private final Stores stores;
  private final BareTables bare;
  private final Isolation isolation;
  private final Optional<Databases> databases;
  private final Ids ids;

  /// Opens the store that a server keeps in a file.
  @FunctionalInterface
  public interface Stores {
    /// @throws IOException if the store cannot be opened; the message gives the reason
    Store open(Path file) throws IOException;
  }

  /// Creates tables of the database that a server uses, without the rest of its store.
  @FunctionalInterface
  public interface BareTables {
    /// @param file which does not exist
    /// @throws IOException if it cannot be created; the message gives the reason
    BareRows open(Path file) throws IOException;
  }

  /// A table with a row for each event. One thread at a time.
  public interface BareRows extends AutoCloseable {
    /// Inserts an event, in the transaction that [#commit] ends.
    void insert(long session, long position, String json) throws IOException;

    void commit() throws IOException;

    @Override
    void close() throws IOException;
  }

  /// Creates the factory of sandboxes, as a server does.
  @FunctionalInterface
  public interface Isolation {
    /// @param data the data directory
    /// @throws IOException if sandboxes are not available; the message gives the reason
    Sandboxes open(Path data) throws IOException, InterruptedException;
  }

  /// Creates empty databases that several servers may share.
  @FunctionalInterface
  public interface Databases {
    /// @throws IOException if the database cannot be created; the message gives the reason
    Database make() throws IOException;
  }

  /// A database that exists for the duration of a measure. Closing it drops it.
  public interface Database extends AutoCloseable {
    /// The value of `DROVER_DATABASE_URL` for a server.
    String url();

    /// @throws IOException if the store cannot be opened; the message gives the reason
    Store open() throws IOException;

    @Override
    void close();
  }

  /// @param databases if empty, the measures that need a database are skipped
  public Bench(
      Stores stores, BareTables bare, Isolation isolation, Optional<Databases> databases, Ids ids) {
    this.stores = stores;
    this.bare = bare;
    this.isolation = isolation;
    this.databases = databases;
    this.ids = ids;
  }

  private static Map<String, Measure> measures() {
    var measures = new LinkedHashMap<String, Measure>();
    measures.put("ttft", TurnMeasures::alone);
    measures.put("concurrent", TurnMeasures::together);
    measures.put("counts", TurnCounts::take);
    measures.put("streams", StreamMeasure::take);
    measures.put("tools", ToolMeasure::take);
    measures.put("append", AppendMeasure::take);
    measures.put("start", StartMeasure::take);
    measures.put("memory", MemoryMeasure::take);
    measures.put("long-log", LongLogMeasure::take);
    measures.put("recovery", RecoveryMeasure::take);
    measures.put("failover", FailoverMeasure::take);
    measures.put("nodes", NodesMeasure::take);
    measures.put("egress", EgressMeasure::take);
    measures.put("context", ContextMeasure::take);
    return measures;
  }

  /// Runs the named measures, or all.
  ///
  /// @param names the names of the measures; empty for all
  /// @param quick whether to take fewer samples, in about half a minute
  /// @param streams the maximum number of idle streams that are open at the same time
  /// @param progress receives the name of each measure before it starts
  /// @throws Problem if a name is unknown, or if a server under measurement fails
  public Report run(
      List<String> names, boolean quick, OptionalInt streams, Consumer<String> progress)
      throws InterruptedException {
    var size = quick ? Size.QUICK : Size.FULL;
    return run(names, streams.isPresent() ? size.withStreams(streams.getAsInt()) : size, progress);
  }

  Report run(List<String> names, Size size, Consumer<String> progress) throws InterruptedException {
    for (var name : names) {
      if (!MEASURES.containsKey(name)) {
        throw Problem.invalid(
            "there is no measure '"
                + name
                + "'; there are "
                + String.join(", ", MEASURES.keySet()));
      }
    }
    long start = System.nanoTime();
    try (var run = new Run(size, stores, bare, isolation, databases, ids)) {
      var machine = Machine.look(run.directory());
      var figures = new ArrayList<Figure>();
      for (var measure : MEASURES.entrySet()) {
        if (names.isEmpty() || names.contains(measure.getKey())) {
          progress.accept(measure.getKey());
          figures.addAll(measure.getValue().take(run));
        }
      }
      return new Report(
          machine, figures, leftOut(run), Math.round((System.nanoTime() - start) / 1e9));
    } catch (IOException e) {
      throw Problem.unavailable("the benchmark cannot continue: " + e.getMessage(), e);
    }
  }

  private List<String> leftOut(Run run) {
    var sentences = new ArrayList<String>();
    if (databases.isEmpty()) {
      sentences.add("PostgreSQL was skipped: DROVER_BENCH_DATABASE_URL is not set.");
    }
    sentences.addAll(run.leftOut());
    return sentences;
  }
}
