package dev.drover.skills;

import dev.drover.catalog.Blob;
import dev.drover.catalog.WorkspaceId;
import java.time.Instant;

/// A version of a skill. It never changes.
///
/// @param name the name of the skill's directory, which all versions of a skill share
/// @param content the files, as a zip archive with one directory
/// @param number from 1, in the order of the versions
public record SkillVersion(
    SkillVersionId id,
    WorkspaceId workspace,
    SkillId skill,
    String name,
    String description,
    Blob content,
    long number,
    Instant createdAt) {
  /// A version that is to be added.
  public record Draft(
      SkillVersionId id,
      WorkspaceId workspace,
      SkillId skill,
      String name,
      String description,
      Instant createdAt) {
    public SkillVersion with(Blob content, long number) {
      return new SkillVersion(id, workspace, skill, name, description, content, number, createdAt);
    }
  }
}
