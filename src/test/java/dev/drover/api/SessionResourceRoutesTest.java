package dev.drover.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What clients may send about the resources of a session, and what is refused.
@Tag("database")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SessionResourceRoutesTest {
  private Api api;
  private String file;
  private String session;

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    api = Api.withFiles(directory);
    file = api.upload("data.csv", new byte[] {1}).text("id");
    session = api.session();
  }

  @AfterAll
  void stop() {
    api.close();
  }

  private List<Json> resources() throws Exception {
    return api.get(session + "/resources").body().items("data");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {}                                                  | type: field required
          {"type":null}                                       | type: field required
          {"type":1}                                          | type: must be a string
          {"type":"files"}                                    | type: must be "file"
          {"type":"memory_store","memory_store_id":"m"}       | type: must be "file": memory stores are attached when a session is created
          {"type":"github_repository","url":"u"}              | type: must be "file": repositories are chosen when a session is created
          {"type":"file"}                                     | file_id: field required
          {"type":"file","file_id":null}                      | file_id: field required
          {"type":"file","file_id":[]}                        | file_id: must be a string
          {"type":"file","file_id":"../x"}                    | file_id: Invalid file ID
          {"type":"file","file_id":"sesn_01a"}                | file_id: Invalid file ID
          {"type":"file","file_id":"FILE","mount_path":1}     | mount_path: must be a string
          {"type":"file","file_id":"FILE","mount_path":""}    | mount_path: must have 1 to 1024 characters
          {"type":"file","file_id":"FILE","mount_path":".."}  | mount_path: must not contain ".."
          {"type":"file","file_id":"FILE","mount_path":"a/../b"} | mount_path: must not contain ".."
          {"type":"file","file_id":"FILE","mount_path":"a//b"} | mount_path: must not contain an empty segment
          {"type":"file","file_id":"FILE","mount_path":"a\\u0000"} | mount_path: must not contain control characters
          {"type":"file","file_id":"FILE","mount_path":"a\\n"} | mount_path: must not contain control characters
          {"type":"file","file_id":"FILE","mount_path":"/"}   | mount_path: must name a file, not the directory /mnt/session/uploads
          {"type":"file","file_id":"FILE","path":"a"}         | path: unknown field
          {"type":"file","file_id":"FILE","access":"read_only"} | access: unknown field
          """)
  void whatIsNotAFileWithAPlaceIsRefused(String body, String message) throws Exception {
    var before = resources();
    var answer = api.post(session + "/resources", body.replace("FILE", file));
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.error()).isEqualTo("invalid_request_error: " + message);
    assertThat(resources()).isEqualTo(before);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {}                               | resources: must be an array
          [1]                              | resources.0: must be an object
          [{}]                             | resources.0.type: field required
          [{"type":"memory"}]              | resources.0.type: must be "file", "github_repository" or "memory_store"
          [FILE,{"type":"file"}]           | resources.1.file_id: field required
          [{"type":"github_repository"}]   | resources.0.url: field required
          [REPO(https://h/a/b),FILE,REPO(https://h/a/b.git)] | resources.2.url: is that of resources.0. A session has a repository once; use git worktree for a second checkout
          [REPO(https://h/a/b),REPO(https://h/c/b)] | resources.1.mount_path: "/workspace/b" cannot be used beside "/workspace/b" of resources.0
          [REPO(https://h/a/b","mount_path":"/workspace/b/c),REPO(https://h/c/b)] | resources.1.mount_path: "/workspace/b" cannot be used beside "/workspace/b/c" of resources.0
          [REPO(https://h/a/b","mount_path":"/tmp/b)] | resources.0.mount_path: must be a path below /workspace
          [REPO(https://h/a/b","mount_path":"../b)] | resources.0.mount_path: must not contain an empty segment, "." or ".."
          [REPO(https://h/a/b","mount_path":"b/c),REPO(https://h/c/b)] | resources.1.mount_path: "/workspace/b" cannot be used beside "/workspace/b/c" of resources.0
          [REPO(https://h/a/b","mount_path":"/workspace/../b)] | resources.0.mount_path: must not contain an empty segment, "." or ".."
          [REPO(https://h/a/b","checkout":{"type":"tag"},"x":")] | resources.0.checkout.type: must be "branch" or "commit"
          [REPO(https://h/a/b","checkout":{"type":"branch","name":"-x"},"x":")] | resources.0.checkout.name: is not the name of a branch
          [REPO(https://h/a/b","checkout":{"type":"branch","name":"a..b"},"x":")] | resources.0.checkout.name: is not the name of a branch
          [REPO(https://h/a/b","checkout":{"type":"commit","sha":"main"},"x":")] | resources.0.checkout.sha: must have 7 to 64 hexadecimal digits
          [REPO(https://h/a/b","authorization_token":"","x":")] | resources.0.authorization_token: must have 1 to 8192 characters
          [REPO(https://h/a/b","authorization_token":"a b)] | resources.0.authorization_token: must be printable ASCII without spaces
          [REPO(https://h/a/b","branch":"main)] | resources.0.branch: unknown field
          [FILE,FILE]                      | resources.1.mount_path: "/mnt/session/uploads/ID" cannot be used beside "/mnt/session/uploads/ID" of resources.0
          """)
  void whatASessionCannotBeCreatedWithIsRefused(String resources, String message) throws Exception {
    var one = Json.obj("type", "file", "file_id", file).toString();
    var sent =
        resources
            .replace("FILE", one)
            .replaceAll("REPO\\(([^)]*)\\)", "{\"type\":\"github_repository\",\"url\":\"$1\"}");
    var answer = api.post("/v1/sessions", creation(sent));
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.error()).isEqualTo("invalid_request_error: " + message.replace("ID", file));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "git@github.com:a/b.git",
        "ssh://git@host/a/b",
        "file:///etc",
        "https://host",
        "https://host/",
        "https://host/a/b/",
        "https://host/a//b",
        "https://host/a/../b",
        "https://host/a/.git",
        "https://me:secret@host/a/b",
        "https://host/a/b?x=1",
        "https://host/a/b#x",
        "https://host/a/%62",
        "https://host:0/a/b",
        "https://host:70000/a/b",
        "https://[::1::2]/a/b",
        "https://[1.2]/a/b",
        "https://host/a/b\\nx",
        "https://-host/a b",
        "https://host/-a/b",
        "https://github.com/a/b.git",
        "https://github.com/a/b/c",
        "https://GitHub.com/a"
      })
  void whatIsNotAPlainUrlOfARepositoryIsRefusedAndNotRepeated(String url) throws Exception {
    var one = "[{\"type\":\"github_repository\",\"url\":\"" + url + "\"}]";
    var answer = api.post("/v1/sessions", creation(one));
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.error())
        .startsWith("invalid_request_error: resources.0.url: must be https://")
        .doesNotContain("secret");
  }

  @Test
  void aRepositoryBelongsToItsSessionAndOnlyItsTokenCanBeChanged() throws Exception {
    var sent =
        "[{\"type\":\"github_repository\",\"url\":\"https://git.example/a/b\","
            + "\"authorization_token\":\"canary\",\"checkout\":{\"type\":\"branch\",\"name\":\"x\"}}]";
    var created = api.post("/v1/sessions", creation(sent)).body();
    assertThat(created.toString()).doesNotContain("canary");
    var own = "/v1/sessions/" + created.text("id") + "/resources";
    var resource = (Json.Obj) created.items("resources").getFirst();
    var one = own + "/" + resource.text("id");
    assertThat(resource.text("mount_path")).isEqualTo("/workspace/b");
    assertThat(resource.object("checkout")).isEqualTo(Json.obj("type", "branch", "name", "x"));
    assertThat(api.get(own).body().items("data")).containsExactly(resource);
    assertThat(api.get(one).body()).isEqualTo(resource);
    var changed = api.post(one, "{\"authorization_token\":\"canary2\"}").body();
    assertThat(changed.with("updated_at", resource.text("updated_at"))).isEqualTo(resource);
    assertThat(changed.text("updated_at")).isGreaterThan(resource.text("updated_at"));
    assertThat(api.post(one, "{}").error())
        .isEqualTo("invalid_request_error: authorization_token: field required");
    assertThat(api.post(one, "{\"authorization_token\":\"t\",\"url\":\"u\"}").error())
        .isEqualTo("invalid_request_error: url: unknown field");
    assertThat(api.delete(one).error())
        .isEqualTo(
            "invalid_request_error: Resource %s is a repository, which belongs to its session until the end."
                .formatted(resource.text("id")));
    assertThat(api.get(own).body().items("data")).containsExactly(changed);
  }

  private String creation(String resources) throws Exception {
    return "{\"agent\":\"%s\",\"environment_id\":\"%s\",\"resources\":%s}"
        .formatted(api.agent(), api.environment(), resources);
  }

  @Test
  void aSessionBeginsWithFiveHundredFilesAtMost() throws Exception {
    var none = "{\"type\":\"file\",\"file_id\":\"file_none\"}";
    var many = Collections.nCopies(501, none).toString();
    assertThat(api.post("/v1/sessions", creation(many)).error())
        .isEqualTo("invalid_request_error: resources: must contain no more than 500 item(s)");
    assertThat(api.post("/v1/sessions", creation("[" + none + "]")).error())
        .isEqualTo("not_found_error: File file_none not found.");
    var created = api.post("/v1/sessions", creation("null"));
    assertThat(created.body().items("resources")).isEmpty();
  }

  @Test
  void aTakenPlaceIsAConflictThatIsNotSentAgain() throws Exception {
    var body = Json.obj("type", "file", "file_id", file, "mount_path", "taken/by");
    var first = api.post(session + "/resources", body.toString());
    assertThat(first.status()).isEqualTo(200);
    var second = api.post(session + "/resources", body.toString());
    assertThat(second.status()).isEqualTo(409);
    assertThat(second.error())
        .isEqualTo(
            "conflict_error: mount_path \"/mnt/session/uploads/taken/by\" is taken by "
                + first.text("id")
                + ".");
    assertThat(api.post(session + "/resources/" + first.text("id"), "{}").error())
        .isEqualTo(
            "invalid_request_error: Resource %s is a file, which cannot be updated. Delete it and"
                    .formatted(first.text("id"))
                + " add another one.");
  }

  @Test
  void idsOfOtherThingsFindNothing() throws Exception {
    for (var id : List.of("file_01a", "sesrsc_", "sesrsc_a-b", "x")) {
      assertThat(api.get(session + "/resources/" + id).status()).as(id).isEqualTo(400);
      assertThat(api.delete(session + "/resources/" + id).status()).as(id).isEqualTo(400);
    }
    var other = api.session();
    var body = Json.obj("type", "file", "file_id", file, "mount_path", "own").toString();
    var id = api.post(session + "/resources", body).text("id");
    assertThat(api.get(other + "/resources/" + id).status()).isEqualTo(404);
    assertThat(api.delete(other + "/resources/" + id).status()).isEqualTo(404);
    assertThat(api.get(session + "/resources/" + id).status()).isEqualTo(200);
  }

  @Test
  void aCursorOfAnotherListIsRefused() throws Exception {
    var all = api.session();
    for (var path : List.of("a", "b")) {
      var body = Json.obj("type", "file", "file_id", file, "mount_path", path).toString();
      assertThat(api.post(all + "/resources", body).status()).isEqualTo(200);
    }
    var cursor = api.get(all + "/resources?limit=1").text("next_page");
    assertThat(api.get(all + "/resources?limit=1&page=" + cursor).status()).isEqualTo(200);
    for (var page : List.of("x", "page_", "page_AAAA", cursor + "x", cursor.substring(5))) {
      assertThat(api.get(all + "/resources?page=" + page).error())
          .as(page)
          .isEqualTo("invalid_request_error: invalid page cursor");
    }
    assertThat(api.get(session + "/resources?page=" + cursor).status()).isEqualTo(400);
    for (var limit : List.of("0", "1001", "x")) {
      assertThat(api.get(all + "/resources?limit=" + limit).status()).isEqualTo(400);
    }
  }
}
