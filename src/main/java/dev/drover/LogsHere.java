package dev.drover;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.cli.StoredLogs;
import dev.drover.session.SessionId;
import dev.drover.store.StoreUnusable;
import dev.drover.store.sql.SqlLogs;
import dev.drover.store.sqlite.SqliteLogs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/// The logs in the store that the settings name, if that is a file.
final class LogsHere implements StoredLogs {
  private final Map<String, String> environment;

  LogsHere(Map<String, String> environment) {
    this.environment = environment;
  }

  @Override
  public Optional<Opened> open(Map<String, String> flags) {
    var config = Config.read(flags, environment);
    var file = config.data().resolve("drover.db");
    if (config.store().database().isPresent() || !Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(new Here(file, SqliteLogs.open(file)));
    } catch (StoreUnusable e) {
      throw unreadable(e);
    }
  }

  private static Problem unreadable(StoreUnusable e) {
    return new Problem(Problem.Kind.UNAVAILABLE, null, String.valueOf(e.getMessage()), e);
  }

  private record Here(Path file, SqlLogs logs) implements Opened {
    @Override
    public String name() {
      return file.toString();
    }

    @Override
    public List<String> sessions(String beginning, int most) {
      try {
        return logs.sessions(beginning, most);
      } catch (StoreUnusable e) {
        throw unreadable(e);
      }
    }

    @Override
    public void events(String session, Predicate<Json.Obj> reader) {
      try {
        logs.events(
            new SessionId(session),
            json -> !(Json.trusted(json) instanceof Json.Obj event) || reader.test(event));
      } catch (StoreUnusable e) {
        throw unreadable(e);
      }
    }

    @Override
    public void close() {
      logs.close();
    }
  }
}
