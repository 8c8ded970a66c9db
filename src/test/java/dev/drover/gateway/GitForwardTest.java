package dev.drover.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Pause;
import dev.drover.base.Secret;
import dev.drover.catalog.Environment.Networking;
import dev.drover.catalog.WorkspaceId;
import dev.drover.http.Outbound;
import dev.drover.http.PrivateHosts;
import dev.drover.http.PublicOnly;
import dev.drover.session.HandId;
import dev.drover.session.RepositoryPath;
import dev.drover.session.RepositoryUrl;
import dev.drover.session.SealedToken;
import dev.drover.session.SessionId;
import dev.drover.session.SessionResource.Repository;
import dev.drover.session.SessionResourceId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What the gateway forwards to the git server of a repository, and what it does not.
@Timeout(30)
final class GitForwardTest {
  private static final SessionId SESSION = new SessionId("sesn_git");
  private static final HandId HAND = new HandId("hand_git");
  private static final SessionResourceId ID = new SessionResourceId("sesrsc_one");
  private static final String TARGET = "/_git/sesrsc_one";
  private static final String TOKEN = "canary-token+";
  private static final String FETCH = "/info/refs?service=git-upload-pack";
  private static final String OK = ok("application/x-git-upload-pack-advertisement");

  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private final BlockingQueue<EgressTap.Ended> ended = new LinkedBlockingQueue<>();
  private final List<String> used = new CopyOnWriteArrayList<>();

  private static String ok(String contentType) {
    return "HTTP/1.1 200 OK\r\ncontent-type: "
        + contentType
        + "\r\nset-cookie: a=b\r\ncontent-length: 4\r\n\r\nrefs";
  }

  @AfterEach
  void close() throws Exception {
    while (!open.isEmpty()) {
      open.pop().close();
    }
  }

  private record Rig(Gateway gateway, PlayedHand hand, Origin origin) {
    String ask(String request) throws IOException {
      try (var program = hand.proxy()) {
        return program.ask(request);
      }
    }

    String get(String target) throws IOException {
      return ask("GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1:3128\r\n\r\n");
    }
  }

  private final class Named implements GitRepositories {
    private final Repository repository;

    Named(int port) {
      repository =
          new Repository(
              ID,
              RepositoryUrl.of("http://git.example:" + port + "/acme/app"),
              RepositoryPath.of("/workspace/app"),
              Optional.empty(),
              Optional.of(new SealedToken(1, 1, "sealed")),
              Instant.EPOCH,
              Instant.EPOCH);
    }

    @Override
    public List<Repository> of(SessionId session) {
      return List.of(repository);
    }

    @Override
    public WorkspaceId workspace(SessionId session) {
      return WorkspaceId.DEFAULT;
    }

    @Override
    public Optional<Secret> token(SessionId session, Repository of, URI to) {
      used.add(to.toString());
      return Optional.of(new Secret(TOKEN));
    }
  }

  private Rig rig(String answer) throws IOException {
    return rig(answer, GitSettings.USUAL_REFS);
  }

