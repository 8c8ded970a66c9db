package dev.drover.session;

/// The right to append to a session's log. Each claim raises the epoch; an append with an old epoch
/// is refused.
public record Lease(SessionId session, long epoch) {}
