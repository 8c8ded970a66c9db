package dev.drover;

import dev.drover.base.Ids;
import dev.drover.base.Pause;
import dev.drover.base.Secret;
import dev.drover.bench.Bench;
import dev.drover.cli.Cli;
import dev.drover.cli.Endpoint;
import dev.drover.cli.LocalServer;
import dev.drover.cli.Measuring;
import dev.drover.cli.ServerFactory;
import dev.drover.cli.Shell;
import dev.drover.hands.Egress;
import dev.drover.hands.Sandboxes;
import dev.drover.hands.bwrap.BwrapEngine;
import dev.drover.hands.local.LocalSandboxes;
import dev.drover.hands.local.MemoryMounts;
import dev.drover.hands.local.SandboxSettings;
import dev.drover.session.Feed;
import dev.drover.settings.SettingValue;
import dev.drover.store.Store;
import dev.drover.store.StoreUnusable;
import dev.drover.store.sqlite.BareTable;
import dev.drover.store.sqlite.SqliteStore;
import dev.drover.telemetry.LogLines;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.logging.LogManager;

/// The entry point of Drover.
public final class Main {
  /// The exit status of a server that can accept no connections any more.
  private static final int UNREACHABLE = 1;

  private Main() {}

  public static void main(String[] args) throws IOException {
    try (var logging = Main.class.getResourceAsStream("logging.properties")) {
      LogManager.getLogManager().readConfiguration(logging);
    }
    var host =
        new ServerFactory() {
          @Override
          public Endpoint serve(Map<String, String> flags) throws InterruptedException {
            return start(Config.read(flags, System.getenv()));
          }

          @Override
          public Endpoint embed(Map<String, String> flags) throws InterruptedException {
            return start(Config.embedded(flags, System.getenv()));
          }

          @Override
          public LocalServer local(Map<String, String> flags) {
            return Config.read(flags, System.getenv()).local();
          }

          @Override
          public List<SettingValue> settings(Map<String, String> flags) {
            return Config.settings(flags, System.getenv());
          }
        };
    System.exit(
        new Cli(
                Shell.ofProcess(),
                host,
                new Doctor(System.getenv())::look,
                Main::measure,
                new Auditor(System.getenv()),
                new BundleReplays(System.getenv()),
                new LogsHere(System.getenv()))
            .run(args));
  }

  private static String measure(
      List<String> names,
      boolean quick,
      OptionalInt streams,
      Measuring.Form form,
      Consumer<String> progress)
      throws InterruptedException {
    var ids = new Ids(new SecureRandom());
    var report =
        new Bench(
                file -> store(file, ids),
                Main::bareTable,
                data -> sandboxes(data, ids),
                databases(ids),
                ids)
            .run(names, quick, streams, progress);
    return switch (form) {
      case TABLE -> report.table();
      case MARKDOWN -> report.markdown();
      case JSON -> report.json();
    };
  }

  private static Store store(Path file, Ids ids) throws IOException {
    try {
      return SqliteStore.open(file, new Feed(), ids, InstantSource.system());
    } catch (StoreUnusable e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private static Bench.BareRows bareTable(Path file) throws IOException {
    var table = BareTable.open(file);
    return new Bench.BareRows() {
      @Override
      public void insert(long session, long position, String json) throws IOException {
        table.insert(session, position, json);
      }

      @Override
      public void commit() throws IOException {
        table.commit();
      }

      @Override
      public void close() throws IOException {
        table.close();
      }
    };
  }

  private static Sandboxes sandboxes(Path data, Ids ids) throws IOException, InterruptedException {
    return new LocalSandboxes(
        data,
        SandboxSettings.DEFAULT,
        BwrapEngine::new,
        MemoryMounts.NONE,
        Egress.NONE,
        ids,
        Pause.REAL,
        InstantSource.system());
  }

  private static Optional<Bench.Databases> databases(Ids ids) {
    return Optional.ofNullable(System.getenv("DROVER_BENCH_DATABASE_URL"))
        .filter(url -> !url.isBlank())
        .map(url -> () -> ScratchDatabase.make(new Secret(url), ids));
  }

  /// Ends a server that cannot be reached any more, so that its supervisor starts a new one.
  private static void fail(Drover drover) {
    try {
      drover.close();
    } finally {
      System.exit(UNREACHABLE);
    }
  }

  private static Endpoint start(Config config) throws InterruptedException {
    LogLines.configure(config.logging().form(), config.logging().level());
    var drover = new Drover(config);
    drover.onFailure(() -> Thread.ofPlatform().name("failure").start(() -> fail(drover)));
    return new Endpoint(
        drover.url(), drover.key(), drover::drain, drover::reloadPolicy, drover::close);
  }
}
