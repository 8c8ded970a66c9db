package dev.drover.testing;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Objects;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Fresh databases on a PostgreSQL server that the tests of this JVM share: their own, started when
/// first asked for, or the one that [#ENVIRONMENT] names. Safe for many threads.
public final class Postgres {
  /// A JDBC URL, with a user who may create databases.
  public static final String ENVIRONMENT = "DROVER_TEST_DATABASE_URL";

  /// `off` makes the tests' own server acknowledge what is not yet on the disk, where that is slow.
  public static final String FSYNC = "DROVER_TEST_FSYNC";

  /// If it is set, databases are left as the tests left them; see docs/debugging.md.
  private static final String KEEP = "DROVER_TEST_KEEP";

  private static final Pattern URL =
      Pattern.compile("(jdbc:postgresql://[^/]+/)[^/?]*(?:[?](.*))?");

  private static final String INSUFFICIENT_PRIVILEGE = "42501";

  private static @Nullable String shared;

  private Postgres() {}

  /// A database of the test's own.
  public static final class Database implements AutoCloseable {
    private final String server;
    private final String name;

    private Database(String server) {
      this.server = server;
      name = "test_" + UUID.randomUUID().toString().replace("-", "");
      execute("CREATE DATABASE " + name);
    }

    /// For JDBC, with user and password.
    public String url() {
      var match = URL.matcher(server);
      if (!match.matches()) {
        throw new IllegalArgumentException(
            ENVIRONMENT + " must be like jdbc:postgresql://host/database?user=name&password=word");
      }
      return match.group(1) + name + "?" + Objects.requireNonNullElse(match.group(2), "");
    }

    public Connection connect() throws SQLException {
      return DriverManager.getConnection(url());
    }

    /// Drops it, unless it is kept, whoever is still connected. For a moment a superuser's process
    /// may be, that of a vacuum, and we may not end that.
    @Override
    public void close() {
      if (System.getenv(KEEP) != null) {
        return;
      }
      await()
          .ignoreExceptionsMatching(Database::isRefused)
          .until(
              () -> {
                execute("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)");
                return true;
              });
    }

    private static boolean isRefused(Throwable e) {
      return e.getCause() instanceof SQLException cause
          && INSUFFICIENT_PRIVILEGE.equals(cause.getSQLState());
    }

    private void execute(String sql) {
      try (var connection = DriverManager.getConnection(server);
          var statement = connection.createStatement()) {
        statement.execute(sql);
      } catch (SQLException e) {
        throw new IllegalStateException(sql, e);
      }
    }
  }

  /// An empty database. What is committed in it is on the disk, as users have it.
  public static Database database() {
    return new Database(server());
  }

  private static synchronized String server() {
    var named = System.getenv(ENVIRONMENT);
    if (named != null && !named.isEmpty()) {
      return named;
    }
    if (shared == null) {
      shared = start().url();
    }
    return shared;
  }

  private static PostgresServer start() {
    try {
      return PostgresServer.in(Files.createTempDirectory(Watchdog.directory(), "shared-"))
          .set("fsync", "off".equals(System.getenv(FSYNC)) ? "off" : "on")
          // By default a process looks at one database after another, all of them once a minute.
          .set("autovacuum_naptime", "5min")
          .start();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
