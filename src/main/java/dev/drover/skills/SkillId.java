package dev.drover.skills;

import dev.drover.base.Ids;
import dev.drover.base.Problem;
import java.util.regex.Pattern;

/// The id of a skill: `skill_…`, or, if an operator imported it under the name of a skill of the
/// vendor, that name, such as `xlsx`.
public record SkillId(String value) {
  public static final String PREFIX = "skill_";

  private static final Pattern IMPORTED = Pattern.compile("[a-z0-9-]{1,64}");

  /// Checks and returns an id that a client sent.
  ///
  /// @throws Problem `INVALID_REQUEST` if it is malformed
  public static SkillId of(String value) {
    return IMPORTED.matcher(value).matches()
        ? new SkillId(value)
        : new SkillId(Ids.check(PREFIX, "skill", value));
  }

  /// Checks and returns the name under which an operator imports a skill.
  ///
  /// @throws Problem `INVALID_REQUEST` if it is malformed
  public static SkillId imported(String name) {
    if (!IMPORTED.matcher(name).matches()) {
      throw Problem.invalid("as: must have 1 to 64 characters of a-z, 0-9 and -");
    }
    return new SkillId(name);
  }

  /// Whether an operator imported the skill.
  public boolean isImported() {
    return !value.startsWith(PREFIX);
  }

  @Override
  public String toString() {
    return value;
  }
}
