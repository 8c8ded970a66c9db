package dev.drover;

import dev.drover.base.Problem;
import dev.drover.cli.Checking;
import dev.drover.store.StoreUnusable;
import dev.drover.store.postgres.PostgresCheck;
import dev.drover.store.sql.SqlCheck;
import dev.drover.store.sqlite.SqliteCheck;
import java.util.Map;

/// The check of the store that the settings name.
final class Auditor implements Checking {
  private final Map<String, String> environment;

  Auditor(Map<String, String> environment) {
    this.environment = environment;
  }

  @Override
  public Tally run(Map<String, String> flags, Hearer hearer) {
    var config = Config.read(flags, environment);
    var database = config.store().database();
    var file = config.data().resolve("drover.db");
    try (var check =
        database.isPresent() ? PostgresCheck.open(database.get()) : SqliteCheck.open(file)) {
      var tally = check.run(told(hearer));
      return new Tally(
          database.isPresent() ? "the database" : file.toString(),
          tally.sessions(),
          tally.events());
    } catch (StoreUnusable e) {
      throw new Problem(Problem.Kind.UNAVAILABLE, null, String.valueOf(e.getMessage()), e);
    }
  }

  private static SqlCheck.Hearer told(Hearer hearer) {
    return new SqlCheck.Hearer() {
      @Override
      public void finding(String session, long position, String sentence) {
        hearer.finding(session, position, sentence);
      }

      @Override
      public void note(String session, String sentence) {
        hearer.note(session, sentence);
      }
    };
  }
}
