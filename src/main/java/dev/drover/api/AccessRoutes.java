package dev.drover.api;

import static dev.drover.access.KeyScope.KEYS_READ;
import static dev.drover.access.KeyScope.KEYS_WRITE;
import static dev.drover.access.KeyScope.SERVER_READ;
import static dev.drover.access.KeyScope.SERVER_WRITE;

import dev.drover.access.AccessStore;
import dev.drover.access.KeyId;
import dev.drover.catalog.WorkspaceId;
import dev.drover.desk.AccessDesk;
import dev.drover.wire.AccessCodec;

/// The routes of workspaces and API keys: `/drover/keys` for the keys of the caller's workspace,
/// `/drover/workspaces` for all workspaces and their keys. They are Drover's own and not part of
/// the reference API.
final class AccessRoutes {
  private static final String OWN = "/drover/keys";
  private static final String ALL = "/drover/workspaces";
  private static final String ONE = ALL + "/{workspace}";
  private static final String KEYS = ONE + "/keys";
  private static final String KEY = "/{key}";
  private static final String REVOKE = KEY + "/revoke";

  private final AccessDesk desk;

  AccessRoutes(AccessDesk desk) {
    this.desk = desk;
  }

  void addTo(Router router) {
    router.get(OWN, KEYS_READ, this::ownKeys);
    router.post(OWN, KEYS_WRITE, this::createOwn);
    router.get(OWN + KEY, KEYS_READ, this::ownKey);
    router.post(OWN + REVOKE, KEYS_WRITE, this::revokeOwn);
    router.get(ALL, SERVER_READ, this::workspaces);
    router.post(ALL, SERVER_WRITE, this::createWorkspace);
    router.get(ONE, SERVER_READ, this::workspace);
    router.post(ONE, SERVER_WRITE, this::update);
    router.post(ONE + "/archive", SERVER_WRITE, this::archive);
    router.get(KEYS, SERVER_READ, this::keys);
    router.post(KEYS, SERVER_WRITE, this::create);
    router.get(KEYS + KEY, SERVER_READ, this::key);
    router.post(KEYS + REVOKE, SERVER_WRITE, this::revoke);
  }

  private static WorkspaceId workspaceId(Exchange exchange) {
    return WorkspaceId.of(exchange.id("workspace"));
  }

  private static KeyId keyId(Exchange exchange) {
    return KeyId.of(exchange.id("key"));
  }

  private static AccessStore.Listing listing(Exchange exchange, String ended) {
    var query = exchange.query();
    return new AccessStore.Listing(query.flag(ended), query.limit(20, 100), query.page());
  }

  private static AccessStore.Listing keyListing(Exchange exchange) {
    return listing(exchange, "include_revoked");
  }

  /// Answers with a secret, which no cache may store.
  private static void answer(Exchange exchange, AccessDesk.Created created) {
    exchange.header("cache-control", "no-store");
    exchange.answer(AccessCodec.write(created.key(), created.text()));
  }

  private void ownKeys(Exchange exchange) {
    var page = desk.keys(exchange.caller(), keyListing(exchange));
    exchange.answer(Pages.of(page, AccessCodec::write));
  }

  private void createOwn(Exchange exchange) {
    answer(exchange, desk.create(exchange.caller(), AccessCodec.key(exchange.fields())));
  }

  private void ownKey(Exchange exchange) {
    exchange.answer(AccessCodec.write(desk.key(exchange.caller(), keyId(exchange))));
  }

  private void revokeOwn(Exchange exchange) {
    exchange.answer(AccessCodec.write(desk.revoke(exchange.caller(), keyId(exchange))));
  }

  private void workspaces(Exchange exchange) {
    var page = desk.workspaces(listing(exchange, "include_archived"));
    exchange.answer(Pages.of(page, AccessCodec::write));
  }

  private void createWorkspace(Exchange exchange) {
    exchange.answer(AccessCodec.write(desk.create(AccessCodec.create(exchange.fields()))));
  }

  private void workspace(Exchange exchange) {
    exchange.answer(AccessCodec.write(desk.workspace(workspaceId(exchange))));
  }

  private void update(Exchange exchange) {
    var id = workspaceId(exchange);
    exchange.answer(AccessCodec.write(desk.update(id, AccessCodec.update(exchange.fields()))));
  }

  private void archive(Exchange exchange) {
    exchange.answer(AccessCodec.write(desk.archive(exchange.caller(), workspaceId(exchange))));
  }

  private void keys(Exchange exchange) {
    var page = desk.keys(workspaceId(exchange), keyListing(exchange));
    exchange.answer(Pages.of(page, AccessCodec::write));
  }

  private void create(Exchange exchange) {
    var workspace = workspaceId(exchange);
    var request = AccessCodec.key(exchange.fields());
    answer(exchange, desk.create(exchange.caller(), workspace, request));
  }

  private void key(Exchange exchange) {
    exchange.answer(AccessCodec.write(desk.key(workspaceId(exchange), keyId(exchange))));
  }

  private void revoke(Exchange exchange) {
    var revoked = desk.revoke(exchange.caller(), workspaceId(exchange), keyId(exchange));
    exchange.answer(AccessCodec.write(revoked));
  }
}
