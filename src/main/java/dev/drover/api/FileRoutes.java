package dev.drover.api;

import static dev.drover.access.KeyScope.FILES_READ;
import static dev.drover.access.KeyScope.FILES_WRITE;

import dev.drover.base.Json;
import dev.drover.catalog.FileId;
import dev.drover.desk.FileDesk;
import dev.drover.files.Files;
import dev.drover.files.StoredFile;
import dev.drover.session.SessionId;
import dev.drover.wire.Times;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// The routes of `/v1/files`.
final class FileRoutes {
  private static final Set<String> PARAMETERS = Set.of("ids", "ids[]", "scope_id", "limit", "page");
  private static final int MAX_IDS = 100;

  private final FileDesk desk;
  private final Uploads uploads;

  FileRoutes(FileDesk desk, Uploads uploads) {
    this.desk = desk;
    this.uploads = uploads;
  }

  void addTo(Router router) {
    router.upload("/v1/files", FILES_WRITE, this::upload);
    router.get("/v1/files", FILES_READ, this::list);
    router.get("/v1/files/{file}", FILES_READ, exchange -> exchange.answer(write(file(exchange))));
    router.get(
        "/v1/files/{file}/content",
        FILES_READ,
        exchange -> new FileDownload(desk, exchange, file(exchange)).answer());
    router.delete("/v1/files/{file}", FILES_WRITE, this::delete);
  }

  private StoredFile file(Exchange exchange) {
    return desk.get(exchange.caller(), FileId.of(exchange.id("file")));
  }

  private void upload(Exchange exchange) throws InterruptedException {
    try (var form = new FileForm(desk, exchange.caller())) {
      long most = desk.largest() + Uploads.FRAMING;
      if (uploads.read(exchange, most, desk.tooLarge(), FileForm.PARTS, form::read)) {
        exchange.answer(write(form.create()));
      }
    }
  }

  private void list(Exchange exchange) {
    var query = exchange.query();
    query.only(PARAMETERS);
    query.filled("scope_id", "ids", "ids[]"); // else they would select all files
    var scope = query.text("scope_id").map(SessionId::of);
    var ids = query.all("ids", 1_000).stream().collect(Collectors.toSet());
    if (ids.isEmpty()) {
      var listing = new Files.Listing(query.limit(20, 1000), query.page(), scope);
      exchange.answer(Pages.of(desk.list(exchange.caller(), listing), FileRoutes::write));
      return;
    }
    if (ids.size() > MAX_IDS) {
      throw Query.problem("ids", "must contain no more than " + MAX_IDS + " different item(s)");
    }
    if (query.page().isPresent() || query.text("limit").isPresent()) {
      throw Query.problem("ids", "must not be combined with page or limit");
    }
    var wanted = ids.stream().filter(FileId::isWellFormed).map(FileId::new).toList();
    List<Json> found =
        desk.list(exchange.caller(), wanted).stream()
            .filter(file -> scope.isEmpty() || scope.equals(file.scope()))
            .<Json>map(FileRoutes::write)
            .toList();
    exchange.answer(Json.obj("data", found, "next_page", null));
  }

  private void delete(Exchange exchange) {
    var id = FileId.of(exchange.id("file"));
    desk.delete(exchange.caller(), id);
    exchange.answer(Json.obj("id", id.value(), "type", "file_deleted"));
  }

  private static Json.Obj write(StoredFile file) {
    var json = new LinkedHashMap<String, Json>();
    json.put("id", Json.of(file.id().value()));
    json.put("type", Json.of("file"));
    json.put("filename", Json.of(file.filename()));
    json.put("mime_type", Json.of(file.mimeType()));
    json.put("size_bytes", Json.of(file.size()));
    json.put("created_at", Json.of(Times.write(file.createdAt())));
    json.put("downloadable", Json.of(true));
    json.put("expires_at", Json.of(Times.write(file.expiresAt().orElse(null))));
    json.put("scope", file.scope().map(FileRoutes::scope).orElse(Json.NULL));
    file.outputPath().ifPresent(path -> json.put("path", Json.of(path)));
    return new Json.Obj(json);
  }

  private static Json scope(SessionId session) {
    return Json.obj("type", "session", "id", session.value());
  }
}
