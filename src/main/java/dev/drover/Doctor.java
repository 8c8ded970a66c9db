package dev.drover;

import dev.drover.base.Ids;
import dev.drover.base.Pause;
import dev.drover.base.Problem;
import dev.drover.base.Secret;
import dev.drover.cli.Check;
import dev.drover.hands.Egress;
import dev.drover.hands.bwrap.BwrapEngine;
import dev.drover.hands.local.LocalSandboxes;
import dev.drover.hands.local.MemoryMounts;
import dev.drover.http.Guard;
import dev.drover.http.Outbound;
import dev.drover.model.http.ModelHost;
import dev.drover.policy.PolicyLint;
import dev.drover.store.StoreUnusable;
import dev.drover.store.blobs.BlobPlace;
import dev.drover.store.blobs.S3Blobs;
import dev.drover.store.postgres.PostgresCheck;
import dev.drover.store.sqlite.SqliteLook;
import dev.drover.web.WebTools;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;

/// The checks of the machine and the settings: each says what is wrong, and what fixes it.
final class Doctor {
  private static final String TEMPORARY = System.getProperty("java.io.tmpdir");
  private static final String ELSEWHERE = "Fix it, or choose another directory with --data.";

  private final Map<String, String> environment;
  private final Ids ids = new Ids(new SecureRandom());

  Doctor(Map<String, String> environment) {
    this.environment = environment;
  }

  /// @param flags by the name of their setting
  List<Check> look(Map<String, String> flags) {
    var checks = new ArrayList<Check>();
    checks.add(java());
    checks.add(StartCache.check(System::getProperty));
    Config config;
    try {
      config = Config.read(flags, environment);
      checks.add(
          fine(
              "settings", "host " + config.serving().host() + ", port " + config.serving().port()));
    } catch (Problem e) {
      checks.add(new Check("settings", false, e.getMessage(), "Fix the setting and run it again."));
      return checks;
    }
    checks.add(data(config));
    config.store().database().ifPresent(url -> checks.add(database(url)));
    checks.add(contents(config));
    checks.add(sandbox(config));
    checks.add(WayOut.check(config));
    checks.add(policy(config));
    checks.add(models(config));
    checks.add(web(config));
    return checks;
  }

  private static Check java() {
    var version = Runtime.version();
    return version.feature() >= 25
        ? fine("java", "JDK " + version)
        : new Check("java", false, "JDK " + version, "Install a JDK 25 or newer.");
  }

  /// Checks the data directory as a start would find it, without any change.
  private static Check data(Config config) {
    var name = "data directory";
    var directory = config.data().toAbsolutePath().normalize();
    var refused = DataDirectory.refusal(directory);
    if (refused.isPresent()) {
      return new Check(name, false, refused.get(), ELSEWHERE);
    }
    var made = Files.exists(directory) ? "" : ", which the first start creates";
    if (config.store().database().isPresent()) {
      return fine(name, directory + made + ", for workspaces; sessions are in the database");
    }
    try {
      return fine(name, directory + made + file(SqliteLook.at(directory.resolve("drover.db"))));
    } catch (StoreUnusable e) {
      return new Check(name, false, String.valueOf(e.getMessage()), ELSEWHERE);
    }
  }

  private static String file(SqliteLook.Report report) {
    if (report.inUse()) {
      return ", in use by a running server";
    }
    if (report.schema() == 0) {
      return ", without a database; the first start creates it";
    }
    return report.schema() == report.newest()
        ? ", schema version " + report.schema()
        : ", schema version %d, which the next start migrates to %d"
            .formatted(report.schema(), report.newest());
  }

  private static Check database(Secret url) {
    var name = "database";
    try {
      var report = PostgresCheck.look(url);
      var schema =
          report.schema() == report.newest()
              ? "schema version " + report.schema()
              : "schema version %d, which the next start migrates to %d"
                  .formatted(report.schema(), report.newest());
      return fine(
          name,
          "%s: PostgreSQL %s, %s, %d live node%s"
              .formatted(
                  report.url(),
                  report.version(),
                  schema,
                  report.nodes(),
                  report.nodes() == 1 ? "" : "s"));
    } catch (StoreUnusable | Problem e) {
      return new Check(
          name, false, String.valueOf(e.getMessage()), "Fix it, or set another database.");
    }
  }

  /// Stores a content in the bucket, reads and deletes it; only looks at a directory.
  private Check contents(Config config) {
    var name = "contents";
    var bucket = config.blobs().bucket();
    if (bucket.isEmpty()) {
      var directory = config.blobs().directory(config.data());
      return DataDirectory.refusal(directory)
          .map(text -> new Check(name, false, text, "Fix it, or set another blobs.directory."))
          .orElseGet(() -> fine(name, "in " + directory));
    }
    var fix = "Check the settings blobs.s3 and what the keys may do, and run it again.";
    try (var cache = new Scratch();
        var blobs =
            S3Blobs.open(
                bucket.get(),
                new BlobPlace(cache.directory(), OptionalLong.of(0)),
                0,
                ids,
                Pause.REAL,
                new Random(),
                System::nanoTime)) {
      var blob = blobs.put(InputStream.nullInputStream(), 0);
      try (var content = blobs.get(blob.id()).orElseThrow()) {
        content.readAllBytes();
      }
      blobs.delete(blob.id());
      return fine(name, "in the bucket " + bucket.get().shown());
    } catch (StoreUnusable | Problem | IOException e) {
      return new Check(name, false, bucket.get().shown() + ": " + reason(e), fix);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Check(name, false, "interrupted", "Run it again.");
    }
  }

