package dev.drover.api;

import static dev.drover.access.KeyScope.SESSIONS_READ;
import static dev.drover.access.KeyScope.SESSIONS_WRITE;

import dev.drover.session.Delivery;
import dev.drover.session.Event;
import dev.drover.session.SessionId;
import dev.drover.session.ThreadKey;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/// The routes of `/v1/sessions/{id}/events`: sending and listing events.
final class EventRoutes {
  private static final int MAX_EVENTS = 100;

  private final Backend backend;
  private final EventPages pages;

  EventRoutes(Backend backend, EventPages pages) {
    this.backend = backend;
    this.pages = pages;
  }

  void addTo(Router router) {
    router.post("/v1/sessions/{session}/events", SESSIONS_WRITE, this::send);
    router.get("/v1/sessions/{session}/events", SESSIONS_READ, this::list);
  }

  private void send(Exchange exchange) {
    var id = SessionId.of(exchange.id("session"));
    var raw = exchange.body();
    var receipt =
        backend
            .desk()
            .send(exchange.caller(), id, events(exchange, raw), delivery(exchange, id, raw));
    var answer = new ArrayList<>(List.of("{\"data\":["));
    for (var queued : receipt.events()) {
      answer.add(answer.size() > 1 ? "," : "");
      answer.add(queued.json());
    }
    answer.add("]}");
    exchange.answer(answer);
  }

  private List<Event.FromClient> events(Exchange exchange, byte[] raw) {
    var body = RequestBody.fields(raw);
    var sent = body.objects("events", MAX_EVENTS);
    body.end();
    if (sent.isEmpty()) {
      throw body.problem("events", "must contain at least 1 item");
    }
    return ClientEvents.of(backend, exchange).readAll(sent);
  }

  /// The hash that distinguishes one send from another, and whether the request is a retry. The
  /// parts of the hash are unambiguous: each part but the last is preceded by its length.
  private static Delivery delivery(Exchange exchange, SessionId session, byte[] raw) {
    var key = exchange.header("idempotency-key");
    var sha256 = Auth.sha256();
    for (var part :
        List.of(exchange.caller().key().value(), session.value(), key == null ? "" : key)) {
      var bytes = part.getBytes(StandardCharsets.UTF_8);
      sha256.update((bytes.length + ":").getBytes(StandardCharsets.US_ASCII));
      sha256.update(bytes);
    }
    sha256.update(raw);
    var count = exchange.header("x-stainless-retry-count");
    boolean retried = count != null && !count.strip().equals("0");
    return new Delivery(HexFormat.of().formatHex(sha256.digest()), retried || key != null);
  }

  private void list(Exchange exchange) {
    var query = exchange.query();
    query.only(
        Set.of(
            "limit",
            "page",
            "order",
            "types",
            "types[]",
            Period.GT,
            Period.GTE,
            Period.LT,
            Period.LTE));
    var id = SessionId.of(exchange.id("session"));
    var wanted = EventPages.Wanted.of(query, id, ThreadKey.PRIMARY);
    backend.session(exchange); // checks that the session exists
    pages.answer(exchange, id, wanted);
  }
}
