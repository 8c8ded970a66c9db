package dev.drover.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.anthropic.core.MultipartField;
import com.anthropic.errors.BadRequestException;
import com.anthropic.errors.NotFoundException;
import com.anthropic.models.beta.skills.SkillCreateParams;
import com.anthropic.models.beta.skills.SkillListParams;
import com.anthropic.models.beta.skills.versions.VersionCreateParams;
import com.anthropic.models.beta.skills.versions.VersionDeleteParams;
import com.anthropic.models.beta.skills.versions.VersionDownloadParams;
import com.anthropic.models.beta.skills.versions.VersionListParams;
import com.anthropic.models.beta.skills.versions.VersionRetrieveParams;
import com.anthropic.models.skills.Skill;
import dev.drover.base.Json;
import dev.drover.skills.ZipBytes;
import dev.drover.testing.Script;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;

/// Skills and their versions, through both services of the client.
abstract class SkillCases {
  private final Rig rig;

  SkillCases(Rig rig) {
    this.rig = rig;
  }

  private static MultipartField<InputStream> file(String name, byte[] content) {
    return MultipartField.<InputStream>builder()
        .value(new ByteArrayInputStream(content))
        .filename(name)
        .build();
  }

  private static MultipartField<InputStream> manifest(String name, String description) {
    var text = ZipBytes.manifest(name, description);
    return file(name + "/SKILL.md", text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void aSkillOfFilesGetsAVersionFromAnArchive() throws Exception {
    var skills = rig.beta.skills();
    var made =
        skills.create(
            SkillCreateParams.builder()
                .addFile(manifest("charts", "Draws charts."))
                .addFile(file("charts/lib/draw.py", new byte[] {'x'}))
                .displayName("Charts for démos")
                .build());
    assertThat(made.displayName()).isEqualTo("Charts for démos");
    assertThat(made.source().type().asString()).isEqualTo("custom");
    assertThat(skills.retrieve(made.id())).isEqualTo(made);

    var zip = ZipBytes.skill("charts", "Draws better charts.").bytes();
    var second =
        skills
            .versions()
            .create(
                made.id(), VersionCreateParams.builder().addFile(file("charts.zip", zip)).build());
    assertThat(second.name()).isEqualTo("charts");
    assertThat(second.description()).isEqualTo("Draws better charts.");
    assertThat(second.skillId()).isEqualTo(made.id());
    for (var name : List.of("latest", second.id())) {
      assertThat(
              skills
                  .versions()
                  .retrieve(name, VersionRetrieveParams.builder().skillId(made.id()).build()))
          .isEqualTo(second);
    }
    var first = VersionDownloadParams.builder().skillId(made.id()).build();
    try (var response = skills.versions().download(made.latestVersionId(), first);
        var archive = new ZipInputStream(response.body())) {
      assertThat(archive.getNextEntry().getName()).isEqualTo("charts/SKILL.md");
      assertThat(archive.getNextEntry().getName()).isEqualTo("charts/lib/draw.py");
      assertThat(archive.getNextEntry()).isNull();
    }
    assertThat(
            skills
                .versions()
                .list(made.id(), VersionListParams.builder().limit(1).build())
                .autoPager())
        .extracting(version -> version.id())
        .containsExactly(second.id(), made.latestVersionId());

    var one = VersionDeleteParams.builder().skillId(made.id()).build();
    assertThat(skills.versions().delete(second.id(), one).id()).isEqualTo(second.id());
    assertThatThrownBy(() -> skills.versions().delete(made.latestVersionId(), one))
        .isInstanceOf(BadRequestException.class)
        .hasMessageContaining("at least one version");
    assertThat(skills.delete(made.id()).id()).isEqualTo(made.id());
    assertThatThrownBy(() -> skills.retrieve(made.id())).isInstanceOf(NotFoundException.class);
  }

  @Test
  void skillsAreListedInPages() {
    var skills = rig.beta.skills();
    var made =
        List.of("page-a", "page-b", "page-c").stream()
            .map(name -> SkillCreateParams.builder().addFile(manifest(name, "x")).build())
            .map(skills::create)
            .toList();
    var custom = SkillListParams.builder().limit(2).source("custom").build();
    assertThat(skills.list(custom).autoPager()).containsAll(made);
    var vendors = SkillListParams.builder().source("anthropic").build();
    assertThat(skills.list(vendors).autoPager()).doesNotContainAnyElementsOf(made);
    made.forEach(skill -> skills.delete(skill.id()));
  }

  @Test
  void aFormThatIsNoSkillIsRefusedWithItsReason() {
    var wrong = SkillCreateParams.builder().addFile(file("a/README.md", new byte[1])).build();
    assertThatThrownBy(() -> rig.beta.skills().create(wrong))
        .isInstanceOf(BadRequestException.class)
        .hasMessageContaining("contains no SKILL.md");
    var other = SkillCreateParams.builder().addFile(manifest("kept", "x")).build();
    var made = rig.beta.skills().create(other);
    var version = VersionCreateParams.builder().addFile(manifest("other", "x")).build();
    assertThatThrownBy(() -> rig.beta.skills().versions().create(made.id(), version))
        .isInstanceOf(BadRequestException.class)
        .hasMessageContaining("the name of skill");
    rig.beta.skills().delete(made.id());
  }

  @Test
  void anAgentReadsItsSkillsAndNobodyWritesThem() throws Exception {
    var tool = "#!/bin/sh\necho ran\n".getBytes(StandardCharsets.UTF_8);
    var made =
        rig.beta
            .skills()
            .create(
                SkillCreateParams.builder()
                    .addFile(manifest("poems", "Writes poems."))
                    .addFile(file("poems/bin/tool", tool))
                    .build());
    var command =
        """
        cd /skills/poems && head -3 SKILL.md && ./bin/tool && stat -c %a SKILL.md bin/tool
        head -2 /workspace/skills/poems/SKILL.md | tail -1
        echo x >> SKILL.md || touch new || mkdir /skills/other || rm -r bin || echo read-only\
        """;
    rig.model.forget();
    rig.model.script(
        Script.reply().toolUse("bash", Json.obj("command", command)),
        Script.reply().toolUse("read", Json.obj("file_path", "skills/poems/SKILL.md")),
        Script.reply().text("Done."));
    var agent = Rig.coder().system("Be brief.").addCustomSkill(made.id());
    try (var talk = rig.talk(agent)) {
      talk.say("Go");
      var used = talk.untilIdle();
      assertThat(used.stopReason().isEndTurn()).isTrue();
      var asked = rig.model.requests().getLast().body();
      assertThat(asked.get("system").orElseThrow().toString())
          .contains(
              "Be brief.\\n\\nYou have the skills below.",
              "- poems (/skills/poems/SKILL.md): Writes poems.");
      assertThat(asked.get("messages").orElseThrow().toString())
          .contains(
              "name: poems\\ndescription: Writes poems.\\nran\\n444\\n555\\nname: poems\\n",
              "Read-only file system",
              "\\nread-only",
              "# Use it");
      var session = rig.beta.sessions().retrieve(talk.id);
      var skill = session.agent().skills().getFirst().asCustom();
      assertThat(skill.skillId()).isEqualTo(made.id());
      assertThat(skill.version()).isEqualTo(made.latestVersionId());
    }
    rig.beta.skills().delete(made.id());
    assertThatThrownBy(
            () -> rig.beta.agents().create(Rig.coder().addCustomSkill(made.id()).build()))
        .isInstanceOf(BadRequestException.class)
        .hasMessageContaining("skills: skill " + made.id() + " does not exist");
    assertThatThrownBy(
            () -> rig.beta.agents().create(Rig.coder().addAnthropicSkill("xlsx").build()))
        .isInstanceOf(BadRequestException.class)
        .hasMessageContaining("drover skills import DIR --as xlsx");
  }

  @Test
  void theServiceOutsideOfBetaDoesTheSame() {
    var skills = rig.skills;
    var made =
        skills.create(
            com.anthropic.models.skills.SkillCreateParams.builder()
                .addFile(manifest("plain", "First."))
                .build());
    assertThat(made.displayName()).isEqualTo("plain");
    assertThat(skills.retrieve(made.id())).isEqualTo(made);
    assertThat(skills.list().autoPager()).extracting(Skill::id).contains(made.id());
    var version =
        skills
            .versions()
            .create(
                made.id(),
                com.anthropic.models.skills.versions.VersionCreateParams.builder()
                    .addFile(manifest("plain", "Second."))
                    .build());
    assertThat(skills.versions().list(made.id()).items()).hasSize(2);
    var latest =
        skills
            .versions()
            .retrieve(
                "latest",
                com.anthropic.models.skills.versions.VersionRetrieveParams.builder()
                    .skillId(made.id())
                    .build());
    assertThat(latest).isEqualTo(version);
    var deleted =
        skills
            .versions()
            .delete(
                version.id(),
                com.anthropic.models.skills.versions.VersionDeleteParams.builder()
                    .skillId(made.id())
                    .build());
    assertThat(deleted.id()).isEqualTo(version.id());
    assertThat(skills.delete(made.id()).id()).isEqualTo(made.id());
  }
}
