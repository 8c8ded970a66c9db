package dev.drover.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Json;
import dev.drover.testing.Deployment;
import dev.drover.testing.DroverClient;
import dev.drover.testing.GitHost;
import dev.drover.testing.Script;
import dev.drover.testing.ScriptedMessages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Sessions of a whole server with repositories of a real git host, in real sandboxes, where the
/// agent uses git.
@Tag("sandbox")
@Tag("database")
@Timeout(120)
final class RepositoriesTest {
  private static final String TOKEN = "canary-git-token-1";
  private static final String NEXT = "canary-git-token-2";

  /// Bytes of a clone that were surely not transferred if the git host has served fewer.
  private static final long LARGE = 100_000;

  private static final String SKILL =
      "---\nname: release\ndescription: Use it to\n  release.\n---\nDo it.\n";

  @TempDir private Path data;
  @TempDir private Path hosted;
  private final ScriptedMessages model = ScriptedMessages.start();
  private GitHost host;
  private Deployment.Running server;
  private DroverClient client;

  @BeforeEach
  void start() throws Exception {
    host = new GitHost(hosted);
    serve();
  }

  private void serve() throws Exception {
    server =
        Deployment.SQLITE.start(
            data,
            Map.of(
                "network.private", "[127.0.0.1]",
                "git.refs_mib", "1",
                "anthropic.base_url", model.uri().toString(),
                "anthropic.api_key", "sk-model"));
    client = new DroverClient(server.url(), server.key().reveal());
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
    model.close();
    host.close();
  }

  private static Json.Obj repository(String url, String token) {
    var resource = Json.obj("type", "github_repository", "url", url);
    return token.isEmpty() ? resource : resource.with("authorization_token", token);
  }

  /// A session whose environment allows no host at all.
  private String session(Json.Obj... resources) {
    var environment =
        client.post(
            "/v1/environments",
            Json.obj(
                "name",
                "e" + System.nanoTime(),
                "config",
                Json.obj(
                    "type",
                    "cloud",
                    "networking",
                    Json.obj("type", "limited", "allowed_hosts", List.of()))));
    var other = client.session("scripted");
    return String.valueOf(
        client
            .post(
                "/v1/sessions",
                client
                    .another(other)
                    .with("environment_id", environment.text("id"))
                    .with("resources", List.of(resources)))
            .text("id"));
  }

  /// The result of a command of the agent.
  private String run(String session, String command) {
    model.script(
        Script.reply().toolUse("bash", Json.obj("command", command)), Script.reply().text("Done."));
    client.say(session, "Go.");
    client.awaitIdle(session);
    var result =
        client.events(session).stream()
            .filter(event -> DroverClient.type(event).equals("agent.tool_result"))
            .reduce((_, last) -> last)
            .orElseThrow();
    return String.valueOf(((Json.Obj) result.items("content").getFirst()).text("text"));
  }

  private List<Json.Obj> errors(String session) {
    return client.events(session).stream()
        .filter(event -> DroverClient.type(event).equals("session.error"))
        .map(event -> event.object("error"))
        .toList();
  }

  private String resource(String session) {
    var all = client.get("/v1/sessions/" + session + "/resources").items("data");
    return String.valueOf(((Json.Obj) all.getFirst()).text("id"));
  }

  private static String repeated(String token) {
    var encoded = Base64.getEncoder().encodeToString(token.getBytes(UTF_8));
    return "you sent " + token + " and " + encoded;
  }

