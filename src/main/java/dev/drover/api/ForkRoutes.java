package dev.drover.api;

import static dev.drover.access.KeyScope.SESSIONS_WRITE;

import dev.drover.base.Fields;
import dev.drover.base.Json;
import dev.drover.desk.ForkRequest;
import dev.drover.profile.Profiles;
import dev.drover.session.EventId;
import dev.drover.session.Fork;
import dev.drover.session.ForkPoint;
import dev.drover.session.Session;
import dev.drover.session.SessionId;
import dev.drover.wire.DefinitionCodec;
import dev.drover.wire.SessionCodec;
import dev.drover.wire.Times;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// The route that forks a session. It is Drover's own and not part of the reference API.
final class ForkRoutes {
  private final Backend backend;

  ForkRoutes(Backend backend) {
    this.backend = backend;
  }

  void addTo(Router router) {
    router.post("/drover/sessions/{session}/fork", SESSIONS_WRITE, this::fork);
  }

  private void fork(Exchange exchange) {
    var id = SessionId.of(exchange.id("session"));
    var request = request(exchange.fields());
    var fork = backend.desk().fork(exchange.caller(), id, request);
    exchange.answer(
        Json.obj(
            "type",
            "session_fork",
            "session",
            SessionCodec.write(fork.session(), backend.now(), backend.desk().cost(fork.session())),
            "forked_from",
            from(id, fork.position()),
            "workspace",
            workspace(fork, request.files())));
  }

  private static ForkRequest request(Fields body) {
    var at = at(body);
    boolean files = files(body);
    var model = body.value("model");
    boolean profiled = body.has("profile");
    var profile = Optional.ofNullable(body.optionalPlainText("profile", 256));
    boolean titled = body.has("title");
    var title = body.optionalPlainText("title", 256);
    body.end();
    return new ForkRequest(
        at,
        files,
        model.isPresent(),
        before ->
            new Session.Editable(
                model.isPresent()
                    ? DefinitionCodec.CODEC.override(
                        before.agent(), Fields.of(Json.obj("model", model.get()), ""))
                    : before.agent(),
                titled ? title : before.title(),
                profiled ? withProfile(before.metadata(), profile) : before.metadata(),
                before.budget()));
  }

  private static Map<String, String> withProfile(
      Map<String, String> metadata, Optional<String> profile) {
    var changed = new LinkedHashMap<>(metadata);
    changed.remove(Profiles.KEY);
    profile.ifPresent(name -> changed.put(Profiles.KEY, name));
    return changed;
  }

  private static ForkPoint at(Fields body) {
    var at = body.value("at");
    if (at.isEmpty()) {
      return new ForkPoint.Newest();
    }
    return at.get() instanceof Json.Num
        ? new ForkPoint.Position(body.integer("at", 0, Long.MAX_VALUE).orElseThrow())
        : new ForkPoint.OfEvent(body.id("at", EventId::of));
  }

  private static boolean files(Fields body) {
    if (body.value("workspace").isEmpty()) {
      return true;
    }
    return switch (body.text("workspace", 1, 256)) {
      case "snapshot" -> true;
      case "none" -> false;
      default -> throw body.problem("workspace", "must be \"snapshot\" or \"none\"");
    };
  }

  /// The lineage of a session.
  static Json.Obj from(SessionId session, long position) {
    return Json.obj("session_id", session.value(), "position", position);
  }

  private static Json.Obj workspace(Fork fork, boolean wanted) {
    return fork.snapshot()
        .map(
            snapshot ->
                Json.obj(
                    "source",
                    "snapshot",
                    "position",
                    snapshot.position(),
                    "taken_at",
                    Times.write(snapshot.takenAt()),
                    "reason",
                    null))
        .orElseGet(
            () ->
                Json.obj(
                    "source",
                    "none",
                    "position",
                    null,
                    "taken_at",
                    null,
                    "reason",
                    reason(fork, wanted)));
  }

  private static String reason(Fork fork, boolean wanted) {
    if (!fork.filesMissing()) {
      return "The session had no files in its sandbox.";
    }
    return wanted
        ? ("There is no snapshot of the session's files from position %d or before. Only the newest"
                + " snapshots of a session are kept.")
            .formatted(fork.position())
        : "The request asks for empty directories.";
  }
}
