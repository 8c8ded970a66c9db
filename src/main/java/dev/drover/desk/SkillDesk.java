package dev.drover.desk;

import dev.drover.base.Ids;
import dev.drover.base.Page;
import dev.drover.base.Problem;
import dev.drover.catalog.Blob;
import dev.drover.catalog.Blobs;
import dev.drover.skills.PackedSkill;
import dev.drover.skills.Scratch;
import dev.drover.skills.Skill;
import dev.drover.skills.SkillDraft;
import dev.drover.skills.SkillId;
import dev.drover.skills.SkillVersion;
import dev.drover.skills.SkillVersionId;
import dev.drover.skills.Skills;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.BiFunction;

/// The desk for skills: it checks, stores, lists, reads and deletes them. Every change is durable
/// when a call returns. A skill of another workspace is `NOT_FOUND`. Safe for many threads.
public final class SkillDesk {
  /// The number of skills that are packed at once; others wait.
  private static final int PACKERS = 2;

  private final Skills skills;
  private final Blobs blobs;
  private final Scratch scratch;
  private final Ids ids;
  private final InstantSource clock;
  private final Semaphore packers = new Semaphore(PACKERS, true);

  public SkillDesk(Skills skills, Blobs blobs, Scratch scratch, Ids ids, InstantSource clock) {
    this.skills = skills;
    this.blobs = blobs;
    this.scratch = scratch;
    this.ids = ids;
    this.clock = clock;
  }

  /// A draft for the files of a skill, to be closed by the caller.
  public SkillDraft draft() {
    return new SkillDraft(scratch);
  }

  /// Creates a skill.
  ///
  /// @param displayName empty: the name of the skill
  /// @throws Problem `INVALID_REQUEST` if the files are not a skill, or exceed the quota
  public Skill create(Caller caller, SkillDraft files, Optional<String> displayName)
      throws InterruptedException {
    return create(caller, new SkillId(ids.next(SkillId.PREFIX)), files, displayName);
  }

  /// Creates a skill under a name of the vendor's, or adds a version to it.
  ///
  /// @throws Problem `INVALID_REQUEST` also if its earlier versions have another name
  public Skill imported(Caller caller, SkillId id, SkillDraft files, Optional<String> displayName)
      throws InterruptedException {
    return create(caller, id, files, displayName);
  }

  private Skill create(Caller caller, SkillId id, SkillDraft files, Optional<String> displayName)
      throws InterruptedException {
    var now = now();
    return store(
        files,
        (packed, content) -> {
          var version = version(caller, id, packed, now);
          var skill =
              new Skill(
                  id,
                  caller.workspace(),
                  displayName.orElse(packed.name()),
                  version.id(),
                  now,
                  now);
          return skills.create(skill, version, content);
        });
  }

  /// Adds a version to a skill.
  ///
  /// @throws Problem `NOT_FOUND`; `INVALID_REQUEST` as [#create] says, and if the name of the skill
  ///   differs
  public SkillVersion add(Caller caller, SkillId id, SkillDraft files) throws InterruptedException {
    var now = now();
    return store(files, (packed, content) -> skills.add(version(caller, id, packed, now), content));
  }

  private SkillVersion.Draft version(Caller caller, SkillId id, PackedSkill packed, Instant now) {
    return new SkillVersion.Draft(
        new SkillVersionId(ids.next(SkillVersionId.PREFIX)),
        caller.workspace(),
        id,
        packed.name(),
        packed.description(),
        now);
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }

  /// Stores the content, then its row.
  private <T> T store(SkillDraft files, BiFunction<PackedSkill, Blob, T> row)
      throws InterruptedException {
    packers.acquire();
    try (var packed = files.pack()) {
      var content = put(packed);
      try {
        return row.apply(packed, content);
      } catch (Problem e) {
        if (e.kind() == Problem.Kind.INVALID_REQUEST || e.kind() == Problem.Kind.NOT_FOUND) {
          blobs.delete(content.id()); // nothing was written; otherwise that is not known
        }
        throw e;
      }
    } finally {
      packers.release();
    }
  }

  private Blob put(PackedSkill packed) throws InterruptedException {
    try {
      return blobs.put(packed.content(), Long.MAX_VALUE - 1);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // of a temporary file
    }
  }

  /// @throws Problem `NOT_FOUND`
  public Skill get(Caller caller, SkillId id) {
    return skills.get(caller.workspace(), id);
  }

  /// A page of skills, newest first.
  ///
  /// @throws Problem `INVALID_REQUEST` for a malformed cursor
  public Page<Skill> list(Caller caller, Skills.Listing listing) {
    return skills.list(caller.workspace(), listing);
  }

  /// Deletes a skill with all versions. Sessions that have one of them keep it.
  ///
  /// @throws Problem `NOT_FOUND`
  public void delete(Caller caller, SkillId id) {
    skills.delete(caller.workspace(), id);
  }

  /// A version of a skill.
  ///
  /// @param id empty: the newest one
  /// @throws Problem `NOT_FOUND`
  public SkillVersion version(Caller caller, SkillId skill, Optional<SkillVersionId> id) {
    return id.isPresent()
        ? skills.version(caller.workspace(), skill, id.get())
        : skills.latest(caller.workspace(), skill);
  }

  /// The versions of a skill, newest first.
  ///
  /// @throws Problem `NOT_FOUND`; `INVALID_REQUEST` for a malformed cursor
  public Page<SkillVersion> versions(
      Caller caller, SkillId skill, int limit, Optional<String> page) {
    return skills.versions(caller.workspace(), skill, limit, page);
  }

  /// Deletes a version. Sessions that have it keep it.
  ///
  /// @throws Problem `NOT_FOUND`; `INVALID_REQUEST` if it is the only one
  public void delete(Caller caller, SkillId skill, SkillVersionId id) {
    skills.delete(caller.workspace(), skill, id);
  }

  /// The archive of a version, to be closed.
  ///
  /// @throws Problem `NOT_FOUND` if it was deleted meanwhile; `UNAVAILABLE` if the storage fails
  public InputStream open(SkillVersion version) throws InterruptedException {
    return blobs
        .get(version.content().id())
        .orElseThrow(() -> Problem.notFound("Skill version " + version.id() + " not found."));
  }
}
