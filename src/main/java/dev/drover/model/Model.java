package dev.drover.model;

/// What thinks. Holds no state of a conversation; safe for many threads.
public interface Model {
  /// Asks once and waits for the whole answer. Never tries again by itself: retries are events in
  /// the log. Only a request that was refused for what it is may be asked in another form. Every
  /// way in which a server can fail is an [Answer.Failure].
  ///
  /// @throws InterruptedException when the calling thread is interrupted: the connection is cut
  ///   first
  Answer answer(Prompt prompt, Listener listener) throws InterruptedException;
}
