package dev.drover.skills;

import dev.drover.base.Ids;

/// The id of a version of a skill.
public record SkillVersionId(String value) {
  public static final String PREFIX = "skver_";

  /// Checks and returns an id that a client sent.
  ///
  /// @throws dev.drover.base.Problem `INVALID_REQUEST` if it is malformed
  public static SkillVersionId of(String value) {
    return new SkillVersionId(Ids.check(PREFIX, "skill version", value));
  }

  @Override
  public String toString() {
    return value;
  }
}