  @Test
  void anAgentClonesCommitsAndPushesWithoutTheToken() throws Exception {
    host.create(
        "acme/app",
        TOKEN,
        Map.of(
            "a.txt",
            "one\n",
            ".claude/skills/release/SKILL.md",
            SKILL,
            ".claude/skills/broken/SKILL.md",
            "nothing"));
    host.says("acme/app", repeated(TOKEN));
    var session = session(repository(host.url("acme/app"), TOKEN));
    var first =
        run(
            session,
            "cd app && cat a.txt && git config user.email a@b && git config user.name a"
                + " && echo two > b.txt && git add . && git commit -qm two && git push 2>&1"
                + " && git config remote.origin.url && git log --oneline | wc -l");
    assertThat(errors(session)).isEmpty();
    assertThat(first)
        .contains("one\n")
        .contains("main -> main")
        .contains(host.url("acme/app"))
        .contains("remote: you sent ****************** and ************************")
        .contains("has repeated its token, which was erased in its answer");
    assertThat(host.show("acme/app", "log", "--format=%s", "main")).isEqualTo("two\none\n");
    assertThat(model.request(1).body().toString())
        .contains("release (/workspace/app/.claude/skills/release/SKILL.md): Use it to release.")
        .contains("/workspace/app: " + host.url("acme/app"))
        .doesNotContain("broken");
    // another client pushes, and the agent fetches
    host.commit("acme/app", "main", Map.of("c.txt", "three\n"));
    assertThat(run(session, "cd /workspace/app && git pull -q && cat c.txt")).isEqualTo("three");
    // the token is replaced in mid-session
    host.token("acme/app", NEXT);
    host.says("acme/app", repeated(NEXT));
    assertThat(run(session, "cd /workspace/app && git fetch 2>&1"))
        .contains("drover: the repository " + host.url("acme/app") + " cannot be used")
        .contains("did not accept its token (401)");
    var path = "/v1/sessions/" + session + "/resources/" + resource(session);
    var updated = client.post(path, Json.obj("authorization_token", NEXT));
    assertThat(updated.fields().keySet())
        .containsExactlyInAnyOrder(
            "id", "type", "url", "mount_path", "checkout", "created_at", "updated_at");
    assertThat(run(session, "cd /workspace/app && git fetch && git push origin HEAD:again 2>&1"))
        .contains("again");
    assertThat(
            run(
                session,
                "cd /workspace && git clone -q --depth 1 "
                    + host.url("acme/app.git")
                    + " d && ls d"))
        .contains("a.txt");
    var receipts = client.get("/drover/receipts?limit=100&session_id=" + session).items("data");
    assertThat(receipts)
        .isNotEmpty()
        .allSatisfy(
            one -> {
              assertThat(((Json.Obj) one).text("purpose")).isEqualTo("git");
              assertThat(((Json.Obj) one).text("resource_id")).isEqualTo(resource(session));
            });
    assertThat(receipts).hasSameSizeAs(host.requests());
    // the host has more branches than a client should have to keep in memory
    host.branches("acme/app", 20_000);
    for (int version : new int[] {0, 2}) {
      var fetch = "cd /workspace/app && git -c protocol.version=" + version + " fetch 2>&1";
      assertThat(run(session, fetch))
          .contains("remote error: drover: the repository " + host.url("acme/app"))
          .contains("lists more than 1 MiB of branches and tags (setting git.refs_mib)");
    }
    var everything =
        "(cat /proc/*/environ /etc/gitconfig; env; git config -l; grep -r . /workspace /home /tmp"
            + " /mnt) 2> /dev/null | grep -a -c -e canary -e "
            + Base64.getEncoder().encodeToString(("x-access-token:" + NEXT).getBytes(UTF_8));
    assertThat(run(session, everything)).startsWith("0");
    assertThat(client.events(session).toString()).doesNotContain(TOKEN, NEXT);
    server.close();
    assertNoFileHas(TOKEN, NEXT);
  }

  @Test
  void aRepositoryThatCannotBeClonedIsAnErrorAndTheSessionGoesOn() throws Exception {
    host.create("a/token", TOKEN, Map.of("a", "1"));
    host.create("a/branch", TOKEN, Map.of("a", "1"));
    host.create("a/commit", TOKEN, Map.of("a", "1"));
    host.create("a/fine", "", Map.of("a", "fine\n"));
    host.refuse("a/forbidden", 403);
    var branch = Json.obj("type", "branch", "name", "no'pe$(touch>x)");
    var commit = Json.obj("type", "commit", "sha", "0123456789");
    var session =
        session(
            repository(host.url("a/token"), "wrong"),
            repository(host.url("a/forbidden"), TOKEN),
            repository(host.url("a/none"), TOKEN),
            repository(host.url("a/branch"), TOKEN).with("checkout", branch),
            repository(host.url("a/commit"), TOKEN).with("checkout", commit),
            repository(host.url("a/private"), ""),
            repository(host.url("a/fine"), "").with("mount_path", "/workspace/x y/'z"));
    host.token("a/private", TOKEN);
    assertThat(run(session, "cat 'x y'/*/a; ls -A"))
        .as(errors(session).toString())
        .startsWith("fine\nx y\n");
    var found = new ArrayList<String>();
    for (var error : errors(session)) {
      found.add(error.text("type") + " " + error.text("repository_url"));
      assertThat(error.object("retry_status").text("type")).isEqualTo("retrying");
      assertThat(error.text("message")).doesNotContain("canary", "3128");
    }
    assertThat(found)
        .containsExactly(
            "repository_authentication_error " + host.url("a/token"),
            "repository_forbidden_error " + host.url("a/forbidden"),
            "repository_not_found_error " + host.url("a/none"),
            "repository_checkout_error " + host.url("a/branch"),
            "repository_checkout_error " + host.url("a/commit"),
            "repository_not_found_error " + host.url("a/private"));
    // the next turn tries again, with the token that the client has corrected
    var path = "/v1/sessions/" + session + "/resources/" + resource(session);
    client.post(path, Json.obj("authorization_token", TOKEN));
    assertThat(run(session, "cat token/a")).startsWith("1");
    assertThat(errors(session)).hasSize(11);
  }

