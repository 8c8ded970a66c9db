package dev.drover.session;

import dev.drover.catalog.WorkspaceId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The state of a session in a list: what it does, and whether it waits for a person.
///
/// @param waiting empty if it does not wait
/// @param calls the tool uses that wait for the client, in the order in which they were made
public record Overview(
    SessionId id,
    WorkspaceId workspace,
    Status status,
    @Nullable String title,
    Optional<Wait> waiting,
    List<EventId> calls,
    Instant updatedAt) {
  public Overview {
    calls = List.copyOf(calls);
  }

  /// What a paused session waits for.
  public enum Wait {
    /// The client must answer tool uses.
    CLIENT,
    /// The session has reached its budget, which a client may raise.
    BUDGET,
    /// The session waits for a reason that only a newer version knows.
    OTHER
  }

  /// The overview of a session.
  ///
  /// @param session with its progress
  /// @param calls the tool uses that wait for the client
  /// @param paused whether its turn is paused, and no answer has arrived that lets it go on
  public static Overview of(Session session, List<EventId> calls, boolean paused) {
    return new Overview(
        session.id(),
        session.workspace(),
        session.status(),
        session.editable().title(),
        paused
            ? Optional.of(wait(!calls.isEmpty(), session.budget().isPresent()))
            : Optional.empty(),
        calls,
        session.progress().updatedAt());
  }

  /// What a paused session waits for.
  public static Wait wait(boolean hasCalls, boolean hasBudget) {
    return hasCalls ? Wait.CLIENT : hasBudget ? Wait.BUDGET : Wait.OTHER;
  }
}
