package dev.drover.skills;

import dev.drover.base.Page;
import dev.drover.catalog.Blob;
import dev.drover.catalog.WorkspaceId;
import dev.drover.session.SessionId;
import java.util.List;
import java.util.Optional;

/// The skills of all workspaces. Their contents are in [dev.drover.catalog.Blobs]: they are stored
/// before the rows that refer to them, and deleted by jobs after the last reference. A version that
/// was deleted keeps its content for as long as a session has it. Durable when a call returns; safe
/// for many threads. What belongs to another workspace is `NOT_FOUND`.
public interface Skills {
  /// How to list skills, newest first.
  ///
  /// @param limit the number of skills on a page, from 1
  /// @param page the cursor of an earlier page's `next`
  /// @param imported only those that an operator imported, or only the others; empty for all
  record Listing(int limit, Optional<String> page, Optional<Boolean> imported) {}

  /// Adds a skill with its first version. If an operator imported a skill with this id before, the
  /// version becomes its latest one.
  ///
  /// @param version without a content
  /// @param content stored, and without any reference
  /// @throws dev.drover.base.Problem `INVALID_REQUEST` if the workspace would exceed its quota, or
  ///   if the skill exists and its versions have another name
  Skill create(Skill skill, SkillVersion.Draft version, Blob content);

  /// Adds a version to a skill.
  ///
  /// @throws dev.drover.base.Problem `NOT_FOUND`, and as [#create] says
  SkillVersion add(SkillVersion.Draft version, Blob content);

  /// @throws dev.drover.base.Problem `NOT_FOUND`
  Skill get(WorkspaceId workspace, SkillId id);

  /// @throws dev.drover.base.Problem `INVALID_REQUEST` for a cursor that is malformed
  Page<Skill> list(WorkspaceId workspace, Listing listing);

  /// Deletes a skill with all versions.
  ///
  /// @throws dev.drover.base.Problem `NOT_FOUND`
  void delete(WorkspaceId workspace, SkillId id);

  /// @throws dev.drover.base.Problem `NOT_FOUND`
  SkillVersion version(WorkspaceId workspace, SkillId skill, SkillVersionId id);

  /// The newest version of a skill.
  ///
  /// @throws dev.drover.base.Problem `NOT_FOUND`
  SkillVersion latest(WorkspaceId workspace, SkillId skill);

  /// The versions of a skill, newest first.
  ///
  /// @throws dev.drover.base.Problem `NOT_FOUND`; `INVALID_REQUEST` for a cursor that is malformed
  Page<SkillVersion> versions(
      WorkspaceId workspace, SkillId skill, int limit, Optional<String> page);

  /// The versions that a session has, in no order. They exist as long as the session.
  List<SkillVersion> of(SessionId session);

  /// Deletes a version.
  ///
  /// @throws dev.drover.base.Problem `NOT_FOUND`; `INVALID_REQUEST` if it is the only one
  void delete(WorkspaceId workspace, SkillId skill, SkillVersionId id);
}
