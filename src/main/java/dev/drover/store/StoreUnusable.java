package dev.drover.store;

/// A store cannot be opened, and will not be until an operator does something. The message is
/// written for that operator: it says what is wrong, where, and what helps.
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

  /// Another server has it: nothing is wrong with it.
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
