package dev.drover.policy;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.base.TextFile;
import dev.drover.base.Yaml;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;

/// A policy as it was read from its file.
///
/// @param path empty: there is no file, and so no limit
/// @param hash the SHA-256 of the file's text in UTF-8, in hexadecimal; empty without a file
/// @param content the file as JSON
/// @param lines the line of each key, by its path
public record PolicyFile(
    OperatorPolicy policy,
    Optional<Path> path,
    String hash,
    Json.Obj content,
    Map<String, Integer> lines) {
  /// The policy of an operator who has not set one.
  public static final PolicyFile NONE =
      new PolicyFile(OperatorPolicy.NONE, Optional.empty(), "", Json.EMPTY, Map.of());

  /// The name of the file in the data directory.
  public static final String NAME = "policy.yaml";

  private static final int MAX_BYTES = 1 << 20;

  public PolicyFile {
    lines = Map.copyOf(lines);
  }

  /// Reads a file in YAML or JSON.
  ///
  /// @throws Problem `INVALID_REQUEST` that names the file, the line and the rule, if the file
  ///   cannot be read or has a rule that is unknown or invalid
  public static PolicyFile read(Path path) {
    try {
      var text = TextFile.read(path, MAX_BYTES);
      var document = Yaml.document(text);
      var content =
          switch (document.json()) {
            case Json.Obj object -> object;
            case Json.Null _ -> Json.EMPTY;
            default -> throw Problem.invalid("the policy " + path + ": must be a map");
          };
      var policy = new PolicyReader(path, document.lines()).read(content);
      return new PolicyFile(policy, Optional.of(path), hash(text), content, document.lines());
    } catch (Yaml.Unreadable e) {
      throw Problem.invalid("the policy " + path + ": " + e.getMessage());
    } catch (TextFile.Unusable e) {
      throw Problem.invalid("the policy " + path + " " + e.getMessage());
    }
  }

  private static String hash(String text) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JDK has no SHA-256", e);
    }
  }

  /// The line of a rule; empty if it is not known.
  ///
  /// @param rule its path, possibly with the index of an item at its end
  public Optional<Integer> line(String rule) {
    var list = rule.replaceFirst("\\.\\d+$", "");
    return Optional.ofNullable(lines.get(rule)).or(() -> Optional.ofNullable(lines.get(list)));
  }
}
