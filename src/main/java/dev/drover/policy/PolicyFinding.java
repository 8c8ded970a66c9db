package dev.drover.policy;

/// Something in a policy that its operator may not have meant.
///
/// @param rule the path of the rule that it is about, such as `networking.hosts.1`; may be the name
///   of a section
public record PolicyFinding(Check check, String rule, String message) {
  /// How bad it is.
  public enum Level {
    /// It has no effect, or opens what is never meant to be open.
    ERROR,
    /// It opens more than most operators want.
    WARNING,
    /// Worth knowing.
    NOTE
  }

  /// The checks, with their names on the command line.
  public enum Check {
    EMPTY_POLICY("empty-policy", Level.WARNING),
    UNLIMITED_HOSTS("unlimited-hosts", Level.WARNING),
    PUBLIC_SUFFIX("public-suffix", Level.ERROR),
    WIDE_PRIVATE_RANGE("wide-private-range", Level.WARNING),
    METADATA_SERVER("metadata-server", Level.ERROR),
    MAIL_PORT("mail-port", Level.WARNING),
    PLAIN_HTTP_MCP("plain-http-mcp", Level.WARNING),
    ANY_MCP_SERVER("any-mcp-server", Level.NOTE),
    UNASKED_BASH("unasked-bash", Level.WARNING),
    SERVER_NAME("server-name", Level.NOTE),
    NEVER_APPLIES("never-applies", Level.ERROR),
    DUPLICATE("duplicate", Level.WARNING),
    ALLOWS_ALL("allows-all", Level.WARNING),
    NO_MODEL("no-model", Level.ERROR);

    private final String id;
    private final Level level;

    Check(String id, Level level) {
      this.id = id;
      this.level = level;
    }

    public String id() {
      return id;
    }

    public Level level() {
      return level;
    }
  }
}
