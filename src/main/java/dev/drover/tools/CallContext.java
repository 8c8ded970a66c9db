package dev.drover.tools;

import dev.drover.catalog.WorkspaceId;
import dev.drover.session.EventLog;
import dev.drover.session.SessionThread;

/// The context of a call of a server tool.
///
/// @param workspace the workspace of the session
/// @param thread the thread that made the call
/// @param log the log of all sessions
public record CallContext(WorkspaceId workspace, SessionThread thread, EventLog log) {}
