package dev.drover.hands;

import dev.drover.session.SessionId;

/// What a sandbox is made for.
///
/// @param session whose workspace it gets; the workspace outlives the sandbox
public record Resources(SessionId session) {}
