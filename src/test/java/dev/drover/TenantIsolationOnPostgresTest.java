package dev.drover;

import dev.drover.testing.Postgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import org.junit.jupiter.api.Tag;

@Tag("database")
@Tag("sandbox")
final class TenantIsolationOnPostgresTest extends TenantIsolationSuite {
  private final Postgres.Database database = Postgres.database();

  @Override
  Map<String, String> database() {
    return Map.of("database_url", database.url());
  }

  @Override
  Connection connect() throws SQLException {
    return database.connect();
  }

  @Override
  void drop() {
    database.close();
  }
}
