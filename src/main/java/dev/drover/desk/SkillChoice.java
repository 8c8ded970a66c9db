package dev.drover.desk;

import dev.drover.base.Problem;
import dev.drover.catalog.Agent;
import dev.drover.catalog.Definition;
import dev.drover.catalog.SkillReference;
import dev.drover.catalog.WorkspaceId;
import dev.drover.skills.SkillId;
import dev.drover.skills.SkillVersion;
import dev.drover.skills.SkillVersionId;
import dev.drover.skills.Skills;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The checks of the skills that agents name, and the versions that sessions get of them.
final class SkillChoice {
  private final Skills skills;

  SkillChoice(Skills skills) {
    this.skills = skills;
  }

  /// An agent's definition with the versions of its skills that a session keeps.
  record Pinned(Definition definition, List<SkillVersion> versions) {}

  /// The rule that an agent names only skills that exist. One that was deleted later stays named.
  CatalogDesk.Rule<Agent> ofAgents() {
    return (workspace, before, after) -> {
      var known =
          before.map(agent -> agent.definition().skills()).orElse(List.<SkillReference>of());
      for (var skill : after.definition().skills()) {
        if (!known.contains(skill)) {
          version(workspace, skill);
        }
      }
      return after;
    };
  }

  /// The versions that a new session gets.
  ///
  /// @throws Problem `INVALID_REQUEST` if one does not exist, or if two have the same name
  Pinned pinned(WorkspaceId workspace, Definition agent) {
    var versions = new ArrayList<SkillVersion>();
    var references = new ArrayList<SkillReference>();
    Map<String, String> names = new HashMap<>();
    for (var skill : agent.skills()) {
      var version = version(workspace, skill);
      var other = names.put(version.name(), skill.id());
      if (other != null) {
        throw Problem.invalid(
            "skills: %s and %s have the same name, \"%s\""
                .formatted(other, skill.id(), version.name()));
      }
      versions.add(version);
      references.add(skill.pinned(version.id().value()));
    }
    return new Pinned(references.isEmpty() ? agent : agent.withSkills(references), versions);
  }

  private SkillVersion version(WorkspaceId workspace, SkillReference skill) {
    var id = new SkillId(skill.id());
    try {
      return skill.isLatest()
          ? skills.latest(workspace, id)
          : skills.version(workspace, id, new SkillVersionId(skill.version()));
    } catch (Problem problem) {
      throw problem.kind() == Problem.Kind.NOT_FOUND ? missing(skill) : problem;
    }
  }

  private static Problem missing(SkillReference skill) {
    if (!skill.isLatest()) {
      return Problem.invalid(
          "skills: skill %s has no version %s".formatted(skill.id(), skill.version()));
    }
    return Problem.invalid(
        skill.type() == SkillReference.Type.CUSTOM
            ? "skills: skill " + skill.id() + " does not exist"
            : "skills: skill \"%s\" is not on this server; an operator can add it: drover skills import DIR --as %s"
                .formatted(skill.id(), skill.id()));
  }
}
