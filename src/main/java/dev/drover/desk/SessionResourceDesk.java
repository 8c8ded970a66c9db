package dev.drover.desk;

import dev.drover.base.Ids;
import dev.drover.base.Problem;
import dev.drover.base.Secret;
import dev.drover.catalog.Catalogs;
import dev.drover.errands.FileProvision;
import dev.drover.files.Files;
import dev.drover.session.SessionId;
import dev.drover.session.SessionResource;
import dev.drover.session.SessionResourceId;
import dev.drover.session.SessionResources;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;

/// The desk for the resources of sessions: it gives them to sessions that exist, and takes them
/// away. Every change is durable when a call returns, and a hand on this node has it already. A
/// session of another workspace is `NOT_FOUND`. Safe for many threads.
public final class SessionResourceDesk {
  /// How long a request waits until a hand has the change.
  private static final Duration WAIT = Duration.ofSeconds(2);

  private final SessionResources resources;
  private final FileProvision provision;
  private final Equipment equipment;
  private final RepositoryChoice repositories;
  private final InstantSource clock;

  public SessionResourceDesk(
      SessionResources resources,
      Catalogs catalogs,
      Files files,
      FileProvision provision,
      RepositoryChoice repositories,
      Ids ids,
      InstantSource clock) {
    this.resources = resources;
    this.provision = provision;
    this.equipment = new Equipment(files, catalogs, repositories, ids);
    this.repositories = repositories;
    this.clock = clock;
  }

  /// Gives a copy of a file to a session.
  ///
  /// @throws dev.drover.base.Problem as [SessionResources#add] says
  public SessionResource add(Caller caller, SessionId session, ResourceRequest.OfFile request)
      throws InterruptedException {
    var now = clock.instant().truncatedTo(ChronoUnit.MICROS);
    var file = equipment.of(caller, request, now);
    resources.add(caller.workspace(), session, file);
    provision.changed(session, WAIT);
    return file;
  }

  /// Replaces the token of a repository. Requests that begin from now on use it, also those of a
  /// sandbox that runs.
  ///
  /// @throws Problem `INVALID_REQUEST` if it is not a repository; as
  ///   [SessionResources#replaceToken] says
  public SessionResource replaceToken(
      Caller caller, SessionId session, SessionResourceId resource, Secret token) {
    while (true) { // another change came between: each round is another client's success
      var before = repository(resources.of(session), resource);
      var now = clock.instant().truncatedTo(ChronoUnit.MICROS);
      var after = repositories.with(caller.workspace(), before, token, now);
      if (resources.replaceToken(caller.workspace(), session, after)) {
        return after;
      }
    }
  }

  private static SessionResource.Repository repository(
      List<SessionResource> present, SessionResourceId id) {
    var found =
        present.stream()
            .filter(SessionResource::isNamed)
            .filter(resource -> resource.id().equals(id))
            .findFirst()
            .orElseThrow(() -> Problem.notFound("Resource " + id + " not found."));
    if (found instanceof SessionResource.Repository repository) {
      return repository;
    }
    throw Problem.invalid(
        "Resource %s is a file, which cannot be updated. Delete it and add another one."
            .formatted(id));
  }

  /// Takes a resource from a session.
  ///
  /// @throws dev.drover.base.Problem as [SessionResources#remove] says
  public void remove(Caller caller, SessionId session, SessionResourceId resource)
      throws InterruptedException {
    resources.remove(caller.workspace(), session, resource);
    provision.changed(session, WAIT);
  }
}
