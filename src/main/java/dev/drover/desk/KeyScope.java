package dev.drover.desk;

/// What a key may be allowed to do. Each route needs one of these.
public enum KeyScope {
  /// Look at agents, environments and models.
  CATALOG_READ("catalog:read"),
  /// Create, change, archive and delete agents and environments.
  CATALOG_WRITE("catalog:write"),
  /// Look at sessions, their threads and events.
  SESSIONS_READ("sessions:read"),
  /// Create sessions, send to them, change, archive and delete them.
  SESSIONS_WRITE("sessions:write"),
  /// Look at the server itself: its figures, its nodes, and why sessions do not move.
  OPERATIONS("operations");

  private final String text;

  KeyScope(String text) {
    this.text = text;
  }

  @Override
  public String toString() {
    return text;
  }
}
