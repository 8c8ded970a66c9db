package dev.drover.bench;

import dev.drover.base.Ids;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The resources that the measures of a run share: the model server, a temporary directory, and the
/// pair of servers, which starts when a measure first needs it. Closing the run ends all processes
/// and removes all files. This also happens when the process is terminated.
final class Run implements AutoCloseable {
  private final Size size;
  private final Bench.Stores stores;
  private final Bench.BareTables bare;
  private final Bench.Isolation isolation;
  private final Optional<Bench.Databases> databases;
  private final Ids ids;
  private final Path directory;
  private final BenchModelServer model;
  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private final List<String> leftOut = new ArrayList<>();
  private final Thread atExit = new Thread(this::clear);
  private @Nullable Pair pair;

  Run(
      Size size,
      Bench.Stores stores,
      Bench.BareTables bare,
      Bench.Isolation isolation,
      Optional<Bench.Databases> databases,
      Ids ids)
      throws IOException {
    this.size = size;
    this.stores = stores;
    this.bare = bare;
    this.isolation = isolation;
    this.databases = databases;
    this.ids = ids;
    directory = Files.createTempDirectory("drover-bench");
    model = new BenchModelServer();
    open.push(model);
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  /// The floor server and a Drover server.
  record Pair(Subject floor, Subject drover) {
    interface Round<T> {
      T of(Subject subject) throws IOException, InterruptedException;
    }

    /// The results of the rounds.
    record Both<T>(List<T> floor, List<T> drover) {}

    /// Runs rounds on the two servers alternately, so that other load on the machine affects both.
    ///
    /// @param warmUps the number of rounds on each server that do not count
    <T> Both<T> inTurns(int warmUps, int rounds, Round<T> round)
        throws IOException, InterruptedException {
      var both = new Both<T>(new ArrayList<>(), new ArrayList<>());
      for (int i = -warmUps; i < rounds; i++) {
        var below = round.of(floor);
        var ours = round.of(drover);
        if (i >= 0) {
          both.floor().add(below);
          both.drover().add(ours);
        }
      }
      return both;
    }
  }

  Size size() {
    return size;
  }

  Bench.Stores stores() {
    return stores;
  }

  Bench.BareTables bare() {
    return bare;
  }

  Bench.Isolation isolation() {
    return isolation;
  }

  Ids ids() {
    return ids;
  }

  BenchModelServer model() {
    return model;
  }

  /// The path of a directory, which is not created.
  Path directory(String name) {
    return directory.resolve(name);
  }

  Path directory() {
    return directory;
  }

  /// The pair of servers. The first call starts them.
  synchronized Pair pair() throws IOException {
    if (pair == null) {
      var drover = drover("drover");
      pair = new Pair(floor("floor", drover), drover);
    }
    return pair;
  }

  /// A floor server that sends what a Drover server sends in a turn.
  Subject floor(String name, Subject drover) throws IOException {
    var file = directory(name + ".turn");
    drover.recordedTurn().write(file);
    return keep(Subject.floor(directory(name), model, file));
  }

  /// The pair of servers, if it was started.
  synchronized Optional<Pair> pairInUse() {
    return Optional.ofNullable(pair);
  }

  /// Notes that a measure was skipped.
  ///
  /// @param sentence says so, with the reason
  void leaveOut(String sentence) {
    leftOut.add(sentence);
  }

  List<String> leftOut() {
    return List.copyOf(leftOut);
  }

  /// A Drover server with its own data directory, new or existing.
  Subject drover(String name) throws IOException {
    return drover(name, Map.of());
  }

  /// As [#drover(String)].
  ///
  /// @param settings environment variables, in addition to those that every server gets
  Subject drover(String name, Map<String, String> settings) throws IOException {
    return keep(Subject.drover(directory(name), model, settings));
  }

  /// A Drover server on a database that other servers may share.
  Subject drover(String name, Bench.Database database) throws IOException {
    return drover(
        name,
        Map.of(
            "DROVER_DATABASE_URL",
            database.url(),
            "DROVER_NODES_LAPSE_MS",
            Long.toString(size.lapse().toMillis())));
  }

  /// Creates an empty database, if a database server is configured. It is dropped at the end of the
  /// run.
  Optional<Bench.Database> database() throws IOException {
    return databases.isEmpty() ? Optional.empty() : Optional.of(keep(databases.get().make()));
  }

  /// Closes a resource at the end of the run. The resource may already be closed then, so its
  /// `close` must be repeatable.
  synchronized <T extends AutoCloseable> T keep(T closeable) {
    open.push(closeable);
    return closeable;
  }

  @Override
  public void close() {
    clear();
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException _) {
      // the process is already ending
    }
  }

  private synchronized void clear() {
    while (!open.isEmpty()) {
      try {
        open.pop().close();
      } catch (Exception _) {
        // close the others anyway
      }
    }
    try (var files = Files.walk(directory)) {
      for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException | UncheckedIOException _) {
      // the rest stays in the temporary directory
    }
  }
}
