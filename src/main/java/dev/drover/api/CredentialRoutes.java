package dev.drover.api;

import static dev.drover.access.KeyScope.CATALOG_READ;
import static dev.drover.access.KeyScope.CATALOG_WRITE;

import dev.drover.base.Fields;
import dev.drover.base.Json;
import dev.drover.catalog.VaultId;
import dev.drover.desk.CredentialDesk;
import dev.drover.vault.CredentialId;
import dev.drover.wire.CredentialCodec;
import dev.drover.wire.ValidationCodec;
import java.time.InstantSource;

/// The routes of the credentials of a vault.
final class CredentialRoutes {
  private static final String CREDENTIALS = "/v1/vaults/{vault}/credentials";
  private static final String CREDENTIAL = CREDENTIALS + "/{credential}";

  private final CredentialDesk desk;
  private final InstantSource clock;

  CredentialRoutes(CredentialDesk desk, InstantSource clock) {
    this.desk = desk;
    this.clock = clock;
  }

  void addTo(Router router) {
    router.post(CREDENTIALS, CATALOG_WRITE, this::create);
    router.get(CREDENTIALS, CATALOG_READ, this::list);
    router.get(CREDENTIAL, CATALOG_READ, this::retrieve);
    router.post(CREDENTIAL, CATALOG_WRITE, this::update);
    router.delete(CREDENTIAL, CATALOG_WRITE, this::delete);
    router.post(CREDENTIAL + "/archive", CATALOG_WRITE, this::archive);
    router.post(CREDENTIAL + "/mcp_oauth_validate", CATALOG_WRITE, this::validate);
  }

  private static VaultId vault(Exchange exchange) {
    return VaultId.of(exchange.id("vault"));
  }

  private static CredentialId credential(Exchange exchange) {
    return CredentialId.of(exchange.id("credential"));
  }

  private void create(Exchange exchange) {
    var vault = vault(exchange);
    var body = exchange.fields();
    var draft = CredentialCodec.request(body, clock.instant());
    body.end();
    exchange.answer(CredentialCodec.write(desk.create(exchange.caller(), vault, draft)));
  }

  private void list(Exchange exchange) {
    var query = exchange.query();
    var page =
        desk.list(
            exchange.caller(),
            vault(exchange),
            query.flag("include_archived"),
            query.limit(20, 100),
            query.page());
    exchange.answer(Pages.of(page, CredentialCodec::write));
  }

  private void retrieve(Exchange exchange) {
    var id = credential(exchange);
    exchange.answer(CredentialCodec.write(desk.get(exchange.caller(), vault(exchange), id)));
  }

  private void update(Exchange exchange) {
    var vault = vault(exchange);
    var id = credential(exchange);
    var sent = exchange.fields().raw();
    var updated =
        desk.update(
            exchange.caller(),
            vault,
            id,
            before -> {
              var body = Fields.of(sent, "");
              var draft = CredentialCodec.update(before, body, clock.instant());
              body.end();
              return draft;
            });
    exchange.answer(CredentialCodec.write(updated));
  }

  private void delete(Exchange exchange) {
    var id = credential(exchange);
    desk.delete(exchange.caller(), vault(exchange), id);
    exchange.answer(Json.obj("id", id.value(), "type", "vault_credential_deleted"));
  }

  private void archive(Exchange exchange) {
    var id = credential(exchange);
    exchange.answer(CredentialCodec.write(desk.archive(exchange.caller(), vault(exchange), id)));
  }

  private void validate(Exchange exchange) throws InterruptedException {
    var id = credential(exchange);
    exchange.answer(ValidationCodec.write(desk.validate(exchange.caller(), vault(exchange), id)));
  }
}
