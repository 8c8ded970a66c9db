package dev.drover.wire;

import dev.drover.base.Json;
import dev.drover.session.SessionError;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The JSON form of the errors of a session. Reading is tolerant: a type that this version does not
/// know becomes `unknown_error`.
final class SessionErrorCodec {
  private static final Map<SessionError.Type, String> TYPES =
      Map.ofEntries(
          Map.entry(SessionError.Type.UNKNOWN, "unknown_error"),
          Map.entry(SessionError.Type.MODEL_OVERLOADED, "model_overloaded_error"),
          Map.entry(SessionError.Type.MODEL_RATE_LIMITED, "model_rate_limited_error"),
          Map.entry(SessionError.Type.MODEL_REQUEST_FAILED, "model_request_failed_error"),
          Map.entry(SessionError.Type.BILLING, "billing_error"),
          Map.entry(SessionError.Type.TOOL_USE_LIMIT_REACHED, "tool_use_limit_reached_error"),
          Map.entry(SessionError.Type.COMPACTION_LIMIT_REACHED, "compaction_limit_reached_error"),
          Map.entry(SessionError.Type.MCP_CONNECTION_FAILED, "mcp_connection_failed_error"),
          Map.entry(SessionError.Type.MCP_AUTHENTICATION_FAILED, "mcp_authentication_failed_error"),
          Map.entry(
              SessionError.Type.CREDENTIAL_HOST_UNREACHABLE, "credential_host_unreachable_error"),
          Map.entry(SessionError.Type.REPOSITORY_AUTHENTICATION, "repository_authentication_error"),
          Map.entry(SessionError.Type.REPOSITORY_FORBIDDEN, "repository_forbidden_error"),
          Map.entry(SessionError.Type.REPOSITORY_NOT_FOUND, "repository_not_found_error"),
          Map.entry(SessionError.Type.REPOSITORY_CHECKOUT, "repository_checkout_error"),
          Map.entry(SessionError.Type.REPOSITORY_CLONE, "repository_clone_error"));

  private SessionErrorCodec() {}

  static Json.Obj write(SessionError error) {
    var written =
        Json.obj(
            "type", Objects.requireNonNull(TYPES.get(error.type())),
            "message", error.message(),
            "retry_status", Json.obj("type", EventCodec.lower(error.retry())));
    if (error.repositoryUrl() != null) {
      written = written.with("repository_url", error.repositoryUrl());
    }
    if (error.mcpServer() != null) {
      written = written.with("mcp_server_name", error.mcpServer());
    }
    var credential = error.credential();
    return credential == null
        ? written
        : written.with("credential_id", credential.id()).with("vault_id", credential.vault());
  }

  static SessionError read(Json.Obj error) {
    var name = String.valueOf(error.text("type"));
    var type =
        TYPES.entrySet().stream()
            .filter(entry -> entry.getValue().equals(name))
            .map(Map.Entry::getKey)
            .findFirst()
            .orElse(SessionError.Type.UNKNOWN);
    return new SessionError(
        type,
        String.valueOf(error.text("message")),
        readRetry(error),
        error.text("mcp_server_name"),
        readCredential(error),
        error.text("repository_url"));
  }

  private static SessionError.@Nullable CredentialOf readCredential(Json.Obj error) {
    var id = error.text("credential_id");
    var vault = error.text("vault_id");
    return id == null || vault == null ? null : new SessionError.CredentialOf(id, vault);
  }

  /// An unknown retry status is read as the end of the turn; the following events show what
  /// happened.
  private static SessionError.Retry readRetry(Json.Obj error) {
    var name = String.valueOf(error.object("retry_status").text("type"));
    for (var retry : SessionError.Retry.values()) {
      if (EventCodec.lower(retry).equals(name)) {
        return retry;
      }
    }
    return SessionError.Retry.EXHAUSTED;
  }
}
