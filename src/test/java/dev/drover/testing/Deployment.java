package dev.drover.testing;

import dev.drover.Config;
import dev.drover.Drover;
import dev.drover.base.Secret;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The ways in which the whole of Drover may stand. A suite that asks it over HTTP alone must not
/// be able to tell them apart.
public enum Deployment {
  /// One server, with a SQLite file in its data directory.
  SQLITE(1),
  /// One server over PostgreSQL.
  POSTGRES(1),
  /// Two nodes over one PostgreSQL, which share a data directory, behind a proxy that gives each
  /// request to the next of them.
  TWO_NODES(2);

  private final int nodes;

  Deployment(int nodes) {
    this.nodes = nodes;
  }

  /// Makes a server of its settings.
  @FunctionalInterface
  public interface Starter {
    Drover start(Config config) throws InterruptedException;
  }

  /// Starts it in this process.
  ///
  /// @param data may hold `drover.yaml`
  /// @param settings as flags have them, beside data directory, port and database
  public Running start(Path data, Map<String, String> settings)
      throws IOException, InterruptedException {
    return start(data, settings, Drover::new);
  }

  /// As above, with servers of the caller's own making.
  public Running start(Path data, Map<String, String> settings, Starter starter)
      throws IOException, InterruptedException {
    var all = new HashMap<>(settings);
    all.put("data", data.toString());
    all.put("port", "0");
    var open = new ArrayDeque<AutoCloseable>();
    var servers = new ArrayList<Drover>();
    try {
      if (this != SQLITE) {
        var database = Postgres.database();
        open.push(database);
        all.put("database_url", database.url());
        all.put("nodes.lapse_ms", "15000"); // no node dies here, however slow the machine
      }
      for (int i = 0; i < nodes; i++) {
        var server = starter.start(Config.read(all, Map.of()));
        open.push(server);
        servers.add(server);
      }
      var urls = servers.stream().map(Drover::url).toList();
      var url = urls.getFirst();
      if (nodes > 1) {
        var proxy = RoundRobin.over(urls.toArray(URI[]::new));
        open.push(proxy);
        url = proxy.url();
      }
      return new Running(url, servers.getFirst().key(), urls, open);
    } catch (IOException | InterruptedException | RuntimeException e) {
      new Running(URI.create(""), new Secret(""), List.of(), open).close();
      throw e;
    }
  }

  /// What was started. Close it.
  public static final class Running implements AutoCloseable {
    private final URI url;
    private final Secret key;
    private final List<URI> nodes;
    private final Deque<AutoCloseable> open;

    private Running(URI url, Secret key, List<URI> nodes, Deque<AutoCloseable> open) {
      this.url = url;
      this.key = key;
      this.nodes = nodes;
      this.open = open;
    }

    /// Where clients find all of it.
    public URI url() {
      return url;
    }

    /// Opens every route.
    public Secret key() {
      return key;
    }

    /// Where each of its servers is.
    public List<URI> nodes() {
      return nodes;
    }

    @Override
    public void close() {
      while (!open.isEmpty()) {
        try (var _ = open.pop()) {
          // what came last goes first
        } catch (RuntimeException e) {
          throw e;
        } catch (Exception e) {
          throw new IllegalStateException(e);
        }
      }
    }
  }
}
