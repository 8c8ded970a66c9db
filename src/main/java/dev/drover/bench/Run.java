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

/// What the measures of one run share: the model's server, a temporary directory, and the two
/// servers side by side, once a measure asks for them. Closing ends every process and removes every
/// file, also when the process is told to end.
final class Run implements AutoCloseable {
  private final Size size;
  private final Bench.Stores stores;
  private final Bench.Isolation isolation;
  private final Optional<Bench.Databases> databases;
  private final Ids ids;
  private final Path directory;
  private final BenchModelServer model;
  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private final Thread atExit = new Thread(this::clear);
  private @Nullable Pair pair;

  Run(
      Size size,
      Bench.Stores stores,
      Bench.Isolation isolation,
      Optional<Bench.Databases> databases,
      Ids ids)
      throws IOException {
    this.size = size;
    this.stores = stores;
    this.isolation = isolation;
    this.databases = databases;
    this.ids = ids;
    directory = Files.createTempDirectory("drover-bench");
    model = new BenchModelServer();
    open.push(model);
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  /// The server that keeps nothing, and ours.
  record Pair(Subject floor, Subject drover) {
    interface Round<T> {
      T of(Subject subject) throws IOException, InterruptedException;
    }

    /// What the rounds gave.
    record Both<T>(List<T> floor, List<T> drover) {}

    /// The two take turns, so that what else the machine does hits both.
    ///
    /// @param warmUps rounds of each before those that count
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

  Bench.Isolation isolation() {
    return isolation;
  }

  Ids ids() {
    return ids;
  }

  BenchModelServer model() {
    return model;
  }

  /// A directory that is not there yet.
  Path directory(String name) {
    return directory.resolve(name);
  }

  Path directory() {
    return directory;
  }

  /// The two servers, started by the first measure that needs them.
  synchronized Pair pair() throws IOException {
    if (pair == null) {
      pair = new Pair(keep(Subject.floor(directory("floor"), model)), drover("drover"));
    }
    return pair;
  }

  /// The two servers, if a measure has needed them.
  synchronized Optional<Pair> pairInUse() {
    return Optional.ofNullable(pair);
  }

  /// A server of ours with a data directory of its own, or one from before.
  Subject drover(String name) throws IOException {
    return keep(Subject.drover(directory(name), model, Map.of()));
  }

  /// A server of ours over a database that others may share.
  Subject drover(String name, Bench.Database database) throws IOException {
    return keep(
        Subject.drover(
            directory(name),
            model,
            Map.of(
                "DROVER_DATABASE_URL",
                database.url(),
                "DROVER_NODES_LAPSE_MS",
                Long.toString(size.lapse().toMillis()))));
  }

  /// An empty database, if there is a server for it. Goes at the end.
  Optional<Bench.Database> database() throws IOException {
    return databases.isEmpty() ? Optional.empty() : Optional.of(keep(databases.get().make()));
  }

  /// Closes it at the end, unless that was done before: closing twice does nothing.
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
      // the process is ending already
    }
  }

  private synchronized void clear() {
    while (!open.isEmpty()) {
      try {
        open.pop().close();
      } catch (Exception _) {
        // the others are to be closed all the same
      }
    }
    try (var files = Files.walk(directory)) {
      for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException | UncheckedIOException _) {
      // what is left lies in a temporary directory
    }
  }
}
