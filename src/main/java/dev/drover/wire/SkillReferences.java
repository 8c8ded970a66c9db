package dev.drover.wire;

import dev.drover.base.Fields;
import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.catalog.Definition;
import dev.drover.catalog.SkillReference;
import dev.drover.skills.SkillId;
import dev.drover.skills.SkillVersionId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;

/// The JSON form of an agent's `skills`.
final class SkillReferences {
  private static final int MAX_SKILLS = 500;
  private static final String READ = "read";

  private SkillReferences() {}

  static Json.Arr write(List<SkillReference> skills) {
    return new Json.Arr(
        skills.stream()
            .<Json>map(
                skill ->
                    Json.obj(
                        "type", skill.type().name().toLowerCase(Locale.ROOT),
                        "skill_id", skill.id(),
                        "version", skill.version()))
            .toList());
  }

  /// Reads the field `skills`, which may be absent.
  ///
  /// @throws Problem `INVALID_REQUEST` for values that the protocol forbids
  static List<SkillReference> read(Fields body) {
    var skills = new ArrayList<SkillReference>();
    var ids = new HashSet<String>();
    for (var skill : body.objects("skills", MAX_SKILLS)) {
      var type =
          switch (skill.type()) {
            case "custom" -> SkillReference.Type.CUSTOM;
            case "anthropic" -> SkillReference.Type.ANTHROPIC;
            default -> throw skill.problem("type", "must be \"custom\" or \"anthropic\"");
          };
      var id = skill.id("skill_id", SkillId::of);
      if (id.isImported() != (type == SkillReference.Type.ANTHROPIC)) {
        throw skill.problem(
            "skill_id",
            id.isImported() ? "is not the id of a custom skill" : "is the id of a custom skill");
      }
      if (!ids.add(id.value())) {
        throw skill.problem("skill_id", "is used twice");
      }
      skills.add(new SkillReference(type, id.value(), version(skill)));
      skill.end();
    }
    return skills;
  }

  private static String version(Fields skill) {
    return skill
        .value("version")
        .filter(version -> !version.equals(Json.of(SkillReference.LATEST)))
        .map(_ -> skill.id("version", SkillVersionId::of).value())
        .orElse(SkillReference.LATEST);
  }

  /// Reads stored skills. Those that only a newer version knows are left out.
  static List<SkillReference> stored(List<Json> items) {
    var skills = new ArrayList<SkillReference>();
    for (var item : items) {
      if (item instanceof Json.Obj skill) {
        var id = skill.text("skill_id");
        var version = skill.text("version");
        for (var type : SkillReference.Type.values()) {
          if (id != null
              && version != null
              && type.name().toLowerCase(Locale.ROOT).equals(skill.text("type"))) {
            skills.add(new SkillReference(type, id, version));
          }
        }
      }
    }
    return skills;
  }

  /// Checks that an agent with skills can read them.
  ///
  /// @throws Problem `INVALID_REQUEST` if it has no tool for that
  static void check(Fields body, Definition agent) {
    if (!agent.skills().isEmpty()
        && agent.toolset().filter(tools -> tools.of(READ).enabled()).isEmpty()) {
      throw body.problem(
          body.has("skills") ? "skills" : "tools",
          "an agent with skills needs the tool \"read\" of agent_toolset_20260401");
    }
  }
}
