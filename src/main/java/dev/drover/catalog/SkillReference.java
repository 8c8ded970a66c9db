package dev.drover.catalog;

/// A skill that an agent has.
///
/// @param type who wrote it
/// @param id the id of the skill
/// @param version the id of a version, or [#LATEST]; a session has versions only
public record SkillReference(Type type, String id, String version) {
  /// The newest version at the time when a session is created.
  public static final String LATEST = "latest";

  /// Who wrote a skill.
  public enum Type {
    /// A user of the workspace.
    CUSTOM,
    /// The vendor; an operator imported it.
    ANTHROPIC
  }

  public boolean isLatest() {
    return version.equals(LATEST);
  }

  /// This version of the skill.
  public SkillReference pinned(String versionId) {
    return new SkillReference(type, id, versionId);
  }
}
