package dev.drover.store.sql;

import dev.drover.base.Ids;
import dev.drover.catalog.WorkspaceId;
import dev.drover.session.Lease;
import dev.drover.session.Nodes;
import dev.drover.session.SessionId;
import dev.drover.store.Micros;
import dev.drover.store.OwnNode;
import java.lang.System.Logger.Level;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The rows of nodes. A dead node is buried by removing its row; any node can claim a session whose
/// holder has no row.
public final class SqlNodes implements Nodes {
  static final String NAME_PREFIX = "node_";

  /// The statement for the sessions that can be claimed.
  public static final String UNFINISHED =
      """
      SELECT id FROM session
      WHERE awake = 1 AND node IS NULL AND status <> 'terminated' LIMIT ?\
      """;

  /// The number of rows that one statement frees.
  private static final int FREED = 200;

  /// The maximum number of rows that are skipped because they cannot be read; there should be none.
  private static final int UNREADABLE = 1_000;

  private static final String KEY = "node";

  private static final System.Logger LOG = System.getLogger(SqlNodes.class.getName());

  private final Writer writer;
  private final Readers readers;
  private final OwnNode self;
  private final Ids ids;
  private final InstantSource clock;
  private final Peers peers;
  private final Set<SessionId> unreadable = ConcurrentHashMap.newKeySet();

  SqlNodes(
      Writer writer, Readers readers, OwnNode self, Ids ids, InstantSource clock, Peers peers) {
    this.writer = writer;
    this.readers = readers;
    this.self = self;
    this.ids = ids;
    this.clock = clock;
    this.peers = peers;
  }

  @Override
  public boolean beat() {
    long lapse = lapse().toNanos() / 1_000;
    var name = self.name();
    var next = ids.next(NAME_PREFIX);
    record Beaten(boolean known, long others, boolean more) {}
    var beaten =
        writer.call(
            KEY,
            (db, afterCommit) -> {
              var now = db.dialect().now();
              boolean known =
                  db.update("UPDATE node SET beat_at = " + now + " WHERE id = ?", name) == 1;
              if (!known) {
                register(db, next);
              }
              db.update("DELETE FROM node WHERE beat_at < " + now + " - ?", lapse);
              int freed = freeOrphans(db, afterCommit);
              JobRows.freeOrphans(db);
              WebhookRows.freeOrphans(db, clock.instant());
              return new Beaten(known, db.number("SELECT COUNT(*) FROM node") - 1, freed == FREED);
            });
    if (!beaten.known) {
      self.rename(next);
    }
    peers.counted(beaten.others);
    if (beaten.more) {
      freeTheRest();
    }
    return beaten.known;
  }

  private void freeTheRest() {
    while (writer.call(KEY, SqlNodes::freeOrphans) == FREED) {}
  }

  /// Frees the sessions of nodes that no longer exist. The epoch stays the same: the next claim
  /// raises it.
  private static int freeOrphans(Db db, AfterCommit afterCommit) throws SQLException {
    var freed =
        db.list(
            """
            UPDATE session SET node = NULL WHERE id IN (
              SELECT id FROM session
              WHERE awake = 1 AND node IS NOT NULL AND node NOT IN (SELECT id FROM node) LIMIT ?\
            """
                + db.dialect().skippingKept()
                + ") RETURNING id",
            row -> new SessionId(row.getString(1)),
            FREED);
    freed.forEach(afterCommit::freed);
    return freed.size();
  }

  /// Registers this node. An earlier node of this machine whose process has ended is buried at
  /// once, so that this start need not wait for its lapse. Nodes of other machines cannot see the
  /// process and wait for the lapse.
  private void register(Db db, String name) throws SQLException {
    var own = NodeProcess.own();
    record Earlier(String name, NodeProcess process) {}
    var earlier =
        db.list(
            "SELECT id, machine, pid, process_started FROM node WHERE machine = ?",
            row ->
                new Earlier(
                    row.getString(1),
                    new NodeProcess(row.getString(2), row.getLong(3), row.getLong(4))),
            own.machine());
    for (var node : earlier) {
      if (node.process.isGone(own)) {
        db.update("DELETE FROM node WHERE id = ?", node.name);
      }
    }
    var now = db.dialect().now();
    db.update(
        "INSERT INTO node (id, host, machine, pid, process_started, place, started_at, beat_at)"
            + " VALUES (?, ?, ?, ?, ?, ?, "
            + now
            + ", "
            + now
            + ")",
        name,
        NodeProcess.host(),
        own.machine(),
        own.pid(),
        own.started(),
        self.place());
  }

