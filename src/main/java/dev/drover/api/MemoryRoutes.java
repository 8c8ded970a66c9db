package dev.drover.api;

import static dev.drover.access.KeyScope.CATALOG_READ;
import static dev.drover.access.KeyScope.CATALOG_WRITE;

import dev.drover.base.Fields;
import dev.drover.base.Json;
import dev.drover.catalog.MemoryStoreId;
import dev.drover.desk.MemoryDesk;
import dev.drover.memory.MemoryActor;
import dev.drover.memory.MemoryChange;
import dev.drover.memory.MemoryId;
import dev.drover.memory.MemoryListing;
import dev.drover.memory.MemoryPath;
import dev.drover.memory.MemoryText;
import dev.drover.memory.MemoryVersion.Operation;
import dev.drover.memory.MemoryVersionId;
import dev.drover.memory.VersionListing;
import dev.drover.session.SessionId;
import dev.drover.wire.MemoryCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/// The routes of the memories of a memory store, and of their versions.
final class MemoryRoutes {
  private static final String STORE = "/v1/memory_stores/{memory_store}";
  private static final String MEMORIES = STORE + "/memories";
  private static final String MEMORY = MEMORIES + "/{memory}";
  private static final String VERSIONS = STORE + "/memory_versions";
  private static final String VERSION = VERSIONS + "/{version}";
  private static final String VIEW = "view";
  private static final String SHA256 = "content_sha256";
  private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");

  /// The limits of a page without and with contents.
  private static final int BASIC = 100;

  private static final int FULL = 20;

  private final MemoryDesk desk;

  MemoryRoutes(MemoryDesk desk) {
    this.desk = desk;
  }

  void addTo(Router router) {
    router.post(MEMORIES, CATALOG_WRITE, this::create);
    router.get(MEMORIES, CATALOG_READ, this::list);
    router.get(MEMORY, CATALOG_READ, this::retrieve);
    router.post(MEMORY, CATALOG_WRITE, this::update);
    router.delete(MEMORY, CATALOG_WRITE, this::delete);
    router.get(VERSIONS, CATALOG_READ, this::versions);
    router.get(VERSION, CATALOG_READ, this::version);
    router.post(VERSION + "/redact", CATALOG_WRITE, this::redact);
  }

  private static MemoryStoreId store(Exchange exchange) {
    return MemoryStoreId.of(exchange.id("memory_store"));
  }

  private static MemoryId memory(Exchange exchange) {
    return MemoryId.of(exchange.id("memory"));
  }

  private static MemoryVersionId versionId(Exchange exchange) {
    return MemoryVersionId.of(exchange.id("version"));
  }

  /// Whether the query asks for contents.
  private static boolean full(Query query, boolean otherwise) {
    return query
        .text(VIEW)
        .map(
            view ->
                switch (view) {
                  case "full" -> true;
                  case "basic" -> false;
                  default -> throw Query.problem(VIEW, "must be basic or full");
                })
        .orElse(otherwise);
  }

  private void create(Exchange exchange) {
    var store = store(exchange);
    boolean full = full(exchange.query(), false);
    var body = exchange.fields();
    var path = path(body);
    var content = content(body);
    body.end();
    exchange.answer(MemoryCodec.write(desk.create(exchange.caller(), store, path, content), full));
  }

  private static MemoryPath path(Fields body) {
    return MemoryPath.of(body.text("path", 1, Integer.MAX_VALUE));
  }

  private static MemoryText content(Fields body) {
    return MemoryText.of(body.text("content", 0, Integer.MAX_VALUE));
  }

  private void retrieve(Exchange exchange) {
    var id = memory(exchange);
    boolean full = full(exchange.query(), true);
    exchange.answer(MemoryCodec.write(desk.get(exchange.caller(), store(exchange), id), full));
  }

