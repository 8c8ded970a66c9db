package dev.drover.cli;

import dev.drover.base.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The messages of a recorded session, and what the session did with them.
///
/// @param sends the events to send, one request for each turn
/// @param all the number of such requests in the whole session
/// @param figures of the recorded session, up to the end of the last turn of `sends`
record LiveScript(List<List<Json.Obj>> sends, int all, LiveFigures figures) {
  LiveScript {
    sends = List.copyOf(sends);
  }

  /// Reads the session.
  ///
  /// @param most the maximum number of requests
  static LiveScript read(Api api, String session, int most)
      throws Refusal, IOException, InterruptedException {
    var reading = new Reading(most);
    var page = Optional.<String>empty();
    do {
      var answer =
          api.get(
              "/v1/sessions/"
                  + Api.segment(session)
                  + "/events?limit=1000"
                  + Paging.parameter(page));
      for (var item : answer.items("data")) {
        if (item instanceof Json.Obj event && event.text("processed_at") != null) {
          reading.take(event);
        }
      }
      page = Paging.next(answer);
    } while (page.isPresent());
    return new LiveScript(reading.sends, reading.all, reading.figures);
  }

  /// Messages that the model got with one request belong together. A system message accompanies the
  /// message before it, and ends the request in which both are sent.
  private static final class Reading {
    private final int most;
    private final List<List<Json.Obj>> sends = new ArrayList<>();
    private LiveFigures figures = new LiveFigures();

    /// The figures before a turn that has only begun: whose it is, its first message shows.
    private @Nullable LiveFigures before;

    private List<Json.Obj> open = List.of();
    private int all;

    Reading(int most) {
      this.most = most;
    }

    void take(Json.Obj event) {
      switch (TurnOutcome.type(event)) {
        case "user.message" -> {
          if (open.isEmpty()) {
            open = new ArrayList<>();
            all++;
            if (all <= most) {
              sends.add(open);
            } else if (all == most + 1 && before != null) {
              figures = before;
            }
          }
          open.add(sent(event));
        }
        case "system.message" -> {
          if (!open.isEmpty()) {
            open.add(sent(event));
            open = List.of();
          }
        }
        case "span.model_request_start" -> {
          open = List.of();
          before = null;
        }
        case "session.status_running" -> before = all == most ? figures.copy() : null;
        default -> {}
      }
      if (all <= most) {
        figures.take(event);
      }
    }

    private static Json.Obj sent(Json.Obj event) {
      return Json.obj(
          "type", event.text("type"), "content", event.get("content").orElse(Json.NULL));
    }
  }
}
