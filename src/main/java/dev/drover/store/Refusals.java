package dev.drover.store;

import dev.drover.base.Problem;
import dev.drover.catalog.FileId;
import dev.drover.catalog.ResourceKind;
import dev.drover.session.SessionId;
import dev.drover.skills.SkillId;
import dev.drover.skills.SkillVersionId;

/// The error messages for clients that all stores share.
public final class Refusals {
  private Refusals() {}

  public static Problem notFound(SessionId id) {
    return Problem.notFound("Session " + id + " not found.");
  }

  public static Problem notFound(FileId id) {
    return Problem.notFound("File " + id + " not found.");
  }

  public static Problem notFound(SkillId id) {
    return Problem.notFound("Skill " + id + " not found.");
  }

  public static Problem notFound(SkillVersionId id) {
    return Problem.notFound("Skill version " + id + " not found.");
  }

  /// All versions of a skill have one name.
  public static Problem otherName(SkillId skill, String name, String other) {
    return Problem.invalid(
        "files: the name of skill %s is \"%s\" in all its versions; this one has the name \"%s\""
            .formatted(skill, name, other));
  }

  public static Problem notFound(ResourceKind<?> kind, String id) {
    return Problem.notFound(kind.title() + " " + id + " not found.");
  }

  public static Problem noSuchVersion(ResourceKind<?> kind) {
    return Problem.notFound(kind.title() + " version not found.");
  }

  public static Problem inUse(ResourceKind<?> kind, String id) {
    return Problem.conflict(
        "%s %s cannot be deleted while sessions refer to it. Delete them, or archive it."
            .formatted(kind.title(), id));
  }

  /// @param taken the id of the resource that already has the name
  public static Problem nameTaken(ResourceKind<?> kind, String name, String taken) {
    var article = "aeiou".indexOf(kind.noun().charAt(0)) < 0 ? "A" : "An";
    return Problem.conflict(
        "%s %s named \"%s\" already exists: %s.".formatted(article, kind.noun(), name, taken));
  }
}
