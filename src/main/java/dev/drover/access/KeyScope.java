package dev.drover.access;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

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
  /// Read why the sessions of a workspace wait and what its webhooks were sent; import skills.
  OPERATIONS("operations"),
  /// List the API keys of a workspace.
  KEYS_READ("keys:read"),
  /// Create and revoke API keys of a workspace.
  KEYS_WRITE("keys:write"),
  /// Read the state of the server itself: its metrics, its nodes, and which workspaces it has.
  SERVER_READ("server:read"),
  /// Create and archive workspaces, and API keys of every workspace.
  SERVER_WRITE("server:write");

  /// The scopes of a key for which none are named: all that concern one workspace, but not its
  /// keys.
  public static final Set<KeyScope> USUAL =
      Collections.unmodifiableSet(EnumSet.range(CATALOG_READ, OPERATIONS));

  private final String text;

  KeyScope(String text) {
    this.text = text;
  }

  /// The scope with this name; empty if there is none, for example because only a newer version
  /// knows it.
  public static Optional<KeyScope> named(String name) {
    return Arrays.stream(values()).filter(scope -> scope.text.equals(name)).findFirst();
  }

  /// Whether the scope concerns the whole server, not one workspace.
  public boolean isOfServer() {
    return this == SERVER_READ || this == SERVER_WRITE;
  }

  @Override
  public String toString() {
    return text;
  }
}
