package dev.drover.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.skills.ZipBytes;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Skills over HTTP.
@Tag("database")
final class SkillRoutesTest {
  private static final String FILES = "files[]\"; filename=\"";

  @TempDir private static Path directory;
  private static Api api;

  @BeforeAll
  static void start() throws Exception {
    api = Api.withFiles(directory);
  }

  @AfterAll
  static void stop() {
    api.close();
  }

  private static Api.Answer zip(String path, String filename, byte[] zip) throws Exception {
    return send(path, part(FILES + filename), BodyPublishers.ofByteArray(zip));
  }

  private static String part(String name) {
    return "--b\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n";
  }

  private static Api.Answer send(String path, String head, BodyPublisher content) throws Exception {
    return api.send(
        api.request(path)
            .header("content-type", "multipart/form-data; boundary=b")
            .POST(
                BodyPublishers.concat(
                    BodyPublishers.ofString(head),
                    content,
                    BodyPublishers.ofString("\r\n--b--\r\n")))
            .build());
  }

  private static HttpResponse<byte[]> content(String path) throws Exception {
    return api.http.send(api.request(path + "/content").build(), BodyHandlers.ofByteArray());
  }

  @Test
  void aSkillGoesThroughItsLife() throws Exception {
    var skill =
        send(
            "/v1/skills",
            part("display_name") + "My démo\r\n" + part(FILES + "any/thing.zip"),
            BodyPublishers.ofByteArray(ZipBytes.skill("demo", "First.").bytes()));
    assertThat(skill.status()).as(skill.body() + "").isEqualTo(200);
    assertThat(skill.text("id")).startsWith("skill_");
    assertThat(skill.text("type")).isEqualTo("skill");
    assertThat(skill.text("display_name")).isEqualTo("My démo");
    assertThat(skill.body().object("source")).isEqualTo(Json.obj("type", "custom"));
    var one = "/v1/skills/" + skill.text("id");
    assertThat(api.get(one).body()).isEqualTo(skill.body());

    var second = zip(one + "/versions", "x.zip", ZipBytes.skill("demo", "Second.").bytes());
    assertThat(second.text("type")).isEqualTo("skill_version");
    assertThat(second.text("skill_id")).isEqualTo(skill.text("id"));
    assertThat(second.text("name")).isEqualTo("demo");
    assertThat(second.text("description")).isEqualTo("Second.");
    assertThat(api.get(one + "/versions/latest").body()).isEqualTo(second.body());
    assertThat(api.get(one).text("latest_version_id")).isEqualTo(second.text("id"));
    assertThat(api.get(one + "/versions").data("description")).containsExactly("Second.", "First.");

    var first = one + "/versions/" + skill.text("latest_version_id");
    assertThat(api.delete(first).body())
        .isEqualTo(
            Json.obj("id", skill.text("latest_version_id"), "type", "skill_version_deleted"));
    assertThat(content(first).statusCode()).isEqualTo(404);
    var last = api.delete(one + "/versions/" + second.text("id"));
    assertThat(last.status()).isEqualTo(400);
    assertThat(last.error()).contains("at least one version");
    assertThat(api.delete(one).body())
        .isEqualTo(Json.obj("id", skill.text("id"), "type", "skill_deleted"));
    assertThat(api.get(one).status()).isEqualTo(404);
    assertThat(api.get(one + "/versions/latest").status()).isEqualTo(404);
  }

  @Test
  void aDownloadIsTheSameArchiveEachTimeAndCanBeUploadedAgain() throws Exception {
    var zip =
        ZipBytes.skill("again", "x").file("again/run", ZipBytes.SCRIPT, new byte[] {1}).bytes();
    var one = "/v1/skills/" + zip("/v1/skills", "a.zip", zip).text("id") + "/versions";
    var archive = content(one + "/latest");
    assertThat(archive.statusCode()).isEqualTo(200);
    assertThat(archive.headers().firstValue("content-type")).hasValue("application/zip");
    assertThat(archive.headers().firstValue("content-disposition"))
        .hasValue("attachment; filename=\"again.zip\"");
    assertThat(archive.headers().firstValueAsLong("content-length"))
        .hasValue(archive.body().length);
    assertThat(Arrays.copyOf(archive.body(), 4)).isEqualTo(new byte[] {'P', 'K', 3, 4});
    var second = zip(one, "a.zip", archive.body());
    assertThat(content(one + "/" + second.text("id")).body()).isEqualTo(archive.body());
  }

