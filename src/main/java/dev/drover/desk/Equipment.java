package dev.drover.desk;

import dev.drover.base.Ids;
import dev.drover.base.Problem;
import dev.drover.catalog.Catalog;
import dev.drover.catalog.Catalogs;
import dev.drover.catalog.FileId;
import dev.drover.catalog.MemoryStore;
import dev.drover.files.Files;
import dev.drover.files.StoredFile;
import dev.drover.session.MountPath;
import dev.drover.session.SessionResource;
import dev.drover.session.SessionResourceId;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/// The factory of the resources of sessions.
final class Equipment {
  /// The number of files that are looked up at once.
  private static final int SOME = 100;

  /// The number of files that the system prompt names.
  private static final int SHOWN = 50;

  private final Files files;
  private final Catalog<MemoryStore> stores;
  private final RepositoryChoice repositories;
  private final Ids ids;

  Equipment(Files files, Catalogs catalogs, RepositoryChoice repositories, Ids ids) {
    this.repositories = repositories;
    this.files = files;
    this.stores = catalogs.of(MemoryStore.KIND);
    this.ids = ids;
  }

  /// New resources, which are not stored yet.
  ///
  /// @throws Problem `NOT_FOUND` for a file that does not exist or has expired; `INVALID_REQUEST`
  ///   if two cannot have their places in one sandbox; as [StoreAttachment#attach] and
  ///   [RepositoryChoice#of] say
  List<SessionResource> of(Caller caller, List<ResourceRequest> requests, Instant now) {
    var found = find(caller, requests);
    var attachment = new StoreAttachment(stores, ids);
    var resources = new ArrayList<SessionResource>();
    var at = now;
    for (var request : requests) {
      switch (request) {
        case ResourceRequest.OfFile file -> resources.add(mounted(file, found, at));
        case ResourceRequest.OfStore store -> resources.add(attachment.attach(caller, store, at));
        case ResourceRequest.OfRepository repository ->
            resources.add(cloned(caller, repository, resources.size(), at));
      }
      at = at.plus(1, ChronoUnit.MICROS); // they are listed in the order of their times
    }
    checkPlaces(resources);
    return resources;
  }

  private SessionResource.Repository cloned(
      Caller caller, ResourceRequest.OfRepository request, int index, Instant now) {
    var id = new SessionResourceId(ids.next(SessionResourceId.PREFIX));
    try {
      return repositories.of(caller.workspace(), request, id, now);
    } catch (Problem problem) {
      throw problem.kind() == Problem.Kind.INVALID_REQUEST
          ? Problem.invalid("resources." + index + "." + problem.getMessage())
          : problem;
    }
  }

  SessionResource.Mounted of(Caller caller, ResourceRequest.OfFile request, Instant now) {
    return mounted(request, find(caller, List.of(request)), now);
  }

  /// What the system prompt says of the resources that a session has from the start.
  static List<String> notes(List<SessionResource> resources) {
    var paths = new ArrayList<String>();
    var stores = new ArrayList<SessionResource.Attached>();
    for (var resource : resources) {
      switch (resource) {
        case SessionResource.Mounted file -> paths.add(file.path().value());
        case SessionResource.Attached store -> stores.add(store);
        case SessionResource.Repository _ -> {}
      }
    }
    var notes = new ArrayList<>(files(paths));
    notes.addAll(RepositoryNote.of(SessionResource.repositories(resources)));
    notes.addAll(MemoryNote.of(stores));
    return notes;
  }

  private static List<String> files(List<String> paths) {
    if (paths.isEmpty()) {
      return List.of();
    }
    var shown = String.join("\n", paths.subList(0, Math.min(SHOWN, paths.size())));
    var more = paths.size() > SHOWN ? "\nand %d more".formatted(paths.size() - SHOWN) : "";
    return List.of(
        "The user has provided these files, which can be read but not changed:\n" + shown + more);
  }

  private SessionResource.Mounted mounted(
      ResourceRequest.OfFile request, Map<FileId, StoredFile> found, Instant now) {
    var file = found.get(request.file());
    if (file == null) {
      throw Problem.notFound("File " + request.file() + " not found.");
    }
    if (file.isExpired(now)) {
      throw file.expired();
    }
    return new SessionResource.Mounted(
        new SessionResourceId(ids.next(SessionResourceId.PREFIX)),
        new FileId(ids.next(FileId.PREFIX)),
        file.id(),
        file.blob().orElseThrow(),
        request.path().orElseGet(() -> MountPath.of(file.id())),
        now);
  }

  private Map<FileId, StoredFile> find(Caller caller, List<ResourceRequest> requests) {
    var wanted = new ArrayList<FileId>();
    for (var request : requests) {
      switch (request) {
        case ResourceRequest.OfFile file -> wanted.add(file.file());
        case ResourceRequest.OfStore _, ResourceRequest.OfRepository _ -> {}
      }
    }
    var named = wanted.stream().distinct().toList();
    var found = new HashMap<FileId, StoredFile>();
    for (int from = 0; from < named.size(); from += SOME) {
      var some = named.subList(from, Math.min(from + SOME, named.size()));
      files.list(caller.workspace(), some).forEach(file -> found.put(file.id(), file));
    }
    return found;
  }

  private static void checkPlaces(List<SessionResource> resources) {
    for (int i = 0; i < resources.size(); i++) {
      for (int j = 0; j < i; j++) {
        if (resources.get(i) instanceof SessionResource.Mounted next
            && resources.get(j) instanceof SessionResource.Mounted file
            && next.path().excludes(file.path())) {
          throw Problem.invalid(
              "resources.%d.mount_path: \"%s\" cannot be used beside \"%s\" of resources.%d"
                  .formatted(i, next.path(), file.path(), j));
        }
      }
    }
    RepositoryChoice.checkPlaces(
        SessionResource.repositories(resources),
        IntStream.range(0, resources.size())
            .filter(i -> resources.get(i) instanceof SessionResource.Repository)
            .boxed()
            .toList());
  }
}
