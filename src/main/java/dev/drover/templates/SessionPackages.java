package dev.drover.templates;

import dev.drover.catalog.Packages;
import dev.drover.session.SessionId;
import dev.drover.session.Sessions;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/// The packages of sessions, which never change. Safe for many threads.
public final class SessionPackages {
  private static final int REMEMBERED = 1_000;

  private final Sessions sessions;
  private final Map<SessionId, Packages> known =
      Collections.synchronizedMap(
          new LinkedHashMap<SessionId, Packages>(16, 0.75f, true) {
            private static final long serialVersionUID = 1;

            @Override
            protected boolean removeEldestEntry(Map.Entry<SessionId, Packages> eldest) {
              return size() > REMEMBERED;
            }
          });

  public SessionPackages(Sessions sessions) {
    this.sessions = sessions;
  }

  /// @throws dev.drover.base.Problem `NOT_FOUND`, or `UNAVAILABLE`
  public Packages of(SessionId session) {
    var packages = known.get(session);
    if (packages == null) {
      packages = sessions.getSession(session).origin().packages();
      known.put(session, packages);
    }
    return packages;
  }
}
