package dev.drover.gateway;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.base.Secret;
import dev.drover.http.Payload;
import dev.drover.http.Request;
import dev.drover.http.Response;
import dev.drover.http.Unreachable;
import dev.drover.session.SessionError;
import dev.drover.session.SessionResource.Repository;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Forwards a request of git in a sandbox to the git server of a repository of its session, with
/// the token of the repository, which the sandbox does not have. The environment's networking does
/// not matter: the client of the API has named the repository.
///
/// The response of the server is passed on only if it is a success in git's protocol, with a head
/// of our own and without the token. Anything else is replaced by words of our own: a server may
/// repeat what it was sent.
final class GitForward {
  private static final System.Logger LOG = System.getLogger(GitForward.class.getName());

  private static final List<String> SENT =
      List.of(
          "accept",
          "accept-language",
          "content-encoding",
          "content-type",
          "git-protocol",
          "user-agent");

  /// Of another request than that of the program.
  private static final List<String> SENT_BY_US =
      List.of("accept", "content-type", "git-protocol", "user-agent");

  private final Passage passage;
  private final RequestHead head;
  private final GitPath.Service asked;

  /// Those that the git server got.
  private final List<Secret> tokens = new ArrayList<>();

  private GitForward(Passage passage, RequestHead head, GitPath.Service asked) {
    this.passage = passage;
    this.head = head;
    this.asked = asked;
  }

  /// Serves a request whose target begins with [GitPath#ROOT].
  static void serve(Passage passage, RequestHead head) throws IOException, InterruptedException {
    passage.protocol("git");
    passage.denyWith(e -> response("403 Forbidden", e.words(), ""));
    head.host(); // it must be valid, whatever it is
    var found = GitPath.of(repositories(passage), head.method(), head.target());
    switch (found.orElse(null)) {
      case GitPath.Service service ->
          passage.untilClosed(() -> new GitForward(passage, head, service).forward());
      case GitPath.Neighbour(var url) -> {
        passage.reply(
            response("302 Found", "this is not a repository of the session", "location: " + url));
        passage.endReply();
      }
      case GitPath.LargeFiles(var repository) -> {
        passage.denyWith(e -> ofLfs(e.words()));
        throw new NotConnected(
            Verdict.Reason.GIT,
            "a request of Git LFS was refused: files that Git LFS keeps for "
                + repository.url()
                + " are here as pointers, and cannot be uploaded");
      }
      case null ->
          throw new NotConnected(
              Verdict.Reason.GIT,
              "a request to the proxy was refused: git can only fetch from and push to the"
                  + " repositories of this session there");
    }
  }

  private static List<Repository> repositories(Passage passage) throws NotConnected {
    try {
      return passage.git().all();
    } catch (Problem e) {
      throw new NotConnected(
          Verdict.Reason.UNREACHABLE, "the repositories of this session are not available", e);
    }
  }

  private void forward() throws IOException, InterruptedException {
    var url = asked.repository().url();
    passage.denyWith(e -> response("502 Bad Gateway", e.words(), ""));
    passage.reaches(Requested.of(authority(url.uri()), url.isEncrypted() ? 443 : 80), "repository");
    var refusal = passage.git().refusal(url);
    if (refusal.isPresent()) {
      throw failed(
          SessionError.Type.REPOSITORY_CLONE, false, "502 Bad Gateway", "its URL " + refusal.get());
    }
    boolean suffixed = passage.git().isSuffixed(asked.repository().id());
    var clones = passage.git().clones();
    if (clones.isPresent() && mayClone() && passage.reserve(CloneRequest.MEMORY)) {
      served(clones.get(), suffixed).run();
      return;
    }
    try (var first = send(suffixed)) {
      if (!suffixed && wantsSuffix(first)) {
        passage.git().suffixed(asked.repository().id());
        try (var second = send(true)) {
          answer(second, null);
        }
      } else {
        answer(first, null);
      }
    }
  }

