package dev.drover;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Map;
import org.junit.jupiter.api.Tag;

@Tag("database")
@Tag("sandbox")
final class TenantIsolationTest extends TenantIsolationSuite {
  @Override
  Map<String, String> database() {
    return Map.of();
  }

  @Override
  Connection connect() throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + data.resolve("drover.db"));
  }
}
