package dev.drover.session;

/// The right to write a session's log. Each claim raises the epoch; a writer with an old one is
/// refused.
public record Lease(SessionId session, long epoch) {}
