package dev.drover.memory;

import dev.drover.session.SessionId;

/// Who changed a memory, or redacted a version of it.
///
/// @param id of the session, the key or the account; it may have been deleted since then
public record MemoryActor(Kind kind, String id) {
  /// The kinds of actors.
  public enum Kind {
    /// An agent that wrote through the mount of its session.
    SESSION("session_actor", "session_id"),
    /// A client of the API.
    API("api_actor", "api_key_id"),
    /// A person. There are none yet.
    USER("user_actor", "user_id"),
    /// A workload. There are none yet.
    SERVICE_ACCOUNT("service_account_actor", "service_account_id");

    private final String type;
    private final String field;

    Kind(String type, String field) {
      this.type = type;
      this.field = field;
    }

    /// The `type` of the protocol.
    public String type() {
      return type;
    }

    /// The field of the protocol that contains the id.
    public String field() {
      return field;
    }

    /// The kind that [#type] names.
    public static Kind of(String type) {
      for (var kind : values()) {
        if (kind.type.equals(type)) {
          return kind;
        }
      }
      throw new IllegalStateException("no kind of actor is called " + type);
    }
  }

  public static MemoryActor session(SessionId session) {
    return new MemoryActor(Kind.SESSION, session.value());
  }

  /// @param key the id of the API key
  public static MemoryActor api(String key) {
    return new MemoryActor(Kind.API, key);
  }
}
