package dev.drover.store;

/// A store cannot be opened, and will not be until an operator does something. The message is
/// written for that operator: it says what is wrong, where, and what helps.
public final class StoreUnusable extends Exception {
  private static final long serialVersionUID = 1;

  public StoreUnusable(String message) {
    super(message);
  }

  public StoreUnusable(String message, Throwable cause) {
    super(message, cause);
  }
}