  @Test
  void anOperatorImportsASkillUnderANameOfTheVendors() throws Exception {
    var skill = api.uploadSkill("/drover/skills/pptx", "slides");
    assertThat(skill.text("id")).isEqualTo("pptx");
    assertThat(skill.body().object("source")).isEqualTo(Json.obj("type", "anthropic"));
    assertThat(skill.text("display_name")).isEqualTo("slides");
    var again = api.uploadSkill("/drover/skills/pptx", "slides");
    assertThat(again.text("latest_version_id")).isNotEqualTo(skill.text("latest_version_id"));
    assertThat(api.get("/v1/skills/pptx").body()).isEqualTo(again.body());
    assertThat(api.get("/v1/skills/pptx/versions").data("id")).hasSize(2);
    assertThat(api.get("/v1/skills?source=anthropic").data("id")).containsExactly("pptx");
    assertThat(api.get("/v1/skills?source=custom").data("id")).doesNotContain("pptx");
    assertThat(api.uploadSkill("/drover/skills/pptx", "other").status()).isEqualTo(400);
  }

  @Test
  void anAgentNamesSkillsAndASessionGetsTheirVersions() throws Exception {
    var skill = api.uploadSkill("/v1/skills", "pinned");
    var id = skill.text("id");
    var latest = Json.obj("type", "custom", "skill_id", id, "version", "latest");
    var agent = agent("[{\"type\":\"custom\",\"skill_id\":\"" + id + "\"}]");
    assertThat(agent.body().get("skills")).hasValue(Json.arr(latest));
    var pinned = latest.with("version", skill.text("latest_version_id"));
    var session = session(agent.text("id"));
    assertThat(session.body().object("agent").get("skills")).hasValue(Json.arr(pinned));

    var versions = "/v1/skills/" + id + "/versions";
    var second = api.uploadSkill(versions, "pinned").text("id");
    assertThat(session(agent.text("id")).body().object("agent").get("skills"))
        .hasValue(Json.arr(latest.with("version", second)));
    api.delete("/v1/skills/" + id);
    assertThat(api.get("/v1/sessions/" + session.text("id")).body().object("agent").get("skills"))
        .hasValue(Json.arr(pinned));
    assertThat(session(agent.text("id")).error()).contains("skill " + id + " does not exist");
    var path = "/v1/agents/" + agent.text("id");
    assertThat(api.post(path, "{\"description\":\"d\"}").status()).isEqualTo(200);
    assertThat(api.post(path, "{\"tools\":[]}").error()).contains("tools: an agent with skills");
    assertThat(api.post(path, "{\"tools\":[],\"skills\":null}").status()).isEqualTo(200);
  }

  private static Api.Answer agent(String skills) throws Exception {
    return api.post(
        "/v1/agents",
        "{\"name\":\"a\",\"model\":\"rehearsal\",\"tools\":[{\"type\":\"agent_toolset_20260401\"}],\"skills\":%s}"
            .formatted(skills));
  }

