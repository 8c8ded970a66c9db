package dev.drover.testing;

import dev.drover.catalog.Blob;
import dev.drover.session.SessionId;
import dev.drover.session.Snapshot;
import dev.drover.session.Snapshots;
import java.util.Optional;

/// Sessions whose directories are wherever they are asked for.
public final class NoSnapshots implements Snapshots {
  @Override
  public Optional<Home> home(SessionId session) {
    return Optional.empty();
  }

  @Override
  public boolean isHeldElsewhere(SessionId session) {
    return false;
  }

  @Override
  public boolean settle(SessionId session, String home) {
    return true;
  }

  @Override
  public Optional<Snapshot> newest(SessionId session) {
    return Optional.empty();
  }

  @Override
  public long head(SessionId session) {
    return 0;
  }

  @Override
  public long callsAfter(SessionId session, long position) {
    return 0;
  }

  @Override
  public Optional<String> untold(SessionId session) {
    return Optional.empty();
  }

  @Override
  public boolean keep(SessionId session, Snapshot snapshot, Blob layer, int kept) {
    return false;
  }

  @Override
  public void unchanged(SessionId session, Snapshot newest, long position) {}

  @Override
  public void request(SessionId session) {}

  @Override
  public boolean isRequested(SessionId session) {
    return false;
  }
}