  @Override
  public Duration lapse() {
    return peers.lapse();
  }

  @Override
  public List<Lease> claim(int limit) {
    if (self.isLeaving()) {
      return List.of();
    }
    return writer.call(
        KEY,
        (db, _) -> {
          var leases = new ArrayList<Lease>();
          var found =
              db.list(
                  UNFINISHED + db.dialect().skippingKept(),
                  row -> new SessionId(row.getString(1)),
                  limit + unreadable.size());
          found.removeAll(unreadable);
          for (var id : found.subList(0, Math.min(limit, found.size()))) {
            var row = take(db, id).filter(one -> one.state().isFree());
            if (row.isPresent()) {
              var claimed = self.claim(row.get().state());
              SessionRows.keep(db, id, row.get().with(claimed));
              SqlEventLog.lease(id, row.get().state(), claimed).ifPresent(leases::add);
            }
          }
          return List.copyOf(leases);
        });
  }

  /// Reads and locks a row; empty if it cannot be read, so that the others can still be claimed.
  private Optional<SessionRows.Row> take(Db db, SessionId id) throws SQLException {
    try {
      return SessionRows.take(db, id);
    } catch (RuntimeException e) {
      if (unreadable.size() < UNREADABLE && unreadable.add(id)) {
        LOG.log(
            Level.ERROR, "the row of session " + id + " cannot be read; no node continues it", e);
      }
      return Optional.empty();
    }
  }

  @Override
  public List<Lease> held() {
    return readers.call(
        db ->
            db.list(
                "SELECT id, epoch FROM session WHERE awake = 1 AND node = ?",
                row -> new Lease(new SessionId(row.getString(1)), row.getLong(2)),
                self.name()));
  }

  @Override
  public void drain() {
    self.leave();
  }

  @Override
  public void leave() {
    self.leave();
    var name = self.name();
    writer.call(
        KEY,
        (db, _) -> {
          db.update("DELETE FROM node WHERE id = ?", name);
          JobRows.freeOrphans(db);
          WebhookRows.freeOrphans(db, clock.instant());
          return true;
        });
    freeTheRest();
  }

  @Override
  public void onNews(News news) {
    peers.onNews(news);
  }

  @Override
  public Optional<Holding> holding(SessionId id) {
    return readers.call(db -> Queues.holding(db, id));
  }

  @Override
  public Queue queue() {
    return readers.call(db -> Queues.queue(db, clock.instant()));
  }

  @Override
  public List<SessionId> atWork(WorkspaceId workspace, int limit) {
    return readers.call(db -> Queues.atWork(db, workspace, limit));
  }

  @Override
  public List<Member> members() {
    record Row(String name, String host, long pid, long startedAt, long silent, long sessions) {}
    return readers
        .call(
            db ->
                db.list(
                    "SELECT id, host, pid, started_at, "
                        + db.dialect().now()
                        + " - beat_at AS silent, "
                        + "(SELECT COUNT(*) FROM session WHERE awake = 1"
                        + " AND session.node = node.id) AS sessions"
                        + " FROM node ORDER BY started_at, id",
                    row ->
                        new Row(
                            row.getString("id"),
                            row.getString("host"),
                            row.getLong("pid"),
                            row.getLong("started_at"),
                            row.getLong("silent"),
                            row.getLong("sessions"))))
        .stream()
        .map(
            row ->
                new Member(
                    row.name,
                    row.host,
                    row.pid,
                    Micros.instant(row.startedAt),
                    Duration.ofNanos(Math.max(0, row.silent) * 1_000),
                    row.sessions,
                    row.name.equals(self.name())))
        .toList();
  }
}
