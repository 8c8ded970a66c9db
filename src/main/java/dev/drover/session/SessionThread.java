package dev.drover.session;

import dev.drover.base.Json;
import dev.drover.catalog.AgentId;
import dev.drover.catalog.Definition;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// A thread of a session: one conversation with one agent.
///
/// @param parent the thread that created this one; empty for the primary thread
/// @param agent the definition of the agent in this thread
/// @param notes the paragraphs that follow the agent's system prompt
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
    List<String> notes,
    Progress progress,
    Instant createdAt,
    Json.Obj newer) {}
