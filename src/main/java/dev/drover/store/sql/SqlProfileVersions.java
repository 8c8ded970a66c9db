package dev.drover.store.sql;

import dev.drover.profile.ProfileVersions;
import dev.drover.store.Micros;
import java.time.InstantSource;

/// The rows of `profile_version`.
final class SqlProfileVersions implements ProfileVersions {
  private final Writer writer;
  private final InstantSource clock;

  SqlProfileVersions(Writer writer, InstantSource clock) {
    this.writer = writer;
    this.clock = clock;
  }

  @Override
  public String remember(String name, int version, String hash) {
    return writer.call(
        name,
        (db, _) -> {
          db.update(
              """
              INSERT INTO profile_version (name, version, hash, first_seen) VALUES (?, ?, ?, ?)
              ON CONFLICT (name, version) DO NOTHING\
              """,
              name,
              version,
              hash,
              Micros.of(clock.instant()));
          return db.list(
                  "SELECT hash FROM profile_version WHERE name = ? AND version = ?",
                  row -> row.getString(1),
                  name,
                  version)
              .getFirst();
        });
  }
}