  /// Whether the body may be a [CloneRequest], and is short enough to be read as a whole.
  private boolean mayClone() {
    var codings = head.values("content-encoding");
    return asked.path().equals("/git-upload-pack")
        && head.length() > 0
        && head.length() <= CloneRequest.LONGEST
        && head.values("git-protocol").equals(List.of("version=2"))
        && (codings.isEmpty() || codings.equals(List.of("gzip")));
  }

  /// Reads the body, for which memory is reserved, and asks the git server. Returns what is left to
  /// do: to pass the response on, or to send a clone of the cache instead.
  private Passage.Work served(CloneCache clones, boolean suffixed)
      throws IOException, InterruptedException {
    try {
      passage.expectsBody(head);
      passage.expect(passage.limits().silence());
      var body = new GitBody(passage, head.length()).readAllBytes();
      var wanted = CloneRequest.of(body, !head.values("content-encoding").isEmpty());
      var key = wanted.flatMap(this::key);
      if (key.isPresent()) {
        var pack = cached(clones, key.get(), wanted.get(), suffixed);
        if (pack.isPresent()) {
          return () -> replay(pack.get());
        }
      }
      var request =
          request(suffixed, SENT)
              .sending(new Payload.Measured(new ByteArrayInputStream(body), body.length));
      var response = exchange(request);
      return () -> {
        try (response;
            var recording = recording(clones, key, response)) {
          answer(response, recording);
        }
      };
    } finally {
      passage.release(CloneRequest.MEMORY);
    }
  }

  /// Empty if it is not known in which workspace the session is.
  private Optional<String> key(CloneRequest wanted) {
    try {
      return Optional.of(wanted.key(passage.git().workspace(), asked.repository().url()));
    } catch (Problem _) {
      return Optional.empty();
    }
  }

  private Optional<CachedPack> cached(
      CloneCache clones, String key, CloneRequest wanted, boolean suffixed)
      throws IOException, InterruptedException {
    return passage.git().isFirst(key) && clones.has(key) && mayHave(wanted, suffixed)
        ? clones.open(key)
        : Optional.empty();
  }

  /// Whether the git server shows everything that is wanted to the session, with its token, now. It
  /// would send the same objects then, since they follow from their ids.
  private boolean mayHave(CloneRequest wanted, boolean suffixed)
      throws IOException, InterruptedException {
    var silence = passage.limits().silence();
    var request = request(suffixed, SENT_BY_US).sending(new Payload.Text(wanted.question()));
    passage.expect(silence);
    try (var response = passage.git().http().send(request, silence);
        var answer = response.stream(silence)) {
      return response.status() == 200 && wanted.isShownBy(answer);
    } catch (IOException _) {
      return false; // the request of the program will fail for the same reason, and say so
    }
  }

  private void replay(CachedPack pack) throws IOException {
    try (pack) {
      passage.git().worked(asked.repository().id());
      passage.denyWith(Passage.SILENT);
      passage.replyCounted(success());
      pack.writeTo(passage::replyCounted);
      passage.endReply();
    }
  }

  private static @Nullable CloneRecording recording(
      CloneCache clones, Optional<String> key, Response response) {
    return key.isPresent() && response.status() == 200 && isPlain(response)
        ? clones.recording(key.get())
        : null;
  }

  private static String authority(URI url) {
    return url.getPort() < 0 ? url.getHost() : url.getHost() + ":" + url.getPort();
  }

  private Response send(boolean suffixed) throws IOException, InterruptedException {
    var request = request(suffixed, SENT);
    if (head.method().equals("POST")) {
      passage.expectsBody(head);
      var body = new GitBody(passage, head.length());
      request =
          request.sending(
              head.length() == RequestHead.CHUNKED
                  ? new Payload.Stream(body)
                  : new Payload.Measured(body, head.length()));
    }
    return exchange(request);
  }