  @Test
  void aBranchOrACommitIsCheckedOutAndAPushThatIsRefusedSaysWhy() throws Exception {
    host.create("a/b", TOKEN, Map.of("a", "1\n"));
    var sha = host.commit("a/b", "side", Map.of("a", "2\n"));
    host.commit("a/b", "side", Map.of("a", "3\n"));
    host.create("a/c", TOKEN, Map.of("a", "1\n"));
    host.commit("a/c", "rel/1.0", Map.of("a", "4\n"));
    host.refuse("a/c/info/refs?service=git-receive-pack", 403);
    host.create("a/d", TOKEN, Map.of("a", "5\n"));
    host.refuse("a/d/", 301);
    host.create("a/damaged", TOKEN, Map.of(".gitmodules", modules("../../x", "https://a.example")));
    host.create("a/hostile", TOKEN, Map.of(".gitmodules", modules("s", "ext::touch /workspace/r")));
    host.submodule("a/hostile", "sub");
    var session =
        session(
            repository(host.url("a/b"), TOKEN)
                .with("checkout", Json.obj("type", "commit", "sha", sha)),
            repository(host.url("a/c"), TOKEN)
                .with("checkout", Json.obj("type", "branch", "name", "rel/1.0")),
            repository(host.url("a/d"), TOKEN),
            repository(host.url("a/damaged"), TOKEN),
            repository(host.url("a/hostile"), TOKEN));
    var said =
        run(
            session,
            "cat b/a c/a d/a; git -C c status -sb; git -C c push origin HEAD:x 2>&1;"
                + " ls -A . hostile hostile/sub hostile/.git/hooks 2>&1");
    // its objects are checked, and nothing of the other one has run
    assertThat(errors(session))
        .singleElement()
        .satisfies(
            error -> {
              assertThat(error.text("type")).isEqualTo("repository_clone_error");
              assertThat(error.text("repository_url")).isEqualTo(host.url("a/damaged"));
            });
    assertThat(said)
        .startsWith("2\n4\n5\n## rel/1.0...origin/rel/1.0\n")
        .contains("the git server refused access with its token (403)")
        .contains("'hostile/.git/hooks': No such file")
        .contains(".:\nb\nc\nd\nhostile\n")
        .contains("hostile:\n.git\n.gitmodules\nsub\n")
        .containsPattern("hostile/sub:\n\\[network");
  }

  private static String modules(String name, String url) {
    return "[submodule \"%s\"]\n\tpath = sub\n\turl = %s\n".formatted(name, url);
  }

  @Test
  void aServerThatStopsDuringACloneLeavesItToTheNextOne() throws Exception {
    host.create("a/b", TOKEN, Map.of("a", "1\n"));
    var released = new CountDownLatch(1);
    host.hold(released);
    var session = session(repository(host.url("a/b"), TOKEN));
    model.script(
        Script.reply().toolUse("bash", Json.obj("command", "cat b/a; ls -A")),
        Script.reply().text("Done."));
    client.say(session, "Go.");
    await().until(() -> host.requests().stream().anyMatch(one -> one.startsWith("POST")));
    client.close();
    server.close();
    released.countDown();
    serve();
    client.awaitIdle(session);
    assertThat(client.events(session).toString()).contains("1\\nb");
    assertThat(errors(session)).isEmpty();
  }

  /// Letters that cannot be compressed to fewer than [#LARGE] bytes.
  private static String noise() {
    var letters = new StringBuilder();
    new Random(1).ints(300_000, 'a', 'z' + 1).forEach(letter -> letters.append((char) letter));
    return letters.toString();
  }

  /// What a new session with a repository reads in the clone, and the bytes that its git host has
  /// served for that.
  private record Read(String session, String text, long served) {
    boolean isWhole() {
      return served > LARGE;
    }
  }

