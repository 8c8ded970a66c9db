package dev.drover;

import dev.drover.testing.Postgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;

@Tag("database")
@Tag("sandbox")
final class PostgresCheckTest extends CheckContract {
  private final Postgres.Database database = Postgres.database();

  @Override
  Map<String, String> environment() {
    return Map.of("DROVER_DATABASE_URL", database.url());
  }

  @Override
  Connection connect() throws SQLException {
    return database.connect();
  }

  @AfterAll
  void drop() {
    database.close();
  }
}