  private static String reason(Exception e) {
    return e.getMessage() + (e.getCause() == null ? "" : " (" + e.getCause().getMessage() + ")");
  }

  /// A temporary directory that is removed when this is closed.
  private record Scratch(Path directory) implements AutoCloseable {
    Scratch() throws IOException {
      this(Files.createTempDirectory("drover-doctor"));
    }

    @Override
    public void close() {
      remove(directory);
    }
  }

  /// Starts a sandbox in a new directory, so that a server may run at the same time; on the disk of
  /// the data directory, if that exists.
  private Check sandbox(Config config) {
    var name = "sandbox";
    Path directory;
    try {
      directory =
          Files.isWritable(config.data())
              ? Files.createTempDirectory(config.data(), ".doctor")
              : Files.createTempDirectory("drover-doctor");
    } catch (IOException e) {
      return new Check(
          name, false, String.valueOf(e.getMessage()), "Free some space in " + TEMPORARY + ".");
    }
    try (var sandboxes =
        new LocalSandboxes(
            directory,
            config.sandboxes(),
            BwrapEngine::new,
            MemoryMounts.NONE,
            Egress.NONE,
            ids,
            Pause.REAL,
            InstantSource.system())) {
      var problem = sandboxes.problem();
      return problem
          .map(
              text ->
                  new Check(
                      name,
                      false,
                      text,
                      "Without a sandbox no tool runs: Drover never runs tools on the host."))
          .orElseGet(() -> fine(name, "bubblewrap; " + sandboxes.limits()));
    } catch (IOException e) {
      return new Check(
          name,
          false,
          String.valueOf(e.getMessage()),
          "Free some space in " + TEMPORARY + " and run it again.");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Check(name, false, "interrupted", "Run it again.");
    } finally {
      remove(directory);
    }
  }

  private static void remove(Path directory) {
    try (var files = Files.walk(directory)) {
      for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      System.getLogger(Doctor.class.getName())
          .log(System.Logger.Level.WARNING, directory + " could not be removed", e);
    }
  }

  /// Reads the operator's policy as the next start would.
  private static Check policy(Config config) {
    try {
      var file = config.policy().file();
      if (file.path().isEmpty()) {
        return fine("policy", "none: agents and environments may ask for everything");
      }
      var findings = PolicyLint.of(file).size();
      return fine(
          "policy",
          "%s, SHA-256 %s%s"
              .formatted(
                  file.path().get(),
                  file.hash(),
                  findings == 0
                      ? ""
                      : "; 'drover policy lint' has %d finding%s"
                          .formatted(findings, findings == 1 ? "" : "s")));
    } catch (Problem e) {
      return new Check(
          "policy", false, e.getMessage(), "Fix the policy: no server starts with it.");
    }
  }

  private static Check models(Config config) {
    var served = new ArrayList<String>();
    try {
      config.models().chat().map(ModelHost::chat).ifPresent(at -> served.add("openai/… at " + at));
      config
          .models()
          .messages()
          .map(ModelHost::messages)
          .ifPresent(at -> served.add("all others at " + at));
    } catch (Problem e) {
      return new Check(
          "models", false, e.getMessage(), "Set the base URL as described in docs/models.md.");
    }
    return fine(
        "models",
        served.isEmpty()
            ? "only rehearsal; set DROVER_ANTHROPIC_API_KEY, DROVER_ANTHROPIC_BASE_URL or"
                + " DROVER_OPENAI_BASE_URL for more"
            : "rehearsal, and " + String.join(", ", served));
  }

  /// Asks the search engine, which must answer in a form that can be read.
  static Check web(Config config) {
    var name = "web tools";
    var fetch = config.web().fetch() ? "web_fetch" : "no web_fetch, as set";
    var engine = config.web().engine();
    if (engine.isEmpty()) {
      return fine(name, fetch + "; no web_search: set web_search.provider for it");
    }
    var shown = "web_search at " + engine.get().url().getAuthority();
    try (var outbound = new Outbound(Guard.NONE, Duration.ofSeconds(5))) {
      return WebTools.problem(outbound, engine.get())
          .map(
              why ->
                  new Check(
                      name, false, shown + ": " + why, "Check the settings web_search, and there."))
          .orElseGet(() -> fine(name, fetch + "; " + shown));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Check(name, false, "interrupted", "Run it again.");
    }
  }

  private static Check fine(String name, String detail) {
    return new Check(name, true, detail, "");
  }
}
