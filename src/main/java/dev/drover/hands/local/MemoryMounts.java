package dev.drover.hands.local;

import dev.drover.session.SessionId;
import dev.drover.session.SessionResource;
import java.util.List;

/// The memory stores that sandboxes show. Safe for many threads.
public interface MemoryMounts {
  MemoryMounts NONE = _ -> List.of();

  /// Those of a session, which never change.
  ///
  /// @throws dev.drover.base.Problem `UNAVAILABLE`
  List<SessionResource.Attached> of(SessionId session);
}
