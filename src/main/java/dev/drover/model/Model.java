package dev.drover.model;

/// A model. It holds no state of a conversation. Safe for many threads.
public interface Model {
  /// Makes one request and waits for the complete answer. It does not retry: retries are events in
  /// the log. Only a request whose form was refused may be made again in another form, and one
  /// whose kept connection was closed. Every failure of a server is an [Answer.Failure].
  ///
  /// @throws InterruptedException if the calling thread is interrupted; the connection is closed
  ///   first
  Answer answer(Prompt prompt, Listener listener) throws InterruptedException;
}