  /// A request to the git server, with the token.
  ///
  /// @param headers of the program that are passed on
  private Request request(boolean suffixed, List<String> headers) throws NotConnected {
    var to = URI.create(GitPath.url(asked.repository().url(), suffixed, asked.path()));
    var request = Request.of(head.method(), to);
    for (var name : headers) {
      var values = head.values(name);
      if (!values.isEmpty()) {
        request = request.with(name, String.join(", ", values));
      }
    }
    request = request.with("accept-encoding", "identity"); // what is compressed is not searched
    var token = token(to);
    token.ifPresent(tokens::add);
    return token.isPresent() ? request.with("authorization", basic(token.get())) : request;
  }

  private Response exchange(Request request) throws IOException, InterruptedException {
    var limits = passage.limits();
    passage.expect(asked.isPush() ? limits.life() : limits.silence());
    try {
      return passage.git().http().send(request, asked.isPush() ? limits.life() : limits.silence());
    } catch (Unreachable e) {
      boolean passes = e.why() != Unreachable.Why.FORBIDDEN;
      throw failed(SessionError.Type.REPOSITORY_CLONE, passes, "502 Bad Gateway", e.what());
    }
  }

  private Optional<Secret> token(URI to) throws NotConnected {
    try {
      return passage.git().token(asked.repository(), to);
    } catch (Problem e) {
      LOG.log(
          Level.ERROR,
          "session {0} has no token for a repository: {1} {2}",
          passage.git().session(),
          e.getMessage(),
          e.getCause());
      throw failed(
          SessionError.Type.REPOSITORY_CLONE, true, "502 Bad Gateway", "its token cannot be read");
    }
  }

