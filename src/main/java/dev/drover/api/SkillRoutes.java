package dev.drover.api;

import static dev.drover.access.KeyScope.CATALOG_READ;
import static dev.drover.access.KeyScope.CATALOG_WRITE;
import static dev.drover.access.KeyScope.OPERATIONS;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.desk.SkillDesk;
import dev.drover.skills.SkillDraft;
import dev.drover.skills.SkillId;
import dev.drover.skills.SkillVersion;
import dev.drover.skills.SkillVersionId;
import dev.drover.skills.Skills;
import dev.drover.wire.SkillCodec;
import java.io.IOException;
import java.util.Optional;

/// The routes of skills.
final class SkillRoutes {
  private static final long MAX_REQUEST = 30L << 20;
  private static final String LATEST = "latest";
  private static final String ONE = "/v1/skills/{skill}";
  private static final String VERSION = ONE + "/versions/{version}";

  private final SkillDesk desk;
  private final Uploads uploads;

  SkillRoutes(SkillDesk desk, Uploads uploads) {
    this.desk = desk;
    this.uploads = uploads;
  }

  void addTo(Router router) {
    router.upload("/v1/skills", CATALOG_WRITE, this::create);
    router.get("/v1/skills", CATALOG_READ, this::list);
    router.get(ONE, CATALOG_READ, this::retrieve);
    router.delete(ONE, CATALOG_WRITE, this::delete);
    router.upload(ONE + "/versions", CATALOG_WRITE, this::createVersion);
    router.get(ONE + "/versions", CATALOG_READ, this::versions);
    router.get(VERSION, CATALOG_READ, this::retrieveVersion);
    router.delete(VERSION, CATALOG_WRITE, this::deleteVersion);
    router.get(VERSION + "/content", CATALOG_READ, this::download);
    router.upload("/drover/skills/{skill}", OPERATIONS, this::importSkill);
  }

  /// What is done with the files of a form.
  private interface Received {
    Json with(SkillDraft files, Optional<String> displayName) throws InterruptedException;
  }

  /// Reads the form of a request, and answers with what comes of it.
  private void receive(Exchange exchange, boolean named, Received received)
      throws InterruptedException {
    try (var draft = desk.draft()) {
      var form = new SkillForm(draft, named);
      if (uploads.read(exchange, MAX_REQUEST, tooLarge(), SkillForm.MAX_PARTS, form::read)) {
        exchange.answer(received.with(draft, form.displayName()));
      }
    }
  }

  private static Problem tooLarge() {
    var message = "The request is larger than %d MB.".formatted(MAX_REQUEST >> 20);
    return new Problem(Problem.Kind.TOO_LARGE, null, message, null);
  }

  private void create(Exchange exchange) throws InterruptedException {
    receive(
        exchange,
        true,
        (files, name) -> SkillCodec.show(desk.create(exchange.caller(), files, name)));
  }

  private void importSkill(Exchange exchange) throws InterruptedException {
    var id = SkillId.imported(exchange.id("skill"));
    receive(
        exchange,
        true,
        (files, name) -> SkillCodec.show(desk.imported(exchange.caller(), id, files, name)));
  }

  private void createVersion(Exchange exchange) throws InterruptedException {
    var id = skill(exchange);
    desk.get(exchange.caller(), id);
    receive(exchange, false, (files, _) -> SkillCodec.show(desk.add(exchange.caller(), id, files)));
  }

  private static SkillId skill(Exchange exchange) {
    return SkillId.of(exchange.id("skill"));
  }

  private void list(Exchange exchange) {
    var query = exchange.query();
    var imported =
        query
            .text("source")
            .map(
                source ->
                    switch (source) {
                      case "custom" -> false;
                      case "anthropic" -> true;
                      default -> throw Query.problem("source", "must be custom or anthropic");
                    });
    var listing = new Skills.Listing(query.limit(20, 100), query.page(), imported);
    exchange.answer(Pages.of(desk.list(exchange.caller(), listing), SkillCodec::show));
  }

  private void retrieve(Exchange exchange) {
    exchange.answer(SkillCodec.show(desk.get(exchange.caller(), skill(exchange))));
  }

  private void delete(Exchange exchange) {
    var id = skill(exchange);
    desk.delete(exchange.caller(), id);
    exchange.answer(Json.obj("id", id.value(), "type", "skill_deleted"));
  }

  private void versions(Exchange exchange) {
    var query = exchange.query();
    var page =
        desk.versions(exchange.caller(), skill(exchange), query.limit(20, 100), query.page());
    exchange.answer(Pages.of(page, SkillCodec::show));
  }

  private SkillVersion version(Exchange exchange) {
    var name = exchange.id("version");
    var id =
        name.equals(LATEST)
            ? Optional.<SkillVersionId>empty()
            : Optional.of(SkillVersionId.of(name));
    return desk.version(exchange.caller(), skill(exchange), id);
  }

  private void retrieveVersion(Exchange exchange) {
    exchange.answer(SkillCodec.show(version(exchange)));
  }

  private void deleteVersion(Exchange exchange) {
    var id = SkillVersionId.of(exchange.id("version"));
    desk.delete(exchange.caller(), skill(exchange), id);
    exchange.answer(Json.obj("id", id.value(), "type", "skill_version_deleted"));
  }

  private void download(Exchange exchange) throws InterruptedException {
    var version = version(exchange);
    try (var content = desk.open(version)) {
      exchange.header("content-type", "application/zip");
      exchange.header("content-disposition", "attachment; filename=\"" + version.name() + ".zip\"");
      exchange.header("x-content-type-options", "nosniff");
      exchange.answer(200, version.content().size(), content);
    } catch (IOException e) {
      throw new IllegalStateException("a stored content did not close", e);
    }
  }
}