  private Rig rig(String answer, long refs) throws IOException {
    var origin = Origin.http(answer);
    open.push(origin);
    var hand = new PlayedHand();
    open.push(hand);
    var guard =
        new PublicOnly(
            PrivateHosts.of(List.of("127.0.0.1")),
            _ -> new InetAddress[] {InetAddress.ofLiteral("127.0.0.1")});
    var http = new Outbound(guard, GitGate.CONNECT);
    var gate =
        new GitGate(new Named(origin.port()), _ -> Optional.empty(), http, Optional.empty(), refs);
    var gateway =
        new Gateway(
            _ -> new Policy(new Networking.Limited(List.of(), false, false), NetworkRules.NONE),
            guard,
            gate,
            ConnectionLimits.of(1L << 40),
            Optional.empty(),
            ended::add,
            Pause.REAL,
            address -> address);
    open.push(gateway);
    gateway.open(SESSION, HAND, hand.dial());
    return new Rig(gateway, hand, origin);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /_git",
        "GET /_git/",
        "GET /_git/sesrsc_one",
        "GET /_git/sesrsc_one/",
        "GET /_git/sesrsc_one/info/refs",
        "GET /_git/sesrsc_one/info/refs?",
        "GET /_git/sesrsc_one/info/refs?service=git-upload-pack&x=1",
        "GET /_git/sesrsc_one/info/refs?x=1&service=git-upload-pack",
        "GET /_git/sesrsc_one/info/refs?service=git-upload-archive",
        "GET /_git/sesrsc_one/info/refs?service=git%2Dupload-pack",
        "GET /_git/sesrsc_one/info/refs?SERVICE=git-upload-pack",
        "GET /_git/sesrsc_one/info/refs#?service=git-upload-pack",
        "GET /_git/sesrsc_one/info/refs;?service=git-upload-pack",
        "GET /_git/sesrsc_one//info/refs?service=git-upload-pack",
        "GET /_git//sesrsc_one/info/refs?service=git-upload-pack",
        "GET /_git/sesrsc_one/./info/refs?service=git-upload-pack",
        "GET /_git/sesrsc_one/../info/refs?service=git-upload-pack",
        "GET /_git/sesrsc_one/../other/info/refs?service=git-upload-pack",
        "GET /_git/sesrsc_one/x/../info/refs?service=git-upload-pack",
        "GET /_git/sesrsc_one/%2e%2e/other/info/refs?service=git-upload-pack",
        "GET /_git/sesrsc_one%2finfo/refs?service=git-upload-pack",
        "GET /_git/sesrsc_one%00/info/refs?service=git-upload-pack",
        "GET /_git/sesrsc_one\\info\\refs?service=git-upload-pack",
        "GET /_git/sesrsc_one/INFO/refs?service=git-upload-pack",
        "GET /_git/SESRSC_one/info/refs?service=git-upload-pack",
        "GET /_git/sesrsc_two/info/refs?service=git-upload-pack",
        "GET /_git/sesrsc_on/info/refs?service=git-upload-pack",
        "GET /_git/sesrsc_one.git/.git/info/refs?service=git-upload-pack",
        "GET /_git/sesrsc_one.git.git/../info/refs?service=git-upload-pack",
        "GET /_git/sesrsc_one@evil.example/info/refs?service=git-upload-pack",
        "GET /_git/sesrsc_one:80/info/refs?service=git-upload-pack",
        "GET /_git/sesrsc_one/http://evil.example/info/refs?service=git-upload-pack",
        "GET /_git/sesrsc_one/HEAD",
        "GET /_git/sesrsc_one/objects/info/packs",
        "GET /_git/sesrsc_one/info/lfs",
        "GET /_git/sesrsc_one/git-upload-pack",
        "POST /_git/sesrsc_one/info/refs?service=git-upload-pack",
        "POST /_git/sesrsc_one/git-upload-pack?x",
        "POST /_git/sesrsc_one/git-upload-pack/",
        "POST /_git/sesrsc_one/git-upload-archive",
        "PUT /_git/sesrsc_one/git-receive-pack",
        "HEAD /_git/sesrsc_one/info/refs?service=git-upload-pack",
        "DELETE /_git/sesrsc_one",
        "OPTIONS /_git/sesrsc_one/git-upload-pack",
        "GET /_gitx/sesrsc_one/info/refs?service=git-upload-pack"
      })
  void anotherSpellingOfAPathIsForbiddenAndReachesNothing(String request) throws Exception {
    var rig = rig(OK);
    assertThat(rig.ask(request + " HTTP/1.1\r\nHost: 127.0.0.1:3128\r\n\r\n"))
        .startsWith("HTTP/1.1 403 ");
    assertThat(rig.origin.connections()).isZero();
    assertThat(used).isEmpty();
  }

  @Test
  void theTokenIsAddedAndNothingElseOfTheProgramIsPassedOn() throws Exception {
    var rig = rig(OK);
    var answer =
        rig.ask(
            "GET "
                + TARGET
                + ".git"
                + FETCH
                + " HTTP/1.1\r\n"
                + "Host: evil.example\r\n"
                + "Git-Protocol: version=2\r\n"
                + "Accept-Encoding: gzip\r\n"
                + "Authorization: Basic bad\r\n"
                + "Cookie: c=d\r\n"
                + "X-Other: 1\r\n\r\n");
    assertThat(answer).startsWith("HTTP/1.1 200 OK\r\n").endsWith("\r\n\r\nrefs");
    assertThat(answer)
        .contains("content-type: application/x-git-upload-pack-advertisement")
        .doesNotContain("set-cookie");
    var sent = rig.origin.received.take().toLowerCase(Locale.ROOT);
    assertThat(sent)
        .startsWith("get /acme/app" + FETCH)
        .contains("host: git.example:" + rig.origin.port())
        .contains("git-protocol: version=2")
        .contains("authorization: basic ")
        .contains("accept-encoding: identity")
        .doesNotContain("bad", "cookie", "x-other", "evil", "gzip");
    assertThat(used).hasSize(1);
    var record = ended.take();
    assertThat(record.protocol()).isEqualTo("git");
    assertThat(record.verdict()).isEqualTo("repository");
    assertThat(record.destination().orElseThrow()).hasToString("git.example:" + rig.origin.port());
    assertThat(record.received()).isEqualTo(answer.length());
  }

  @Test
  void aBodyIsForwardedAsAWhole() throws Exception {
    var rig = rig(ok("Application/X-Git-Receive-Pack-Result; charset=utf-8"));
    var body = "0123456789".repeat(2000);
    var head = "POST " + TARGET + "/git-receive-pack HTTP/1.1\r\nHost: h\r\n";
    assertThat(rig.ask(head + "Content-Length: " + body.length() + "\r\n\r\n" + body))
        .endsWith("refs");
    assertThat(rig.origin.received.take()).startsWith("POST /acme/app/git-receive-pack");
  }

  @ParameterizedTest
  @CsvSource({
    "401, 403 Forbidden, REPOSITORY_AUTHENTICATION",
    "403, 403 Forbidden, REPOSITORY_FORBIDDEN",
    "404, 404 Not Found, REPOSITORY_NOT_FOUND",
    "500, 502 Bad Gateway, REPOSITORY_CLONE",
    "204, 502 Bad Gateway, REPOSITORY_CLONE"
  })
  void anErrorOfTheServerIsReplacedByOurWords(int status, String shown, String type)
      throws Exception {
    var rig =
        rig(
            "HTTP/1.1 "
                + status
                + " X\r\nwww-authenticate: Basic\r\ncontent-length: 6\r\n\r\n"
                + (status == 204 ? "" : "canary"));
    var answer = rig.get(TARGET + FETCH);
    assertThat(answer)
        .startsWith("HTTP/1.1 " + shown + "\r\n")
        .contains("drover: the repository http://git.example:")
        .doesNotContain("canary", "www-authenticate");
    var failure = rig.gateway.gitFailure(HAND, ID).orElseThrow().error();
    assertThat(failure.type().name()).isEqualTo(type);
    assertThat(failure.repositoryUrl()).contains("/acme/app");
    assertThat(rig.gateway.takeRefusals(HAND)).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "text/html",
        "application/x-git-upload-pack-result",
        "application/x-git-receive-pack-advertisement",
        "text/html; application/x-git-upload-pack-advertisement",
        ""
      })
  void aPageInPlaceOfAnAnswerOfGitIsAnError(String contentType) throws Exception {
    var rig = rig(ok(contentType).replace("refs", "canary").replace(": 4", ": 6"));
    assertThat(rig.get(TARGET + FETCH))
        .startsWith("HTTP/1.1 502 Bad Gateway\r\n")
        .contains("did not answer as a git server does")
        .doesNotContain("canary");
    assertThat(rig.gateway.gitFailure(HAND, ID).orElseThrow().error().type().name())
        .isEqualTo("REPOSITORY_CLONE");
  }

  @Test
  void aTokenThatTheServerRepeatsIsErased() throws Exception {
    var pair = Base64.getEncoder().encodeToString(("x-access-token:" + TOKEN).getBytes(UTF_8));
    var said = "0041ERR you sent Basic " + pair + " " + TOKEN + " canary-token%2B";
    var type = "content-type: application/x-git-upload-pack-advertisement";
    var rig =
        rig(
            "HTTP/1.1 200 OK\r\n"
                + type
                + "; "
                + TOKEN
                + "\r\ncache-control: "
                + TOKEN
                + "\r\nconnection: close\r\n\r\n"
                + said);
    assertThat(rig.get(TARGET + FETCH))
        .contains(type + "\r\n")
        .endsWith(
            "\r\n\r\n0041ERR you sent Basic eC1hY2Nlc3MtdG9rZW46%s== %s %s"
                .formatted("*".repeat(18), "*".repeat(13), "*".repeat(15)));
    assertThat(rig.gateway.takeRefusals(HAND))
        .singleElement()
        .asString()
        .contains("has repeated its token, which was erased in its answer");
  }

  @Test
  void anAnswerThatCannotBeSearchedIsNotPassedOn() throws Exception {
    var rig = rig(OK.replace("set-cookie: a=b", "content-encoding: gzip"));
    assertThat(rig.get(TARGET + FETCH))
        .startsWith("HTTP/1.1 502 Bad Gateway\r\n")
        .contains("compresses its answer, although it was asked not to")
        .doesNotContain("refs");
  }

  @Test
  void branchesWithoutEndAreAnErrorOfGit() throws Exception {
    var refs = "0032" + "f".repeat(40) + " ref1\n";
    var head = OK.replace("content-length: 4\r\n\r\nrefs", "connection: close\r\n\r\n");
    var rig = rig(head + refs.repeat(30_000), 1 << 20);
    var answer = rig.get(TARGET + FETCH);
    assertThat(answer)
        .startsWith("HTTP/1.1 200 OK\r\n")
        .hasSizeBetween(1 << 20, (1 << 20) + 1_000)
        .containsPattern("ref1\n[0-9a-f]{4}ERR drover: the repository http://git.example")
        .endsWith("lists more than 1 MiB of branches and tags (setting git.refs_mib)\n");
    var failure = rig.gateway.gitFailure(HAND, ID).orElseThrow();
    assertThat(failure.passes()).isFalse();
    assertThat(failure.error().type().name()).isEqualTo("REPOSITORY_CLONE");
    assertThat(ended.take().verdict()).isEqualTo("git");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "POST /_git/sesrsc_one/info/lfs/objects/batch",
        "POST /_git/sesrsc_one.git/info/lfs/locks/verify",
        "GET /_git/sesrsc_one.git/info/lfs/locks?limit=1"
      })
  void gitLfsGetsAReasonThatItShows(String request) throws Exception {
    var rig = rig(OK);
    assertThat(rig.ask(request + " HTTP/1.1\r\nHost: 127.0.0.1:3128\r\n\r\n"))
        .startsWith("HTTP/1.1 501 Not Implemented\r\ncontent-type: application/vnd.git-lfs+json")
        .contains(
            "\r\n\r\n{\"message\":\"drover: a request of Git LFS was refused: files that Git LFS")
        .endsWith("\"}");
    assertThat(rig.origin.connections()).isZero();
    assertThat(used).isEmpty();
    assertThat(rig.gateway.takeRefusals(HAND)).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://evil.example/acme/app.git/info/refs?service=git-upload-pack",
        "https://git.example/acme/app.git/info/refs?service=git-upload-pack",
        "/acme/other/info/refs?service=git-upload-pack"
      })
  void aRedirectIsNotFollowed(String location) throws Exception {
    var rig = rig("HTTP/1.1 301 X\r\nlocation: " + location + "\r\ncontent-length: 0\r\n\r\n");
    assertThat(rig.get(TARGET + FETCH)).startsWith("HTTP/1.1 502 ");
    assertThat(rig.origin.received.take()).startsWith("GET /acme/app" + FETCH);
    assertThat(rig.origin.connections()).isEqualTo(1);
    assertThat(used).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-tools", "2", "/sub", ".js"})
  void aRepositoryWhoseUrlBeginsWithThatOfTheSessionIsFoundWithoutTheToken(String more)
      throws Exception {
    var rig = rig(OK);
    assertThat(rig.get(TARGET + more + FETCH))
        .startsWith("HTTP/1.1 302 ")
        .contains(
            "location: http://git.example:"
                + rig.origin.port()
                + "/acme/app"
                + more
                + FETCH
                + "\r\n");
    assertThat(used).isEmpty();
    assertThat(rig.origin.connections()).isZero();
  }

  @Test
  void gitIsConfiguredForTheRepositoriesAndASandboxHasAWayOut() throws Exception {
    var rig = rig(OK);
    assertThat(rig.gateway.offers(SESSION)).isTrue();
    assertThat(rig.gateway.surroundings(SESSION).gitConfig())
        .isEqualTo(
            "[url \"http://127.0.0.1:3128/_git/sesrsc_one\"]\n\tinsteadOf = http://git.example:"
                + rig.origin.port()
                + "/acme/app\n");
  }
}
