package dev.drover.cli;

import dev.drover.base.Json;
import dev.drover.http.Unreachable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The doctor's checks of the server that commands use, if it is running: its nodes, its queue, and
/// the sessions that have not moved for longest.
final class ServerChecks {
  private static final int SESSIONS = 5;
  private static final String NAME = "server";
  private static final String WEBHOOKS = "webhooks";
  private static final String WORKSPACES = "workspaces";

  private ServerChecks() {}

  static List<Check> of(TargetServer target) {
    try (var api = new Api(Api.client(), target.url(), target.key())) {
      var nodes = api.get("/drover/nodes");
      var checks = new ArrayList<Check>();
      checks.add(
          fine(
              NAME,
              "%s, %s".formatted(target.url(), count(nodes.number("brains_awake", 0), "brain"))
                  + " active"));
      long lapse = nodes.number("lapse_ms", 0);
      nodes.items("data").forEach(node -> checks.add(node((Json.Obj) node, lapse)));
      policy(nodes.object("policy")).ifPresent(checks::add);
      checks.add(queue(nodes.object("queue"), lapse));
      checks.add(jobs(nodes.object("jobs")));
      workspaces(api).ifPresent(checks::add);
      webhooks(api).ifPresent(checks::add);
      var sessions = api.get("/drover/sessions?limit=" + SESSIONS).items("data");
      sessions.forEach(session -> checks.add(session((Json.Obj) session)));
      return checks;
    } catch (Refusal refusal) {
      return List.of(
          refusal.status() == 401
              ? new Check(
                  NAME,
                  false,
                  target.url() + " does not accept the key",
                  (target.key().isPresent()
                          ? "The server may use another data directory. Set --data or"
                              + " DROVER_API_KEY: "
                          : "Set --data or DROVER_API_KEY: ")
                      + target.advice()
                      + ".")
              : refusal.isForeign()
                  ? new Check(
                      NAME,
                      false,
                      target.url() + " is not a Drover server: it answered " + refusal.status(),
                      "Set DROVER_URL, or stop the program that listens there.")
                  : new Check(
                      NAME,
                      false,
                      target.url() + ": " + Sanitized.line(refusal.details()),
                      "See the server's log. Status 404 means an older Drover."));
    } catch (IOException e) {
      if (e instanceof Unreachable unreachable && unreachable.isNoServer()) {
        return List.of(fine(NAME, "no server at " + target.url()));
      }
      return List.of(
          new Check(
              NAME,
              false,
              target.url() + ": " + Sanitized.line(Conversation.reason(e)),
              "Another program may be listening there."));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return List.of();
    }
  }

  private static Check node(Json.Obj node, long lapse) {
    long silent = node.number("silent_ms", 0);
    var about =
        "%s on %s, pid %s, %s%s"
            .formatted(
                Column.text(node, "name"),
                Sanitized.line(Column.text(node, "host")),
                Column.text(node, "pid"),
                count(node.number("sessions", 0), "session"),
                Json.of(true).equals(node.get("self").orElse(Json.NULL)) ? ", this one" : "");
    return silent <= lapse
        ? fine("node", about)
        : new Check(
            "node",
            false,
            about + ", no beat for " + seconds(silent),
            "Other nodes take over its sessions. If the node is running, check its clock, load and"
                + " log.");
  }

  /// The policy that the server applies; empty without one.
  private static Optional<Check> policy(Json.Obj policy) {
    return Optional.ofNullable(policy.text("hash"))
        .map(
            hash ->
                fine(
                    "policy in force",
                    Sanitized.line(Column.text(policy, "file") + ", SHA-256 " + hash)));
  }

  private static Check queue(Json.Obj queue, long lapse) {
    long sessions = queue.number("sessions", 0);
    long oldest = queue.number("oldest_ms", 0);
    if (sessions == 0) {
      return fine("queue", "empty");
    }
    var about =
        "%s, the oldest waiting for %s".formatted(count(sessions, "session"), seconds(oldest));
    return oldest <= lapse
        ? fine("queue", about)
        : new Check(
            "queue",
            false,
            about,
            "No live node accepts sessions, or none can write. See the logs of the nodes.");
  }

