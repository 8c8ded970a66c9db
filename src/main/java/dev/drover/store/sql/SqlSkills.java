package dev.drover.store.sql;

import dev.drover.base.Page;
import dev.drover.base.Problem;
import dev.drover.catalog.Blob;
import dev.drover.catalog.WorkspaceId;
import dev.drover.session.SessionId;
import dev.drover.skills.Skill;
import dev.drover.skills.SkillId;
import dev.drover.skills.SkillVersion;
import dev.drover.skills.SkillVersionId;
import dev.drover.skills.Skills;
import dev.drover.store.Cursor;
import dev.drover.store.Refusals;
import java.sql.SQLException;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

final class SqlSkills implements Skills {
  private final Writer writer;
  private final Readers readers;
  private final BlobRows blobs;
  private final InstantSource clock;

  SqlSkills(Writer writer, Readers readers, BlobRows blobs, InstantSource clock) {
    this.writer = writer;
    this.readers = readers;
    this.blobs = blobs;
    this.clock = clock;
  }

  @Override
  public Skill create(Skill skill, SkillVersion.Draft version, Blob content) {
    return writer.call(
        skill.workspace().value(),
        (db, _) -> {
          blobs.lock(db, skill.workspace());
          if (!SkillRows.exists(db, skill.workspace(), skill.id())) {
            SkillRows.insert(db, skill);
          }
          insert(db, version, content);
          return SkillRows.get(db, skill.workspace(), skill.id());
        });
  }

  @Override
  public SkillVersion add(SkillVersion.Draft version, Blob content) {
    return writer.call(
        version.workspace().value(),
        (db, _) -> {
          blobs.lock(db, version.workspace());
          SkillRows.get(db, version.workspace(), version.skill());
          return insert(db, version, content);
        });
  }

  private SkillVersion insert(Db db, SkillVersion.Draft draft, Blob content) throws SQLException {
    var latest = SkillRows.latest(db, draft.workspace(), draft.skill());
    if (latest.isPresent() && !latest.get().name().equals(draft.name())) {
      throw Refusals.otherName(draft.skill(), latest.get().name(), draft.name());
    }
    var kept = new Blob(blobs.keep(db, draft.workspace(), content), content.size());
    var version = draft.with(kept, SkillRows.next(db, draft.workspace(), draft.skill()));
    SkillRows.insert(db, version);
    SkillRows.touch(db, draft.workspace(), draft.skill(), draft.createdAt());
    return version;
  }

  @Override
  public Skill get(WorkspaceId workspace, SkillId id) {
    return readers.call(db -> SkillRows.get(db, workspace, id));
  }

  @Override
  public Page<Skill> list(WorkspaceId workspace, Listing listing) {
    var query = SkillRows.page(workspace, listing);
    var found = readers.call(db -> db.list(query.sql(), SkillRows::skill, query.values()));
    return Cursor.page(
        found,
        listing.limit(),
        SkillRows.LIST,
        false,
        skill -> new Cursor(skill.createdAt(), skill.id().value()));
  }

  @Override
  public void delete(WorkspaceId workspace, SkillId id) {
    writer.call(
        workspace.value(),
        (db, _) -> {
          blobs.lock(db, workspace);
          SkillRows.get(db, workspace, id);
          for (var version : SkillRows.versions(db, workspace, id)) {
            SkillRows.delete(db, blobs, version);
          }
          SkillRows.deleteSkill(db, workspace, id);
          return true;
        });
  }

  @Override
  public SkillVersion version(WorkspaceId workspace, SkillId skill, SkillVersionId id) {
    return readers
        .call(db -> SkillRows.version(db, workspace, skill, id))
        .orElseThrow(() -> Refusals.notFound(id));
  }

  @Override
  public SkillVersion latest(WorkspaceId workspace, SkillId skill) {
    return readers
        .call(db -> SkillRows.latest(db, workspace, skill))
        .orElseThrow(() -> Refusals.notFound(skill));
  }

  @Override
  public Page<SkillVersion> versions(
      WorkspaceId workspace, SkillId skill, int limit, Optional<String> page) {
    long before =
        Cursor.read(page, SkillRows.VERSIONS, false)
            .map(cursor -> (long) cursor.version())
            .orElse(Long.MAX_VALUE);
    var found =
        readers.call(
            db -> {
              SkillRows.get(db, workspace, skill);
              return SkillRows.versions(db, workspace, skill, limit, before);
            });
    return Cursor.page(
        found,
        limit,
        SkillRows.VERSIONS,
        false,
        version -> Cursor.ofVersion(version.createdAt(), Math.toIntExact(version.number())));
  }

  @Override
  public List<SkillVersion> of(SessionId session) {
    return readers.call(db -> SkillRows.of(db, session));
  }

  @Override
  public void delete(WorkspaceId workspace, SkillId skill, SkillVersionId id) {
    writer.call(
        workspace.value(),
        (db, _) -> {
          blobs.lock(db, workspace);
          var version =
              SkillRows.version(db, workspace, skill, id).orElseThrow(() -> Refusals.notFound(id));
          if (SkillRows.versions(db, workspace, skill).size() == 1) {
            throw Problem.invalid(
                "A skill has at least one version: add another one first, or delete the skill.");
          }
          SkillRows.delete(db, blobs, version);
          SkillRows.touch(db, workspace, skill, clock.instant().truncatedTo(ChronoUnit.MICROS));
          return true;
        });
  }
}
