package dev.drover.store;

/// The error that a store cannot be opened until an operator acts. The message is for that
/// operator: it says what is wrong, where, and how to fix it.
public final class StoreUnusable extends Exception {
  private static final long serialVersionUID = 1;

  private final boolean inUse;

  public StoreUnusable(String message) {
    super(message);
    inUse = false;
  }

  private StoreUnusable(String message, boolean inUse) {
    super(message);
    this.inUse = inUse;
  }

  /// The error that another server uses the store, which itself is intact.
  public static StoreUnusable inUse(String message) {
    return new StoreUnusable(message, true);
  }

  public StoreUnusable(String message, Throwable cause) {
    super(message, cause);
    inUse = false;
  }

  public boolean isInUse() {
    return inUse;
  }
}
