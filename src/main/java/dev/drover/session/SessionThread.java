package dev.drover.session;

import dev.drover.base.Json;
import dev.drover.catalog.AgentId;
import dev.drover.catalog.Definition;
import java.time.Instant;
import java.util.Optional;

/// A thread of a session: one conversation with one agent.
///
/// @param parent the thread that created this one; empty for the primary thread
/// @param agent the definition of the agent in this thread
/// @param newer the fields that only a newer version knows; they override the other fields when the
///   thread is shown
public record SessionThread(
    SessionId session,
    ThreadKey key,
    ThreadId id,
    Optional<ThreadId> parent,
    AgentId agentId,
    int agentVersion,
    Definition agent,
    Progress progress,
    Instant createdAt,
    Json.Obj newer) {}
