package dev.drover.wire;

import dev.drover.base.Json;
import dev.drover.skills.Skill;
import dev.drover.skills.SkillVersion;

/// The JSON form of skills and their versions.
public final class SkillCodec {
  private SkillCodec() {}

  public static Json.Obj show(Skill skill) {
    return Json.obj(
        "id", skill.id().value(),
        "type", "skill",
        "display_name", skill.displayName(),
        "latest_version_id", skill.latest().value(),
        "source", Json.obj("type", skill.id().isImported() ? "anthropic" : "custom"),
        "created_at", Times.write(skill.createdAt()),
        "updated_at", Times.write(skill.updatedAt()));
  }

  public static Json.Obj show(SkillVersion version) {
    return Json.obj(
        "id", version.id().value(),
        "type", "skill_version",
        "skill_id", version.skill().value(),
        "name", version.name(),
        "description", version.description(),
        "created_at", Times.write(version.createdAt()));
  }
}
