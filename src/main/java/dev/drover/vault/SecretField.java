package dev.drover.vault;

import java.util.Locale;

/// The secrets of credentials, by the names of their fields in the protocol.
public enum SecretField {
  /// Of an MCP server with OAuth.
  ACCESS_TOKEN,
  REFRESH_TOKEN,
  CLIENT_SECRET,
  /// Of an MCP server without OAuth.
  TOKEN,
  /// Of an environment variable.
  SECRET_VALUE,
  /// Of a webhook endpoint; in no credential.
  SIGNING_KEY;

  /// The maximum number of characters of each.
  public static final int LONGEST = 8_192;

  /// The name of the field, which stores use, too.
  public String field() {
    return name().toLowerCase(Locale.ROOT);
  }
}
