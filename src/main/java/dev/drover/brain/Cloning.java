package dev.drover.brain;

import dev.drover.base.Scope;
import dev.drover.brain.Repositories.Outcome;
import dev.drover.hands.Grip;
import dev.drover.hands.HandSpec;
import dev.drover.hands.Sandboxes;
import dev.drover.session.Emission;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.SessionError;
import dev.drover.session.SessionResource;
import dev.drover.session.SessionResource.Repository;
import dev.drover.session.SessionResourceId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// The part of a wake that clones the repositories of the session before its model is asked. A
/// repository that cannot be cloned is an error that the client sees; the turn goes on without it.
///
/// An attempt is a call in the session's hand, with an id that follows from the log. So a brain
/// that continues after a crash waits for the call that runs, or gets its result, and nothing is
/// cloned twice. One thread.
final class Cloning {
  /// The maximum number of attempts in a row.
  static final int ATTEMPTS = 3;

  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final WakeContext at;
  private final Consumer<List<String>> lines;
  private final Map<SessionResourceId, Integer> attempts = new HashMap<>();

  /// @param lines accepts what the preparation of the hand has for the model
  Cloning(WakeContext at, Consumer<List<String>> lines) {
    this.at = at;
    this.lines = lines;
  }

  /// The repositories to clone before the model is asked.
  List<Repository> due(Step.Ask step) {
    var all = SessionResource.repositories(at.row().resources());
    if (all.isEmpty() || step.open().isPresent()) {
      return List.of();
    }
    var cloned = ClonedRepositories.of(at.writer().history());
    return all.stream().filter(one -> !cloned.isSettled(one.id())).toList();
  }

  /// Makes one attempt for each repository, until an interrupt arrives, and records what became of
  /// it. Those that are worth another attempt are due again.
  LogWriter.Next run(Step.Ask step, List<Repository> due) throws InterruptedException {
    var opening = at.opening(step);
    if (!opening.isEmpty() && at.writer().write(opening) == LogWriter.Next.STOP) {
      return LogWriter.Next.STOP;
    }
    var errands = new Errands(at, List.of());
    try (var hands = new HandCarrier(at, HandSpec.workspace(at.session()), errands)) {
      try {
        var next = run(due, hands, errands);
        if (next == LogWriter.Next.STOP) {
          hands.leave();
        }
        return next;
      } catch (InterruptedException | RuntimeException | Error e) {
        hands.leave(); // the call goes on in the hand, for the next brain
        throw e;
      }
    }
  }

  private LogWriter.Next run(List<Repository> due, HandCarrier hands, Errands errands)
      throws InterruptedException {
    Provisioned provisioned;
    try (var scope = new Scope(at.bell()::ring)) {
      var task = scope.fork(() -> provision(hands));
      if (!at.await(task)) {
        return LogWriter.Next.GO_ON;
      }
      provisioned = task.join();
    }
    lines.accept(errands.takeLines());
    if (provisioned.grip.isEmpty()) {
      return unavailable(due, provisioned.why);
    }
    var prepared = errands.events().stream().map(at::entry).toList();
    if (!prepared.isEmpty() && at.writer().write(prepared) == LogWriter.Next.STOP) {
      return LogWriter.Next.STOP;
    }
    for (var repository : due) {
      if (clone(provisioned.grip.get(), repository) == LogWriter.Next.STOP) {
        return LogWriter.Next.STOP;
      }
      if (Plan.interrupted(at.inbox())) {
        break;
      }
    }
    return LogWriter.Next.GO_ON;
  }

  /// @param why there is no hand
  private record Provisioned(Optional<Grip> grip, String why) {}

  private static Provisioned provision(HandCarrier hands) throws InterruptedException {
    try {
      return new Provisioned(Optional.of(hands.hold()), "");
    } catch (Sandboxes.Unavailable e) {
      return new Provisioned(Optional.empty(), String.valueOf(e.getMessage()));
    }
  }

  private LogWriter.Next unavailable(List<Repository> due, String why) {
    var entries = new ArrayList<Emission.Entry>();
    for (var repository : due) {
      var error =
          SessionError.ofRepository(
              SessionError.Type.REPOSITORY_CLONE,
              "%s was not cloned: there is no sandbox. %s".formatted(repository.url(), why),
              repository.url());
      entries.addAll(failed(repository, Optional.of(error)));
    }
    return at.writer().write(entries);
  }

  private LogWriter.Next clone(Grip grip, Repository repository) throws InterruptedException {
    int attempt = attempts.getOrDefault(repository.id(), 0);
    long earlier = ClonedRepositories.of(at.writer().history()).lastFailure(repository.id());
    var call = new EventId(repository.id() + "-" + (earlier * ATTEMPTS + attempt));
    Outcome outcome;
    try (var scope = new Scope(at.bell()::ring)) {
      var task = scope.fork(() -> attempt(grip, repository, call, attempt));
      boolean ended;
      try {
        ended = at.await(task);
      } catch (InterruptedException | RuntimeException | Error e) {
        grip.leave(); // before the scope interrupts the task
        throw e;
      }
      if (!ended) {
        grip.stop(call);
        return at.writer().write(failed(repository, Optional.empty()));
      }
      outcome = task.join();
    }
    attempts.put(repository.id(), attempt + 1);
    return switch (outcome) {
      case Outcome.Cloned(var skills) ->
          at.writer()
              .write(
                  List.of(
                      at.entry(
                          new Event.RepositoryCloned(
                              at.id(), repository.id(), Optional.of(skills)))));
      case Outcome.Failed(_, var passes) when passes && attempt + 1 < ATTEMPTS ->
          LogWriter.Next.GO_ON;
      case Outcome.Failed(var error, _) -> {
        attempts.remove(repository.id());
        yield at.writer().write(failed(repository, Optional.of(error)));
      }
    };
  }

  private Outcome attempt(Grip grip, Repository repository, EventId call, int attempt)
      throws InterruptedException {
    if (attempt > 0) {
      at.harness().pause().pause(PAUSE.multipliedBy(attempt));
    }
    return at.harness().repositories().clone(grip, repository, call);
  }

  private List<Emission.Entry> failed(Repository repository, Optional<SessionError> error) {
    var entries = new ArrayList<Emission.Entry>();
    entries.add(at.entry(new Event.RepositoryCloned(at.id(), repository.id(), Optional.empty())));
    error.ifPresent(why -> entries.add(at.entry(new Event.Failed(at.id(), why))));
    return entries;
  }
}
