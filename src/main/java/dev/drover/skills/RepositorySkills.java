package dev.drover.skills;

import dev.drover.session.RepositorySkill;
import java.io.IOException;
import java.io.InputStream;

/// The reader of the skills that are part of repositories.
public final class RepositorySkills {
  private RepositorySkills() {}

  /// Reads the beginning of a `SKILL.md`.
  ///
  /// @param path of the file in the sandbox
  /// @throws dev.drover.base.Problem `INVALID_REQUEST` if it is not that of a skill
  public static RepositorySkill read(InputStream skill, String path) throws IOException {
    var head = Frontmatter.read(skill);
    return new RepositorySkill(head.name(), SkillNote.oneLine(head.description()), path);
  }
}
