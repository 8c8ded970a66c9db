package dev.drover.skills;

import dev.drover.catalog.WorkspaceId;
import java.time.Instant;

/// A skill. It has at least one version.
///
/// @param displayName shown to people; up to 255 characters, not unique
/// @param latest its newest version
/// @param updatedAt when its versions became what they are
public record Skill(
    SkillId id,
    WorkspaceId workspace,
    String displayName,
    SkillVersionId latest,
    Instant createdAt,
    Instant updatedAt) {}