  private void update(Exchange exchange) {
    var store = store(exchange);
    var id = memory(exchange);
    boolean full = full(exchange.query(), false);
    var body = exchange.fields();
    var change =
        new MemoryChange(
            body.value("path").map(_ -> path(body)),
            body.value("content").map(_ -> content(body)),
            body.object("precondition").map(MemoryRoutes::precondition));
    body.end();
    exchange.answer(MemoryCodec.write(desk.update(exchange.caller(), store, id, change), full));
  }

  private static String precondition(Fields sent) {
    sent.type(SHA256);
    var digest = sent.text(SHA256, 1, 256);
    if (!DIGEST.matcher(digest).matches()) {
      throw sent.problem(SHA256, "must be 64 lower-case hexadecimal digits");
    }
    sent.end();
    return digest;
  }

  private void delete(Exchange exchange) {
    var id = memory(exchange);
    var name = "expected_content_sha256";
    exchange.query().filled(name); // else the memory would be deleted whatever it contains
    var expected = exchange.query().text(name);
    if (expected.filter(digest -> !DIGEST.matcher(digest).matches()).isPresent()) {
      throw Query.problem(name, "must be 64 lower-case hexadecimal digits");
    }
    desk.delete(exchange.caller(), store(exchange), id, expected);
    exchange.answer(Json.obj("id", id.value(), "type", "memory_deleted"));
  }

  private void list(Exchange exchange) {
    var query = exchange.query();
    boolean full = full(query, false);
    var prefix = query.text("path_prefix").orElse("/");
    if (!prefix.startsWith("/") || !prefix.endsWith("/")) {
      throw Query.problem("path_prefix", "must start and end with \"/\"");
    }
    boolean deep =
        switch (query.text("depth").orElse("0")) {
          case "0" -> true;
          case "1" -> false;
          default -> throw Query.problem("depth", "must be 0 or 1");
        };
    var listing = new MemoryListing(prefix, deep, full, limit(query, full), query.page());
    var page = desk.list(exchange.caller(), store(exchange), listing);
    exchange.answer(Pages.of(page, MemoryCodec::write));
  }

  private static int limit(Query query, boolean full) {
    return query.limit(FULL, full ? FULL : BASIC);
  }

  private void versions(Exchange exchange) {
    var query = exchange.query();
    query.filled("memory_id", "operation", "session_id", "api_key_id", "service_account_id");
    boolean full = full(query, false);
    var period = Period.of(query);
    var listing =
        new VersionListing(
            query.text("memory_id").map(MemoryId::of),
            query.text("operation").map(MemoryRoutes::operation),
            actors(query),
            period.from(),
            period.to(),
            full,
            limit(query, full),
            query.page());
    var page = desk.versions(exchange.caller(), store(exchange), listing);
    exchange.answer(Pages.of(page, version -> MemoryCodec.write(version, full)));
  }

  private static Operation operation(String name) {
    for (var operation : Operation.values()) {
      if (operation.name().toLowerCase(Locale.ROOT).equals(name)) {
        return operation;
      }
    }
    throw Query.problem("operation", "must be created, modified or deleted");
  }

  private static List<MemoryActor> actors(Query query) {
    var actors = new ArrayList<MemoryActor>();
    query.text("session_id").map(SessionId::of).map(MemoryActor::session).ifPresent(actors::add);
    for (var kind : List.of(MemoryActor.Kind.API, MemoryActor.Kind.SERVICE_ACCOUNT)) {
      query.text(kind.field()).ifPresent(id -> actors.add(new MemoryActor(kind, id)));
    }
    return actors;
  }

  private void version(Exchange exchange) {
    var id = versionId(exchange);
    boolean full = full(exchange.query(), true);
    exchange.answer(MemoryCodec.write(desk.version(exchange.caller(), store(exchange), id), full));
  }

  private void redact(Exchange exchange) {
    var redacted = desk.redact(exchange.caller(), store(exchange), versionId(exchange));
    exchange.answer(MemoryCodec.write(redacted, true));
  }
}
