package dev.drover.session;

/// The number of a thread in its session, by which the log and the inbox refer to it. Clients use
/// its [ThreadId].
///
/// @param number the number of the thread, from 0 in the order of creation
public record ThreadKey(int number) {
  /// The primary thread, which every session has from the start. Events of the session as a whole
  /// belong to it, too.
  public static final ThreadKey PRIMARY = new ThreadKey(0);

  public ThreadKey {
    if (number < 0) {
      throw new IllegalArgumentException("a thread's number is not negative: " + number);
    }
  }

  /// The key with this number. The key of the primary thread is always the same object.
  public static ThreadKey of(int number) {
    return number == 0 ? PRIMARY : new ThreadKey(number);
  }
}
