package dev.drover.skills;

import dev.drover.catalog.BlobId;
import dev.drover.catalog.WorkspaceId;
import java.time.Instant;

/// A version of a skill. It never changes.
///
/// @param name the name of the skill's directory, which all versions of a skill share
/// @param content the files, as a zip archive with one directory
/// @param size of the archive, in bytes
public record SkillVersion(
    SkillVersionId id,
    WorkspaceId workspace,
    SkillId skill,
    String name,
    String description,
    BlobId content,
    long size,
    Instant createdAt) {}
