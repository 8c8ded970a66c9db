package dev.drover.store.postgres;

import dev.drover.base.Ids;
import dev.drover.base.Secret;
import dev.drover.session.EventId;
import dev.drover.session.Feed;
import dev.drover.session.SessionId;
import dev.drover.store.StoreUnusable;
import dev.drover.store.sql.Db;
import dev.drover.store.sql.Link;
import dev.drover.store.sql.Migrations;
import dev.drover.store.sql.Readers;
import dev.drover.store.sql.SqlStore;
import dev.drover.store.sql.Writer;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.stream.IntStream;
import org.postgresql.Driver;

/// The store in a PostgreSQL database, which several servers can share. When a call returns, its
/// change is as durable as the settings of the database make it.
///
/// All writes of one session use the same one of several connections, and share commits with writes
/// of other sessions. Two more connections carry hints between nodes.
public final class PostgresStore {
  private static final System.Logger LOG = System.getLogger(PostgresStore.class.getName());

  /// The number of writers. More writers commit in parallel; fewer share more commits.
  private static final int WRITERS = 4;

  private static final int READERS = 4;

  /// The oldest version of PostgreSQL with which the statements are tested.
  private static final int OLDEST = 15;

  /// How long to wait for an answer of the database, so that no caller waits forever.
  private static final Duration SILENCE = Duration.ofSeconds(15);

  /// How long a server that is paused in the middle of a transaction can keep its rows locked.
  private static final Duration PAUSED = Duration.ofSeconds(2);

  /// How long to wait for a locked row.
  private static final Duration LOCKED = Duration.ofSeconds(10);

  private static final Duration CONNECT = Duration.ofSeconds(5);

  /// The time limit for one statement of a migration, which is slow for large data, and for a
  /// server that starts meanwhile and waits for it.
  private static final Duration MIGRATION = Duration.ofHours(6);

  /// How often a start is tried if it conflicts with the start of another server.
  private static final int TRIES = 5;

  private PostgresStore() {}

  /// Connects, and brings the database to the current schema.
  ///
  /// @param url `postgres://user:password@host:port/database`; a secret, because it contains the
  ///   password
  /// @param lapse how long a node may be without a beat before others take over its sessions
  /// @param place the name of this server's data directory, different from that of any other
  /// @param quota the limit for the stored contents of one workspace, in bytes
  /// @throws StoreUnusable if it cannot be reached or used, or was written by a newer version
  /// @throws dev.drover.base.Problem `INVALID_REQUEST` if `url` is not one
  public static SqlStore open(
      Secret url, Duration lapse, String place, long quota, Feed feed, Ids ids, InstantSource clock)
      throws StoreUnusable {
    var database = DatabaseUrl.of(url.reveal());
    return open(database, () -> connect(database), lapse, place, quota, feed, ids, clock);
  }

  /// As above, over connections that the caller makes as [#connect] does.
  static SqlStore open(
      DatabaseUrl database,
      Hints.Connector connections,
      Duration lapse,
      String place,
      long quota,
      Feed feed,
      Ids ids,
      InstantSource clock)
      throws StoreUnusable {
    prepare(database, connections, clock);
    Link.Connector connector = () -> new Db(connections.connect(), PostgresDialect.POSTGRES);
    var readers = new Readers(links(READERS, connector), PostgresDialect.POSTGRES);
    var hints = new Hints(() -> listener(connections), lapse, ids.next("hints_"));
    var relay = new FeedRelay(feed, readers, hints, ids, clock);
    feed.watchedBy(relay);
    var writer = new Writer(links(WRITERS, connector), PostgresDialect.POSTGRES, relay);
    var store = new SqlStore(writer, readers, hints, place, quota, ids, clock, hints::close);
    hints.start(
        new Hints.Hearer() {
          @Override
          public void changed(SessionId session) {
            relay.changed(session);
          }

          @Override
          public void previewed(SessionId session, long after, Feed.Item preview) {
            relay.previewedElsewhere(session, after, preview);
          }

          @Override
          public Set<EventId> heard(SessionId session, List<EventId> events) {
            return relay.heard(session, events);
          }

          @Override
          public void lookAgain() {
            relay.lookAgain();
          }

          @Override
          public void missed() {
            feed.missed();
          }
        });
    return store;
  }

