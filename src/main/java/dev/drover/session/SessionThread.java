package dev.drover.session;

import dev.drover.base.Json;
import dev.drover.catalog.AgentId;
import dev.drover.catalog.Definition;
import java.time.Instant;
import java.util.Optional;

/// A thread of a session: one conversation with one agent.
///
/// @param parent the thread that it was created by; empty: it is the primary thread
/// @param agent the agent as the thread has it
/// @param newer what only a newer version knows, shown over the rest
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
