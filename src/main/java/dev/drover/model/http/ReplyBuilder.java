package dev.drover.model.http;

import dev.drover.model.Answer;
import dev.drover.model.http.ReplyEvents.ReplyEvent;

/// A builder of one reply from the events of one stream: one implementation for each API. For one
/// thread.
public interface ReplyBuilder {
  /// Adds the content of the next event.
  ///
  /// @throws BrokenStream if the event makes no sense
  void accept(ReplyEvent event) throws BrokenStream;

  /// Whether the last event of the reply has come, so that no other is awaited.
  boolean isOver();

  /// Whether the server has given the reason why the reply ended; only its usage and its last event
  /// may follow.
  boolean isFinished();

  /// Whether any part of a reply has come.
  boolean isBegun();

  /// Whether the reply has content, and all of it is complete, so that the clean end of the body
  /// may end the reply.
  boolean isWhole();

  /// The API whose events these are.
  ReplyApi api();

  /// The end mark that a reply of this API must have, for an error.
  String mark();

  /// The reply.
  ///
  /// @throws BrokenStream if the server says that the reply failed
  Answer reply() throws BrokenStream;
}