  /// As above, without a quota.
  public static SqlStore open(
      Secret url, Duration lapse, String place, Feed feed, Ids ids, InstantSource clock)
      throws StoreUnusable {
    return open(url, lapse, place, Long.MAX_VALUE, feed, ids, clock);
  }

  /// As above, for a server that stores nothing in a directory.
  public static SqlStore open(Secret url, Duration lapse, Feed feed, Ids ids, InstantSource clock)
      throws StoreUnusable {
    return open(url, lapse, "", feed, ids, clock);
  }

  private static List<Link> links(int count, Link.Connector connector) {
    return IntStream.range(0, count).mapToObj(_ -> new Link(connector)).toList();
  }

  static Connection connect(DatabaseUrl url) throws SQLException {
    var properties = new Properties();
    properties.putAll(url.properties());
    properties.putIfAbsent("ApplicationName", "drover");
    properties.putIfAbsent("connectTimeout", Long.toString(CONNECT.toSeconds()));
    properties.putIfAbsent("socketTimeout", Long.toString(SILENCE.toSeconds()));
    properties.putIfAbsent("tcpKeepAlive", "true");
    var connection = new Driver().connect(url.jdbc(), properties);
    if (connection == null) {
      throw new SQLException("not a URL of PostgreSQL");
    }
    configure(connection);
    return connection;
  }

  /// Sets what every session of ours has.
  static void configure(Connection connection) throws SQLException {
    connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
    try (var statement = connection.createStatement()) {
      statement.execute("SET idle_in_transaction_session_timeout = " + PAUSED.toMillis());
      statement.execute("SET lock_timeout = " + LOCKED.toMillis());
    }
  }

  /// The connection for incoming hints. It waits without a time limit.
  private static Connection listener(Hints.Connector connections) throws SQLException {
    var connection = connections.connect();
    connection.setNetworkTimeout(Runnable::run, 0);
    return connection;
  }

  private static void prepare(DatabaseUrl url, Hints.Connector connections, InstantSource clock)
      throws StoreUnusable {
    for (int tries = 1; ; tries++) {
      try (var connection = connections.connect();
          var db = new Db(connection, PostgresDialect.POSTGRES)) {
        check(connection);
        connection.setNetworkTimeout(Runnable::run, (int) MIGRATION.toMillis());
        db.run("SET lock_timeout = " + MIGRATION.toMillis());
        Migrations.apply(db, clock);
        return;
      } catch (SQLException e) {
        boolean races = PostgresDialect.POSTGRES.trouble(e).name().matches("CONFLICT|CONSTRAINT");
        if (!races || tries == TRIES) {
          throw new StoreUnusable(url + " " + reason(e), e);
        }
      } catch (StoreUnusable e) {
        throw new StoreUnusable(url + " " + e.getMessage(), e);
      }
    }
  }

  static void check(Connection connection) throws SQLException, StoreUnusable {
    int version = connection.getMetaData().getDatabaseMajorVersion();
    if (version < OLDEST) {
      throw new StoreUnusable(
          "is PostgreSQL " + version + "; Drover needs " + OLDEST + " or newer.");
    }
    if (!setting(connection, "server_encoding").equals("UTF8")) {
      throw new StoreUnusable("is not encoded in UTF8. Create the database with ENCODING 'UTF8'.");
    }
    for (var name : List.of("fsync", "synchronous_commit")) {
      if (setting(connection, name).equals("off")) {
        LOG.log(
            Level.WARNING,
            "the database's setting " + name + " is off: what was acknowledged may be lost");
      }
    }
  }

  private static String setting(Connection connection, String name) throws SQLException {
    try (var statement = connection.createStatement();
        var row = statement.executeQuery("SHOW " + name)) {
      return row.next() ? row.getString(1) : "";
    }
  }

  static String reason(SQLException e) {
    return switch (String.valueOf(e.getSQLState())) {
      case "28P01", "28000" -> "refuses the user or the password.";
      case "3D000" -> "does not exist. Make it with CREATE DATABASE.";
      case "42501" -> "does not let this user make tables. Grant it the schema.";
      case "08001", "08006" -> "cannot be reached: " + e.getMessage();
      default -> "cannot be opened: " + e.getMessage();
    };
  }
}
