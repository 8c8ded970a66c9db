package dev.drover.testing;

import dev.drover.base.Page;
import dev.drover.catalog.Blob;
import dev.drover.catalog.WorkspaceId;
import dev.drover.session.SessionId;
import dev.drover.skills.Skill;
import dev.drover.skills.SkillId;
import dev.drover.skills.SkillVersion;
import dev.drover.skills.SkillVersionId;
import dev.drover.skills.Skills;
import java.util.List;
import java.util.Optional;

/// Other skills seen through one's own eyes: override what should go otherwise.
public interface SkillsView extends Skills {
  /// The ones behind it.
  Skills skills();

  @Override
  default Skill create(Skill skill, SkillVersion.Draft version, Blob content) {
    return skills().create(skill, version, content);
  }

  @Override
  default SkillVersion add(SkillVersion.Draft version, Blob content) {
    return skills().add(version, content);
  }

  @Override
  default Skill get(WorkspaceId workspace, SkillId id) {
    return skills().get(workspace, id);
  }

  @Override
  default Page<Skill> list(WorkspaceId workspace, Listing listing) {
    return skills().list(workspace, listing);
  }

  @Override
  default void delete(WorkspaceId workspace, SkillId id) {
    skills().delete(workspace, id);
  }

  @Override
  default SkillVersion version(WorkspaceId workspace, SkillId skill, SkillVersionId id) {
    return skills().version(workspace, skill, id);
  }

  @Override
  default SkillVersion latest(WorkspaceId workspace, SkillId skill) {
    return skills().latest(workspace, skill);
  }

  @Override
  default Page<SkillVersion> versions(
      WorkspaceId workspace, SkillId skill, int limit, Optional<String> page) {
    return skills().versions(workspace, skill, limit, page);
  }

  @Override
  default List<SkillVersion> of(SessionId session) {
    return skills().of(session);
  }

  @Override
  default void delete(WorkspaceId workspace, SkillId skill, SkillVersionId id) {
    skills().delete(workspace, skill, id);
  }
}
