package dev.drover.session;

import org.jspecify.annotations.Nullable;

/// An error in a session, for the client to read. It holds no secret.
///
/// @param mcpServer the name of the MCP server that the error is about; null for other errors
/// @param credential the credential that the error is about; null for other errors
/// @param repositoryUrl of the repository that the error is about; null for other errors
public record SessionError(
    Type type,
    String message,
    Retry retry,
    @Nullable String mcpServer,
    @Nullable CredentialOf credential,
    @Nullable String repositoryUrl) {
  /// An error about an MCP server.
  public SessionError(Type type, String message, Retry retry, @Nullable String mcpServer) {
    this(type, message, retry, mcpServer, null, null);
  }

  /// An error about a credential.
  public SessionError(
      Type type,
      String message,
      Retry retry,
      @Nullable String mcpServer,
      @Nullable CredentialOf credential) {
    this(type, message, retry, mcpServer, credential, null);
  }

  /// An error about a repository, which is cloned again when the session next begins to run.
  public static SessionError ofRepository(Type type, String message, RepositoryUrl url) {
    return new SessionError(type, message, Retry.RETRYING, null, null, url.value());
  }

  /// An error about the session as a whole.
  public SessionError(Type type, String message, Retry retry) {
    this(type, message, retry, null, null, null);
  }

  /// A credential, by the ids of itself and of its vault.
  public record CredentialOf(String id, String vault) {}

  public enum Type {
    UNKNOWN,
    MODEL_OVERLOADED,
    MODEL_RATE_LIMITED,
    MODEL_REQUEST_FAILED,
    BILLING,
    TOOL_USE_LIMIT_REACHED,
    COMPACTION_LIMIT_REACHED,
    MCP_CONNECTION_FAILED,
    MCP_AUTHENTICATION_FAILED,
    CREDENTIAL_HOST_UNREACHABLE,
    REPOSITORY_AUTHENTICATION,
    REPOSITORY_FORBIDDEN,
    REPOSITORY_NOT_FOUND,
    REPOSITORY_CHECKOUT,
    REPOSITORY_CLONE
  }

  /// What follows: the server retries, the turn ends, or the session ends. An error about an MCP
  /// server or a repository ends nothing: the turn continues without it. Neither does one about a
  /// credential, nor one about the packages of the environment: the next call tries again.
  public enum Retry {
    RETRYING,
    EXHAUSTED,
    TERMINAL
  }
}
