package dev.drover.api;

import static dev.drover.access.KeyScope.OPERATIONS;
import static dev.drover.access.KeyScope.SERVER_READ;

import dev.drover.base.Json;
import dev.drover.desk.PolicyDesk;
import dev.drover.desk.PolicyVerdict;
import dev.drover.session.Session;
import dev.drover.session.SessionId;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/// The routes of the operator's policy: what this node applies, and what that means for a case.
final class PolicyRoutes {
  private static final int HTTPS = 443;
  private static final int LAST_PORT = 0xffff;

  private final Backend backend;
  private final PolicyDesk desk;

  PolicyRoutes(Backend backend) {
    this.backend = backend;
    desk = backend.policy();
  }

  void addTo(Router router) {
    router.get("/drover/policy", SERVER_READ, this::show);
    router.get("/drover/policy/hosts/{host}", OPERATIONS, this::host);
    router.get("/drover/policy/tools/{tool}", OPERATIONS, this::tool);
  }

  private void show(Exchange exchange) {
    exchange.answer(
        identity(desk).with("type", "policy").with("content", desk.inForce().content()));
  }

  /// The file and the hash of the policy; both null without one.
  static Json.Obj identity(PolicyDesk desk) {
    var file = desk.inForce();
    return Json.obj(
        "file",
        file.path().map(Path::toString).orElse(null),
        "hash",
        file.hash().isEmpty() ? null : file.hash());
  }

  private void host(Exchange exchange) {
    int port = exchange.query().number("port", LAST_PORT).orElse(HTTPS);
    exchange.answer(write(desk.connection(session(exchange), exchange.id("host"), port)));
  }

  private void tool(Exchange exchange) {
    exchange.answer(write(desk.call(session(exchange), exchange.id("tool"))));
  }

  private Optional<Session> session(Exchange exchange) {
    return exchange
        .query()
        .text("session_id")
        .map(id -> backend.desk().get(exchange.caller(), SessionId.of(id)));
  }

  private static Json.Obj write(PolicyVerdict verdict) {
    return Json.obj(
        "type", "policy_verdict",
        "verdict", verdict.answer().name().toLowerCase(Locale.ROOT),
        "decided_by", verdict.by().name().toLowerCase(Locale.ROOT),
        "rule", verdict.rule().isEmpty() ? null : verdict.rule(),
        "reason", verdict.reason());
  }
}