  private static String basic(Secret token) {
    var pair = "x-access-token:" + token.reveal();
    return "Basic "
        + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.ISO_8859_1));
  }

  /// Whether the server only wants `.git` at the end of the repository's URL. It is not asked with
  /// the token anywhere else.
  private boolean wantsSuffix(Response response) {
    var location = response.header("location");
    var url = asked.repository().url();
    return response.status() / 100 == 3
        && head.method().equals("GET")
        && !url.value().endsWith(".git")
        && location.isPresent()
        && location.get().equals(GitPath.url(url, true, asked.path()));
  }

  /// @param recording also gets the response; null: it is not kept
  private void answer(Response response, @Nullable CloneRecording recording)
      throws IOException, InterruptedException {
    if (response.status() != 200) {
      throw refused(response.status());
    }
    if (!isOfGit(response)) {
      throw failed(
          SessionError.Type.REPOSITORY_CLONE,
          false,
          "502 Bad Gateway",
          "the server did not answer as a git server does; its URL may be that of a web page, or"
              + " it may want a login");
    }
    if (!isPlain(response)) {
      throw failed(
          SessionError.Type.REPOSITORY_CLONE,
          false,
          "502 Bad Gateway",
          "the git server compresses its answer, although it was asked not to");
    }
    passage.git().worked(asked.repository().id());
    passage.denyWith(Passage.SILENT);
    passage.replyCounted(success());
    var meter =
        new PacketMeter(asked.isAdvertisement(), passage.git().refs(), passage::replyCounted);
    var eraser = new SecretEraser(tokens, meter);
    var silence = passage.limits().silence();
    for (var bytes = response.body().next(silence);
        bytes != null;
        bytes = response.body().next(silence)) {
      if (recording != null) {
        recording.accept(ByteBuffer.wrap(bytes));
      }
      eraser.accept(ByteBuffer.wrap(bytes));
      check(meter);
    }
    eraser.end();
    check(meter);
    if (eraser.hasFound()) {
      noteRepeated();
    } else if (recording != null) {
      recording.keep();
    }
    passage.endReply();
  }

  private void check(PacketMeter meter) throws NotConnected {
    if (!meter.isExceeded()) {
      return;
    }
    var e =
        failed(
            SessionError.Type.REPOSITORY_CLONE,
            false,
            "502 Bad Gateway",
            "the git server lists more than %d MiB of branches and tags (setting git.refs_mib)"
                .formatted(passage.git().refs() >> 20));
    passage.denyWith(
        meter.isBetweenPackets()
            ? refusal -> ascii(Packet.line("ERR drover: " + refusal.words()))
            : Passage.SILENT);
    throw e;
  }

  private void noteRepeated() {
    var url = asked.repository().url();
    LOG.log(
        Level.WARNING,
        "the git server of {0} has repeated the token of session {1}; it was erased",
        url,
        passage.git().session());
    passage
        .refused()
        .add(
            "the git server of " + url + " has repeated its token, which was erased in its answer");
  }

  private boolean isOfGit(Response response) {
    var type = response.header("content-type").orElse("");
    int end = type.indexOf(';');
    return (end < 0 ? type : type.substring(0, end)).strip().equalsIgnoreCase(asked.contentType());
  }

  private static boolean isPlain(Response response) {
    return response.headers("content-encoding").stream().allMatch("identity"::equalsIgnoreCase);
  }

  private NotConnected refused(int status) {
    boolean hasToken = asked.repository().token().isPresent();
    return switch (status) {
      case 401 ->
          hasToken
              ? failed(
                  SessionError.Type.REPOSITORY_AUTHENTICATION,
                  false,
                  "403 Forbidden",
                  "the git server did not accept its token (401)")
              : failed(
                  SessionError.Type.REPOSITORY_NOT_FOUND,
                  false,
                  "404 Not Found",
                  "the git server has no such public repository (401); a private one needs an"
                      + " authorization_token");
      case 403 ->
          failed(
              SessionError.Type.REPOSITORY_FORBIDDEN,
              false,
              "403 Forbidden",
              "the git server refused access"
                  + (hasToken ? " with its token" : " without a token")
                  + " (403)");
      case 404 ->
          failed(
              SessionError.Type.REPOSITORY_NOT_FOUND,
              false,
              "404 Not Found",
              "the git server has no such repository"
                  + (hasToken ? ", or does not show it with its token" : "")
                  + " (404)");
      default ->
          failed(
              SessionError.Type.REPOSITORY_CLONE,
              status >= 500 || status == 429,
              "502 Bad Gateway",
              "the git server answered with " + status);
    };
  }

  /// Notes why the repository cannot be used, for the clone of the session.
  ///
  /// @param passes whether another request may succeed soon
  private NotConnected failed(SessionError.Type type, boolean passes, String status, String why) {
    var url = asked.repository().url();
    var words = "the repository " + url + " cannot be used: " + why;
    var error = SessionError.ofRepository(type, capitalized(words) + ".", url);
    passage.git().failed(asked.repository().id(), new GitFailure(error, passes));
    passage.denyWith(e -> response(status, e.words(), ""));
    return new NotConnected(Verdict.Reason.GIT, words);
  }

  /// The head of a response, which ends with the connection.
  private ByteBuffer success() {
    return ascii(
        "HTTP/1.1 200 OK\r\ncontent-type: "
            + asked.contentType()
            + "\r\ncache-control: no-cache\r\nconnection: close\r\n\r\n");
  }

  private static String capitalized(String words) {
    return Character.toUpperCase(words.charAt(0)) + words.substring(1);
  }

  /// Git shows a text after `remote:`.
  private static ByteBuffer response(String status, String words, String header) {
    var body = "drover: " + words + ".\n";
    return response(status, "text/plain", header.isEmpty() ? "" : header + "\r\n", body);
  }

  /// Git LFS shows the message.
  private static ByteBuffer ofLfs(String words) {
    var body = Json.obj("message", "drover: " + words).toString();
    return response("501 Not Implemented", "application/vnd.git-lfs+json", "", body);
  }

  private static ByteBuffer response(String status, String type, String headers, String body) {
    return ascii(
        "HTTP/1.1 %s\r\ncontent-type: %s\r\ncontent-length: %d\r\n%sconnection: close\r\n\r\n%s"
            .formatted(status, type, body.length(), headers, body));
  }

  private static ByteBuffer ascii(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
  }
}
