package dev.drover.cli;

import dev.drover.base.Json;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;

/// The newest events of a session.
final class History {
  private static final int PAGE = 100;

  private final Api api;
  private final String session;

  History(Api api, String session) {
    this.api = api;
    this.session = session;
  }

  /// The newest events that are not in `seen`, in order.
  ///
  /// @param most the maximum number; older events are left out
  List<Json.Obj> unseen(SeenEvents seen, int most)
      throws Refusal, IOException, InterruptedException {
    var found = new ArrayDeque<Json.Obj>();
    var page = Optional.<String>empty();
    boolean more = most > 0;
    while (more) {
      var answer =
          api.get(
              "/v1/sessions/"
                  + Api.segment(session)
                  + "/events?order=desc&limit="
                  + Math.min(PAGE, most)
                  + Paging.parameter(page));
      page = Paging.next(answer);
      more = page.isPresent();
      for (var item : answer.items("data")) {
        if (!(item instanceof Json.Obj event)) {
          continue;
        }
        // queued events stay at the end, so events before them may still be new
        boolean known = seen.has(event);
        if (found.size() == most || (known && event.text("processed_at") != null)) {
          more = false;
          break;
        }
        if (!known) {
          found.addFirst(event);
        }
      }
    }
    return List.copyOf(found);
  }
}