  private Read read(String repository, String token) {
    long before = host.served();
    var session = session(repository(host.url(repository), token));
    var text = run(session, "cat b/a; git -C b fsck --strict 2>&1 | head -n 3; ls -A");
    return new Read(session, text, host.served() - before);
  }

  @Test
  void aCloneIsKeptForSessionsOfTheWorkspaceWhoseTokenTheHostAccepts() throws Exception {
    host.create("a/b", TOKEN, Map.of("a", "1\n", "large", noise()));
    var first = read("a/b", TOKEN);
    assertThat(first.text).startsWith("1\n").endsWith("b");
    assertThat(first.isWhole()).isTrue();
    var second = read("a/b", TOKEN);
    assertThat(errors(second.session)).isEmpty();
    assertThat(second.text).isEqualTo(first.text);
    assertThat(second.isWhole()).isFalse();
    // the clone in the sandbox is as every other one
    assertThat(run(second.session, "git -C b fetch 2>&1 && git -C b config remote.origin.url"))
        .isEqualTo(host.url("a/b"));
    // the same sandbox is not served from the cache
    long before = host.served();
    run(second.session, "git clone -q " + host.url("a/b") + " again");
    assertThat(host.served() - before).isGreaterThan(LARGE);
    // without a token that the host accepts, there is nothing
    for (var token : List.of("wrong", "")) {
      var refused = read("a/b", token);
      assertThat(errors(refused.session)).hasSize(1);
      assertThat(refused.text).contains("b/a: No such file").doesNotEndWith("b");
      assertThat(refused.served).isZero();
    }
    // another workspace has no part in it
    var workspace = client.post("/drover/workspaces", Json.obj("name", "other")).text("id");
    var key = client.post("/drover/workspaces/" + workspace + "/keys", Json.obj("name", "K"));
    client.close();
    client = new DroverClient(server.url(), String.valueOf(key.text("key")));
    var stranger = read("a/b", TOKEN);
    assertThat(stranger.text).isEqualTo(first.text);
    assertThat(stranger.isWhole()).isTrue();
    // and a commit that is not the same is fetched with all that it has
    host.commit("a/b", "main", Map.of("a", "2\n"));
    var newer = read("a/b", TOKEN);
    assertThat(newer.text).startsWith("2\n");
    assertThat(newer.isWhole()).isTrue();
    server.close();
    assertNoFileHas(TOKEN);
  }

  @Test
  void aCloneInTheCacheThatIsDamagedOrWrongIsReplaced() throws Exception {
    host.create("a/b", TOKEN, Map.of("a", "1\n", "large", noise()));
    read("a/b", TOKEN);
    var pack = cached();
    var bytes = Files.readAllBytes(pack);
    bytes[bytes.length / 2] ^= 1;
    Files.write(pack, bytes);
    var damaged = read("a/b", TOKEN);
    assertThat(damaged.text).startsWith("1\n");
    assertThat(damaged.isWhole()).isTrue();
    assertThat(read("a/b", TOKEN).isWhole()).isFalse();
    // git itself finds out that the pack is another one, and the next attempt asks the host
    var nonsense = "nonsense".getBytes(UTF_8);
    try (var to = Files.newOutputStream(pack)) {
      to.write(nonsense);
      to.write(MessageDigest.getInstance("SHA-256").digest(nonsense));
    }
    var wrong = read("a/b", TOKEN);
    assertThat(errors(wrong.session)).isEmpty();
    assertThat(wrong.text).startsWith("1\n");
    assertThat(wrong.isWhole()).isTrue();
    assertThat(read("a/b", TOKEN).isWhole()).isFalse();
  }

  /// The only clone in the cache.
  private Path cached() throws IOException {
    try (var files = Files.list(data.resolve("clones"))) {
      var all = files.toList();
      assertThat(all).hasSize(1);
      return all.getFirst();
    }
  }

  /// Not the sparse file systems of sandboxes.
  private static boolean isShort(Path file) {
    return Files.isRegularFile(file, NOFOLLOW_LINKS) && file.toFile().length() < 64 << 20;
  }

  private void assertNoFileHas(String... secrets) throws IOException {
    try (var files = Files.walk(data)) {
      for (var file : files.filter(RepositoriesTest::isShort).toList()) {
        assertThat(Files.readString(file, ISO_8859_1)).as(file.toString()).doesNotContain(secrets);
      }
    }
  }
}
