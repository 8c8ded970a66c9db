package dev.drover.store.postgres;

import dev.drover.base.Json;
import dev.drover.session.EventId;
import dev.drover.session.Feed;
import dev.drover.session.Nodes;
import dev.drover.session.SessionId;
import dev.drover.store.sql.Peers;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/// The hints between nodes, sent through the database, so that nodes need not poll constantly. Any
/// hint may be lost: listeners also poll periodically. Safe for many threads.
///
/// One thread sends them separately from commits, many hints in one notification: a notification
/// inside a commit would make all other commits wait. While no other node is known, only greetings
/// are sent: with them, nodes that have just started know of each other before their next beat.
///
/// @see <a href="https://www.postgresql.org/docs/current/sql-notify.html">NOTIFY</a>: a payload is
///   shorter than 8,000 bytes
final class Hints implements Peers, AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Hints.class.getName());
  private static final String CHANNEL = "drover";
  private static final int PAYLOAD = 7_500;

  /// The maximum number of waiting hints. Beyond it, previews are dropped, and other nodes find
  /// changes only by polling.
  private static final int LIMIT = 10_000;

  private static final Duration INTEREST = Duration.ofSeconds(30);
  private static final Duration AGAIN = Duration.ofSeconds(1);
  private static final Duration FAREWELL = Duration.ofSeconds(2);

  /// The hint of a node that has begun to listen, or has met another node.
  private static final String GREETING = "h";

  /// A position that is unknown to this node.
  static final long UNKNOWN = Long.MAX_VALUE;

  /// The interest of another node's listeners in the previews of a session.
  ///
  /// @param since when it was received, by the nanosecond clock
  /// @param head the end of the log when this node last appended to it
  private record Interest(long since, long head) {}

  /// Opens a connection for the hints only.
  @FunctionalInterface
  interface Connector {
    Connection connect() throws SQLException;
  }

  /// The receiver of other nodes' hints.
  interface Hearer {
    void changed(SessionId session);

    /// @param after the position that it follows
    void previewed(SessionId session, long after, Feed.Item preview);

    /// Those of a session's events that listeners of this node have received.
    Set<EventId> heard(SessionId session, List<EventId> events);

    /// Called after the connection was lost, and now and then: any hint may have been missed.
    void lookAgain();

    /// Called after the connection was lost, and when another node was met, which may have written
    /// before it knew of this one: hints were missed.
    void missed();
  }

  private final Connector connector;
  private final Duration lapse;
  private final String self;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Set<String> pending = new LinkedHashSet<>();
  private final Queue<String> previews = new ArrayDeque<>();
  private final Map<SessionId, Interest> interests = new ConcurrentHashMap<>();
  private final Questions questions = new Questions();
  private volatile Nodes.News news = Nodes.News.NONE;
  private volatile @Nullable Hearer hearer;
  private final KnownPeers peers = new KnownPeers();
  private volatile boolean closed;
  private volatile @Nullable Connection listening;
  private final Thread sender;
  private final Thread listener;

  /// @param self an id that distinguishes this node's hints from those of others
  Hints(Connector connector, Duration lapse, String self) {
    this.connector = connector;
    this.lapse = lapse;
    this.self = self;
    sender = Thread.ofVirtual().name("hints-out").unstarted(this::send);
    listener = Thread.ofVirtual().name("hints-in").unstarted(this::listen);
  }

  void start(Hearer hearer) {
    this.hearer = hearer;
    sender.start();
    listener.start();
  }

  @Override
  public Duration lapse() {
    return lapse;
  }

  @Override
  public void counted(long others) {
    if (peers.counted(others)) {
      enqueue(GREETING);
    }
    var longAgo = System.nanoTime() - INTEREST.toNanos();
    interests.values().removeIf(interest -> interest.since - longAgo < 0);
    if (others > 0) {
      lookAgain();
    }
  }

  private void lookAgain() {
    var its = hearer;
    if (its != null) {
      its.lookAgain();
    }
  }

  private void missed() {
    var its = hearer;
    if (its != null) {
      its.missed();
    }
  }

  boolean hasPeers() {
    return peers.count() > 0;
  }

  @Override
  public void onNews(Nodes.News news) {
    this.news = news;
  }

  // Sending

  void changed(SessionId session) {
    tell("c " + session);
  }

  /// Sends the hint that this node has appended events up to `head`.
  void logged(SessionId session, long head) {
    interests.computeIfPresent(session, (_, known) -> new Interest(known.since, head));
    changed(session);
  }

  void freed(SessionId session) {
    tell("f " + session);
  }

  /// Sends the hint that this node has listeners for previews of the session.
  void interested(SessionId session) {
    tell("i " + session);
  }

  /// Those of a session's events that listeners of other nodes have received.
  Set<EventId> askHeard(SessionId session, List<EventId> events) {
    int present = peers.count();
    return present > 0 ? questions.ask(session, events, present, self, this::enqueue) : Set.of();
  }

  void preview(SessionId session, Feed.Item preview) {
    var interest = hasPeers() ? interests.get(session) : null;
    if (interest == null) {
      return;
    }
    var lines = PreviewLines.of(preview);
    lock.lock();
    try {
      if (previews.size() + lines.size() <= LIMIT) {
        lines.forEach(
            line ->
                previews.add("p " + session + " " + line.with("after", Json.of(interest.head))));
        changed.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  private void tell(String line) {
    if (hasPeers()) {
      enqueue(line);
    }
  }

  private void enqueue(String line) {
    lock.lock();
    try {
      if (pending.size() < LIMIT) {
        pending.add(line);
        changed.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  private void send() {
    while (!closed) {
      try (var connection = connector.connect();
          var session = connection.createStatement();
          var notify = connection.prepareStatement("SELECT pg_notify(?, ?)")) {
        session.execute("SET synchronous_commit = off"); // a hint need not survive a crash
        notify.setString(1, CHANNEL);
        for (var payload = next(); !payload.isEmpty(); payload = next()) {
          notify.setString(2, payload);
          notify.execute();
        }
      } catch (SQLException | RuntimeException e) {
        pauseAfter(e);
      } catch (InterruptedException _) {
        return;
      }
    }
  }

  /// The next notification, as full as possible; empty if there will be no more. Previews are sent
  /// before the changes that follow them.
  private String next() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (pending.isEmpty() && previews.isEmpty()) {
        if (closed) {
          return "";
        }
        changed.await();
      }
      var payload = new StringBuilder(self);
      int bytes = self.length();
      for (var lines : List.of(previews, pending)) {
        for (var each = lines.iterator(); each.hasNext(); ) {
          var line = each.next();
          bytes += 1 + line.getBytes(StandardCharsets.UTF_8).length;
          if (bytes > PAYLOAD) {
            return payload.toString();
          }
          payload.append('\n').append(line);
          each.remove();
        }
      }
      return payload.toString();
    } finally {
      lock.unlock();
    }
  }

  // Receiving

  private void listen() {
    while (!closed) {
      try (var connection = connector.connect();
          var statement = connection.createStatement()) {
        listening = connection;
        statement.execute("LISTEN " + CHANNEL);
        lookAgain();
        missed();
        enqueue(GREETING); // others may have greeted before this node listened
        var notifications = connection.unwrap(PGConnection.class);
        while (!closed) {
          var some = notifications.getNotifications(0);
          for (var one : some == null ? new PGNotification[0] : some) {
            hear(one.getParameter());
          }
        }
      } catch (SQLException | RuntimeException e) {
        pauseAfter(e);
      }
    }
  }

  private void hear(String payload) {
    var lines = payload.split("\n", -1);
    if (lines[0].equals(self)) {
      return;
    }
    if (peers.met(lines[0])) {
      enqueue(GREETING);
      lookAgain();
      missed();
    }
    for (int i = 1; i < lines.length; i++) {
      var words = lines[i].split(" ", 3);
      if (words.length >= 2 && words[1].startsWith(SessionId.PREFIX)) {
        hear(words[0], new SessionId(words[1]), words.length == 3 ? words[2] : "");
      }
    }
  }

  private void hear(String what, SessionId session, String more) {
    switch (what) {
      case "c" -> {
        var its = hearer;
        if (its != null) {
          its.changed(session);
        }
        news.changed(session);
      }
      case "f" -> news.freed(session);
      case "i" -> {
        long now = System.nanoTime();
        interests.merge(
            session, new Interest(now, UNKNOWN), (known, _) -> new Interest(now, known.head));
      }
      case "q" -> {
        var its = hearer;
        if (its != null) {
          Questions.answer(session, more, its, this::tell);
        }
      }
      case "a" -> questions.answered(more, self);
      case "p" -> {
        var its = hearer;
        if (its != null) {
          var line = (Json.Obj) Json.trusted(more);
          its.previewed(session, line.number("after", UNKNOWN), PreviewLines.read(line));
        }
      }
      default -> {} // from a newer version
    }
  }

  private void pauseAfter(Exception why) {
    if (closed) {
      return;
    }
    LOG.log(Level.DEBUG, "hints between nodes are interrupted: " + why.getMessage());
    lock.lock();
    try {
      long left = AGAIN.toNanos();
      while (left > 0 && !closed) {
        left = changed.awaitNanos(left);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  /// Sends the waiting hints, then ends.
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    try {
      if (!sender.join(FAREWELL)) {
        sender.interrupt();
      }
      var connection = listening;
      if (connection != null) {
        connection.abort(Runnable::run);
      }
      listener.join(FAREWELL);
    } catch (SQLException _) {
      // it ends at the latest with the process
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
