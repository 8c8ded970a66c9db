package dev.drover.skills;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.catalog.Blob;
import dev.drover.catalog.BlobId;
import dev.drover.catalog.WorkspaceId;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SkillNoteTest {
  private static SkillVersion version(String name, String description) {
    return new SkillVersion(
        new SkillVersionId("skver_" + name),
        new WorkspaceId("wrkspc_1"),
        new SkillId("skill_" + name),
        name,
        description,
        new Blob(new BlobId("0".repeat(64) + "-1"), 1),
        1,
        Instant.EPOCH);
  }

  @Test
  void withoutSkillsThereIsNoNote() {
    assertThat(SkillNote.of(List.of())).isEmpty();
  }

  @Test
  void aNoteListsTheSkillsByNameWhateverTheirOrder() {
    var b = version("b", "Reads\n\u2028  \u202Efiles.\t");
    var a = version("a", "Writes files.");
    var note = SkillNote.of(List.of(b, a)).orElseThrow();
    assertThat(note).isEqualTo(SkillNote.of(List.of(a, b)).orElseThrow());
    assertThat(note)
        .startsWith("You have the skills below.")
        .endsWith(
            "\n\n- a (/skills/a/SKILL.md): Writes files.\n- b (/skills/b/SKILL.md): Reads files.");
  }
}