  private static Api.Answer session(String agent) throws Exception {
    return api.post(
        "/v1/sessions", Json.obj("agent", agent, "environment_id", api.environment()).toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          [1]                                                       | skills.0: must be an object
          [{"type":"plugin","skill_id":"x"}]                        | skills.0.type: must be
          [{"type":"custom"}]                                       | skills.0.skill_id: field required
          [{"type":"custom","skill_id":"xlsx"}]                     | is not the id of a custom skill
          [{"type":"anthropic","skill_id":"skill_1"}]               | is the id of a custom skill
          [{"type":"custom","skill_id":"Skill"}]                    | skills.0.skill_id: Invalid skill ID
          [{"type":"custom","skill_id":"skill_1"}]                  | skill skill_1 does not exist
          [{"type":"custom","skill_id":"skill_1","version":"skver_1"}] | has no version skver_1
          [{"type":"custom","skill_id":"skill_1","version":"1"}]    | skills.0.version: Invalid
          [{"type":"custom","skill_id":"skill_1","version":1}]      | skills.0.version: must be
          [{"type":"custom","skill_id":"skill_1","x":1}]            | skills.0.x: unknown field
          [{"type":"anthropic","skill_id":"docx"}]                  | import DIR --as docx
          """)
  void anAgentWithoutSuchASkillIsRefused(String skills, String message) throws Exception {
    var answer = agent(skills);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.error()).contains(message);
  }

  @Test
  void twoSkillsOfOneNameMakeNoSession() throws Exception {
    var one = api.uploadSkill("/v1/skills", "twin").text("id");
    var two = api.uploadSkill("/v1/skills", "twin").text("id");
    var both =
        "[{\"type\":\"custom\",\"skill_id\":\"%s\"},{\"type\":\"custom\",\"skill_id\":\"%s\"}]";
    var agent = agent(both.formatted(one, two));
    assertThat(session(agent.text("id")).error()).contains("have the same name, \"twin\"");
    assertThat(agent(both.formatted(one, one)).error())
        .contains("skills.1.skill_id: is used twice");
  }

  @Test
  void pagesLeadThroughAllSkills() throws Exception {
    for (int i = 0; i < 3; i++) {
      assertThat(api.uploadSkill("/v1/skills", "page" + i).status()).isEqualTo(200);
    }
    var first = api.get("/v1/skills?limit=2");
    assertThat(first.data("display_name")).containsExactly("page2", "page1");
    var next = api.get("/v1/skills?limit=2&page=" + first.text("next_page"));
    assertThat(next.data("display_name").getFirst()).isEqualTo("page0");
  }

  @Test
  void aRequestOf30MegabytesIsTheLimit() throws Exception {
    var large = ZipBytes.skill("large", "x").stored("large/x", new byte[30 << 20]).bytes();
    var answer = zip("/v1/skills", "large.zip", large);
    assertThat(answer.status()).isEqualTo(413);
    assertThat(answer.body().object("error").text("type")).isEqualTo("request_too_large");
    assertThat(answer.error()).endsWith(": The request is larger than 30 MB.");
  }

  @Test
  void aRefusedUploadLeavesNothing() throws Exception {
    var before = stored();
    assertThat(api.uploadSkill("/v1/skills", "Wrong Name").status()).isEqualTo(400);
    var one = "/v1/skills/" + api.uploadSkill("/v1/skills", "kept").text("id");
    assertThat(api.uploadSkill(one + "/versions", "other").status()).isEqualTo(400);
    assertThat(stored()).isEqualTo(before + 1);
  }

  private static long stored() throws Exception {
    try (var files = Files.walk(directory.resolve("blobs"))) {
      return files.filter(file -> file.getFileName().toString().matches("[0-9a-f]{64}-.*")).count();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          files[]                         | x          | files: "" must be a zip archive
          files[]"; filename="            | x          | files: "" must be a zip archive
          files[]"; filename="a.zip       | no archive | files: "a.zip" must be a zip archive, or
          files[]"; filename="a/SKILL.md  | x          | files: the frontmatter of SKILL.md: must
          files"; filename="a/SKILL.md    | x          | files: the frontmatter of SKILL.md: must
          file"; filename="a/SKILL.md     | x          | unknown field
          display_name                    | x          | files: missing
          version                         | 1          | unknown field
          """)
  void aFormThatIsNoSkillIsRefused(String part, String content, String message) throws Exception {
    var answer = api.form("/v1/skills", part, content);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.error()).contains(message);
  }

  @Test
  void aDisplayNameIsALineOfAtMost255Characters() throws Exception {
    for (var name : List.of("x".repeat(256), "a\tb", "a\0")) {
      var answer = api.form("/v1/skills", "display_name", name);
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.error()).contains(": display_name: must");
    }
    var skill = "/v1/skills/" + api.uploadSkill("/v1/skills", "named").text("id");
    var twice = "x\r\n--b\r\nContent-Disposition: form-data; name=\"display_name\"\r\n\r\ny";
    assertThat(api.form("/v1/skills", "display_name", twice).error())
        .contains("display_name: must not be repeated");
    assertThat(api.form(skill + "/versions", "display_name", "x").error())
        .contains("display_name: belongs to the skill");
  }

  @ParameterizedTest
  @CsvSource({
    "/v1/skills/skill_none, 404, Skill skill_none not found.",
    "/v1/skills/none, 404, Skill none not found.",
    "/v1/skills/No, 400, Invalid skill ID",
    "/v1/skills/skill_none/versions, 404, Skill skill_none not found.",
    "/v1/skills/skill_none/versions/latest, 404, Skill skill_none not found.",
    "/v1/skills/skill_none/versions/1, 400, Invalid skill version ID",
    "/v1/skills?source=plugin, 400, source: must be custom or anthropic",
    "/v1/skills?limit=101, 400, limit: must be an integer from 1 to 100",
    "/v1/skills?page=x, 400, invalid page cursor",
  })
  void aReadSaysWhatIsWrong(String path, int status, String message) throws Exception {
    var answer = api.get(path);
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.error()).endsWith(": " + message);
  }
}
