package dev.drover.store.sql;

import dev.drover.store.Micros;
import dev.drover.store.Store;
import dev.drover.store.StoreUnusable;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;

/// The migrations of a database to the schema of this version of Drover. The numbered steps run in
/// order, each in a transaction of its own, and are recorded with a checksum. The first start of a
/// server runs all of them in one transaction, and later ones none. A released step is never
/// edited: a later one corrects it. Servers that start together wait for each other.
public final class Migrations {
  /// The names of the steps, in order. The position in the list is the version, from 1.
  private static final List<String> NAMES =
      List.of(
          "0001-sessions-and-catalog",
          "0002-what-sessions-refer-to",
          "0003-answers",
          "0004-budgets",
          "0005-nodes",
          "0006-processes",
          "0007-appends",
          "0008-sends",
          "0009-deleted",
          "0010-newer",
          "0011-keys",
          "0012-requests",
          "0013-jobs",
          "0014-documents",
          "0015-notes",
          "0016-files",
          "0017-memory",
          "0018-snapshots",
          "0019-session-resources",
          "0020-skills",
          "0021-outputs",
          "0022-attached-memory",
          "0023-webhooks",
          "0024-vaults",
          "0025-web-requests",
          "0026-tenants",
          "0027-placeholders",
          "0028-repositories",
          "0029-templates",
          "0030-tool-outputs",
          "0031-chapters",
          "0032-profiles",
          "0033-earlier-snapshots",
          "0034-waiting");

  /// The beginning of a line that marks a statement for only one database, which the line names.
  private static final String ONLY = "-- only: ";

  private static final System.Logger LOG = System.getLogger(Migrations.class.getName());

  private Migrations() {}

  private record Applied(long version, String checksum) {}

  /// @throws StoreUnusable if this version of Drover cannot migrate the schema
  public static void apply(Db db, InstantSource clock) throws SQLException, StoreUnusable {
    apply(db, clock, NAMES.size());
  }

  /// @param last the step after which to stop
  static void apply(Db db, InstantSource clock, int last) throws SQLException, StoreUnusable {
    db.run(
        """
        CREATE TABLE IF NOT EXISTS schema_migration (
          version INTEGER NOT NULL PRIMARY KEY,
          name TEXT NOT NULL,
          checksum TEXT NOT NULL,
          applied_at BIGINT NOT NULL
        )\
        """);
    var applied = applied(db);
    check(applied);
    if (!applied.isEmpty() && applied.size() < last) {
      LOG.log(
          Level.INFO,
          "the schema is brought from version {0} to {1}; with much data, that takes a while",
          applied.size(),
          last);
    }
    if (applied.isEmpty()) {
      steps(db, 1, last, clock);
      return;
    }
    for (int version = applied.size() + 1; version <= last; version++) {
      steps(db, version, version, clock);
    }
  }

  /// The version to which this Drover migrates a database.
  public static int newest() {
    return NAMES.size();
  }

  /// Refuses a schema that this Drover does not read without a migration.
  static void requireCurrent(int version) throws StoreUnusable {
    if (version == 0) {
      throw new StoreUnusable("is empty or was not written by Drover.");
    }
    if (version < newest()) {
      throw new StoreUnusable(
          "has schema version %d, this Drover reads version %d.".formatted(version, newest())
              + " Start its server once to migrate the schema, or use the Drover that"
              + " wrote it.");
    }
  }

  /// The version of a database's schema; 0 if Drover has not written to it yet. Changes nothing.
  ///
  /// @throws StoreUnusable if this version of Drover cannot migrate the schema
  public static int version(Db db) throws SQLException, StoreUnusable {
    var connection = db.connection();
    try (var tables =
        connection
            .getMetaData()
            .getTables(null, connection.getSchema(), "schema_migration", null)) {
      if (!tables.next()) {
        return 0;
      }
    }
    var applied = applied(db);
    check(applied);
    return applied.size();
  }

  /// The name of a database: the time, in microseconds, when its schema was created.
  static String database(Db db) throws SQLException {
    var times =
        db.list("SELECT applied_at FROM schema_migration WHERE version = 1", row -> row.getLong(1));
    return "d" + times.getFirst();
  }

  private static List<Applied> applied(Db db) throws SQLException {
    return db.list(
        "SELECT version, checksum FROM schema_migration ORDER BY version",
        row -> new Applied(row.getLong(1), row.getString(2)));
  }

  private static void check(List<Applied> applied) throws StoreUnusable {
    if (!applied.isEmpty() && applied.getLast().version > NAMES.size()) {
      throw new StoreUnusable(
          "was written by a newer Drover: its schema has version %d, this Drover knows version %d."
                  .formatted(applied.getLast().version, NAMES.size())
              + " Start the newer Drover, or restore a backup from before the upgrade.");
    }
    for (int i = 0; i < applied.size(); i++) {
      if (applied.get(i).version != i + 1) {
        throw new StoreUnusable("lacks the record of schema version " + (i + 1) + ".");
      }
      if (!applied.get(i).checksum.equals(checksum(text(i + 1)))) {
        throw new StoreUnusable(
            "has a schema version %d (%s) that differs from this Drover's."
                    .formatted(i + 1, NAMES.get(i))
                + " Start the Drover that wrote it.");
      }
    }
  }

  /// Runs those of the steps from `first` to `last` that another server has not run meanwhile.
  private static void steps(Db db, int first, int last, InstantSource clock) throws SQLException {
    var dialect = db.dialect();
    dialect.begin(db);
    try {
      dialect.keepTable(db, "schema_migration");
      for (int version = Math.max(first, applied(db).size() + 1); version <= last; version++) {
        step(db, version, clock);
      }
      dialect.commit(db);
    } catch (SQLException e) {
      dialect.rollBack(db);
      throw e;
    }
  }

  private static void step(Db db, int version, InstantSource clock) throws SQLException {
    var text = text(version);
    for (var statement : text.split(";\\s*\n", -1)) {
      if (isFor(db.dialect(), statement)) {
        db.run(statement);
      }
    }
    db.update(
        "INSERT INTO schema_migration (version, name, checksum, applied_at) VALUES (?, ?, ?, ?)",
        version,
        NAMES.get(version - 1),
        checksum(text),
        Micros.of(clock.instant()));
  }

  private static boolean isFor(Dialect dialect, String statement) {
    var first = statement.strip().lines().findFirst().orElse("");
    return !first.isEmpty()
        && (!first.startsWith(ONLY) || first.equals(ONLY + dialect.databaseName()));
  }

  private static String text(int version) {
    var name = "migrations/" + NAMES.get(version - 1) + ".sql";
    try (var in = Store.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("no resource " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException("cannot read " + name, e);
    }
  }

  private static String checksum(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