  private static Check jobs(Json.Obj jobs) {
    long owed = jobs.number("owed", 0);
    long failed = jobs.number("failed", 0);
    var about =
        owed == 0
            ? "none owed"
            : "%s owed, the oldest for %s"
                .formatted(count(owed, "job"), seconds(jobs.number("oldest_ms", 0)));
    if (failed == 0) {
      return fine("jobs", about);
    }
    var fix = new StringBuilder("Fix what the errors say; the next start tries them again.");
    for (var item : jobs.items("failures")) {
      var failure = (Json.Obj) item;
      fix.append('\n')
          .append(
              Sanitized.line(
                  "%s %s: %s"
                      .formatted(
                          Column.text(failure, "kind"),
                          Column.text(failure, "key"),
                          Column.text(failure, "error"))));
    }
    return new Check("jobs", false, "%s, %d failed".formatted(about, failed), fix.toString());
  }

  /// The webhook endpoints that the server has disabled; empty if there is no endpoint.
  private static Optional<Check> webhooks(Api api) throws IOException, InterruptedException {
    try {
      var all = api.get("/v1/organizations/webhooks?limit=100").items("data");
      var fix = new StringBuilder("Enable them ('drover webhooks enable'), or delete them.");
      int disabled = 0;
      for (var item : all) {
        var endpoint = (Json.Obj) item;
        var reason = Column.text(endpoint, "disabled_reason");
        if (!reason.isEmpty()) {
          disabled++;
          fix.append('\n').append(Sanitized.line(Column.text(endpoint, "id") + ": " + reason));
        }
      }
      var about = count(all.size(), "endpoint");
      return all.isEmpty()
          ? Optional.empty()
          : Optional.of(
              disabled == 0
                  ? fine(WEBHOOKS, about)
                  : new Check(WEBHOOKS, false, about + ", " + disabled + " disabled", fix + ""));
    } catch (Refusal _) {
      return Optional.empty(); // an older server has none
    }
  }

  /// The workspaces and their keys, and which ones have no room left for contents.
  private static Optional<Check> workspaces(Api api) throws IOException, InterruptedException {
    try {
      var all = api.get("/drover/workspaces?limit=100");
      long keys = 0;
      var full = new StringBuilder();
      for (var item : all.items("data")) {
        var workspace = (Json.Obj) item;
        keys += workspace.number("api_keys", 0);
        long limit = workspace.number("storage_mib", 0);
        if (limit > 0 && workspace.number("stored_bytes", 0) >> 20 >= limit * 9 / 10) {
          full.append('\n')
              .append(
                  Sanitized.line(
                      "%s: %d of %d MiB are used"
                          .formatted(
                              Column.text(workspace, "id"),
                              workspace.number("stored_bytes", 0) >> 20,
                              limit)));
        }
      }
      var more = all.text("next_page") == null ? "" : " or more";
      var about =
          "%s%s, %s besides the one in the settings"
              .formatted(
                  count(all.items("data").size(), "workspace"), more, count(keys, "API key"));
      return Optional.of(
          full.isEmpty()
              ? fine(WORKSPACES, about)
              : new Check(
                  WORKSPACES,
                  false,
                  about + "; the storage of some is nearly full",
                  "Raise the limit ('drover workspaces update'), or delete files there." + full));
    } catch (Refusal _) {
      return Optional.empty(); // an older server has one, and a key may not see them
    }
  }

  private static Check session(Json.Obj session) {
    return fine(
        "session", Sanitized.line(Column.text(session, "id") + "  " + Column.text(session, "why")));
  }

  private static String count(long number, String what) {
    return number + " " + what + (number == 1 ? "" : "s");
  }

  private static String seconds(long millis) {
    return millis / 1_000 + " s";
  }

  private static Check fine(String name, String detail) {
    return new Check(name, true, detail, "");
  }
}
