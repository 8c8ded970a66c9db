package dev.drover.testing;

import dev.drover.session.ExportedLog;
import dev.drover.session.SessionId;
import dev.drover.session.Stored;
import dev.drover.session.ThreadId;
import java.util.Iterator;
import java.util.List;

/// An exported log in memory.
public record ListedLog(SessionId from, ThreadId thread, List<Stored> list) implements ExportedLog {
  public ListedLog {
    list = List.copyOf(list);
  }

  @Override
  public Iterator<Stored> events() {
    return list.iterator();
  }
}
