package dev.drover.session;

/// The place of a thread in its session: what the log and the inbox keep of it. Clients know the
/// thread by its [ThreadId].
///
/// @param number rises from thread to thread, from 0
public record ThreadKey(int number) {
  /// The thread that every session has from the start. What belongs to the session as a whole is
  /// its, too.
  public static final ThreadKey PRIMARY = new ThreadKey(0);

  public ThreadKey {
    if (number < 0) {
      throw new IllegalArgumentException("a thread's number is not negative: " + number);
    }
  }

  /// The key with this number: the primary thread's is always the same object.
  public static ThreadKey of(int number) {
    return number == 0 ? PRIMARY : new ThreadKey(number);
  }
}
