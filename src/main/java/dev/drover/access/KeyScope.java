package dev.drover.access;

/// A scope of an API key. Each route requires one scope.
public enum KeyScope {
  /// Read agents and the other resources of a workspace, and models.
  CATALOG_READ("catalog:read"),
  /// Create, update, archive and delete the resources of a workspace.
  CATALOG_WRITE("catalog:write"),
  /// List and download files.
  FILES_READ("files:read"),
  /// Upload and delete files.
  FILES_WRITE("files:write"),
  /// Read sessions, their threads and events.
  SESSIONS_READ("sessions:read"),
  /// Create, update, archive and delete sessions, and send events to them.
  SESSIONS_WRITE("sessions:write"),
  /// Read the state of the server itself: its metrics, its nodes, and why sessions wait; import
  /// skills.
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
