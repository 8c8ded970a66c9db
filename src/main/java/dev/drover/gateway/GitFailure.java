package dev.drover.gateway;

import dev.drover.session.SessionError;

/// Why a request for a repository failed.
///
/// @param passes whether another one may succeed soon
public record GitFailure(SessionError error, boolean passes) {}
