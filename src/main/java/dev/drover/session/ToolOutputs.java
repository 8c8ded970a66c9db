package dev.drover.session;

import dev.drover.catalog.Blob;
import dev.drover.catalog.WorkspaceId;
import java.util.List;

/// The texts of results that are too long for the model. They are contents of their session, which
/// its hands have as files; they are deleted with it. Durable when a call returns; safe for many
/// threads.
public interface ToolOutputs {
  /// The size of the texts that are kept of one session, in bytes. The oldest ones make room.
  long MOST = 256L << 20;

  /// A text.
  ///
  /// @param call the tool use whose result has the text
  record Output(EventId call, Blob content) {}

  /// Keeps the text of the result of a call, in place of an earlier one.
  ///
  /// @param content stored, and without any reference; at most [#MOST]
  /// @throws dev.drover.base.Problem `NOT_FOUND` if there is no such session, `INVALID_REQUEST` if
  ///   the workspace would exceed its quota
  void keep(WorkspaceId workspace, SessionId session, EventId call, Blob content);

  /// The texts of a session, oldest first.
  List<Output> of(SessionId session);
}
