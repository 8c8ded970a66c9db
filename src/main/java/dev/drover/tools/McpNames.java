package dev.drover.tools;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/// The names under which models know the tools of MCP servers: `mcp__SERVER__TOOL`. A name depends
/// on nothing but the two, so it never changes. If it would be ambiguous, too long, or have
/// characters that a model server refuses, it ends with a hash of the two.
public final class McpNames {
  public static final String PREFIX = "mcp__";

  /// The longest name that all model servers accept.
  private static final int LONGEST = 64;

  private static final int HASH = 10;
  private static final Pattern OTHERS = Pattern.compile("[^A-Za-z0-9_-]");

  private McpNames() {}

  /// @param tool the name of the tool as the server knows it
  public static String of(String server, String tool) {
    var plain = PREFIX + cleaned(server) + "__" + cleaned(tool);
    boolean isPlain =
        plain.equals(PREFIX + server + "__" + tool)
            && plain.length() <= LONGEST
            && !server.contains("__")
            && !server.endsWith("_")
            && !tool.startsWith("_");
    return isPlain
        ? plain
        : plain.substring(0, Math.min(plain.length(), LONGEST - HASH - 1))
            + "_"
            + hash(server + "\0" + tool);
  }

  private static String cleaned(String name) {
    return OTHERS.matcher(name).replaceAll("_");
  }

  private static String hash(String text) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of()
          .formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)))
          .substring(0, HASH);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JDK has no SHA-256", e);
    }
  }
}
