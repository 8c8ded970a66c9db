package dev.drover.model.http;

import dev.drover.base.Json;
import dev.drover.model.Answer;
import dev.drover.model.Answer.Kind;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/// The failures of a model server. Each names the address of the request and quotes the server's
/// own message, shortened and without secrets. [Meaning] determines the kind.
final class Failures {
  private final ApiKey key;
  private final String address;
  private final int success;

  /// @param key the key that no message may contain, even if the server repeats it
  /// @param address the address of the requests, in a form that may be shown
  Failures(ApiKey key, String address) {
    this(key, address, 200);
  }

  private Failures(ApiKey key, String address, int success) {
    this.key = key;
    this.address = address;
    this.success = success;
  }

  /// The failures of a response that began with this status.
  Failures after(int success) {
    return new Failures(key, address, success);
  }

  /// A temporary failure.
  static Answer.Failure broken(String message) {
    return new Answer.Failure(Kind.BROKEN, message, Optional.empty());
  }

  /// A temporary failure of the connection, or a time-out.
  ///
  /// @param what the message, with `%s` in place of the address
  /// @param why empty if there is nothing more to say
  BrokenStream unreachable(String what, String why) {
    return new BrokenStream(
        what.formatted(address) + (why.isEmpty() ? "" : ": " + Wording.fit(why, key)));
  }

  /// An error after the status of a success.
  Answer.Failure inStream(Json.Obj body) {
    return inStream(ErrorBody.read(body));
  }

  private Answer.Failure inStream(ErrorWords words) {
    var kind = Meaning.inStream(words);
    return new Answer.Failure(
        kind,
        "HTTP "
            + success
            + " from "
            + address
            + ", then an error"
            + said(words)
            + advice(kind, words),
        Optional.empty(),
        whole(words));
  }

  /// A stream that ended before its reply was complete.
  ///
  /// @param skipped text in the stream that was not part of a reply and may give the reason; may be
  ///   empty
  Answer.Failure unended(String how, String skipped) {
    var said = skipped.isBlank() ? "" : ": " + Wording.fit(skipped, key);
    return broken("the stream of the model server at " + address + " ended " + how + said);
  }

  /// A reply in the form of another API than the one that is configured.
  Answer.Failure otherApi(ReplyApi other) {
    return new Answer.Failure(
        Kind.REJECTED,
        "HTTP %d from %s, but this looks like %s".formatted(success, address, other.advice()),
        Optional.empty());
  }

  /// A success without an event stream: an error, or a server that is not a model server.
  Answer.Failure notAStream(String body) {
    var words = ErrorWords.of(body);
    boolean isJson = body.startsWith("{") || body.startsWith("[");
    if (isJson && !words.message().isEmpty() && !body.startsWith(words.message())) {
      return inStream(words);
    }
    return broken(
        "HTTP "
            + success
            + " from "
            + address
            + ", but not an event stream. Check that this is a model server that supports"
            + " streaming."
            + (isJson || said(words).isEmpty() ? "" : " The body says" + said(words)));
  }

  /// A body in an encoding that is not supported. For gzip see [Unzipped].
  Answer.Failure encoded(String encoding) {
    return new Answer.Failure(
        Kind.REJECTED,
        "HTTP %d from %s, but the reply has the content encoding %s, which Drover did not request and cannot read"
            .formatted(success, address, Wording.fit(encoding, key)),
        Optional.empty());
  }

  /// The failure of a redirect: redirects are not followed.
  ///
  /// @param location the target; empty if the server does not name it
  Answer.Failure redirect(int status, String location) {
    return new Answer.Failure(
        Kind.REJECTED,
        "HTTP %d from %s: the model server redirects%s, and redirects are not followed; set its base URL to the final address"
            .formatted(
                status, address, location.isEmpty() ? " elsewhere" : " to " + target(location)),
        Optional.empty());
  }

  private String target(String location) {
    try {
      var url = URI.create(location);
      return Wording.fit(url.getHost() == null ? location : ModelAddress.shown(url), key);
    } catch (IllegalArgumentException _) {
      return Wording.fit(location, key);
    }
  }

  /// @param words the error in the response's body
  Answer.Failure ofStatus(int status, ErrorWords words, Optional<Duration> retryAfter) {
    var said = said(words);
    var phrase = said.isEmpty() ? Phrases.of(status).map(name -> ": " + name).orElse("") : said;
    var kind = Meaning.of(status, words);
    return new Answer.Failure(
        kind,
        "HTTP " + status + " from " + address + phrase + advice(kind, words),
        retryAfter,
        whole(words));
  }

  private static Answer.Said whole(ErrorWords words) {
    return new Answer.Said(words.whole(), true);
  }

  /// The advice for a refusal that names a reply limit: to change the setting.
  private static String advice(Kind kind, ErrorWords words) {
    boolean isLimit =
        ReplyRoom.left(words).orElse(0) >= ReplyRoom.LEAST
            || (ReplyRoom.stated(words).isPresent() && !ContextFull.isSaid(words));
    return isLimit && kind == Kind.REJECTED
        ? "; the reply limit is too high for this model; lower" + " model_settings.MODEL.max_tokens"
        : "";
  }

  private String said(ErrorWords words) {
    var fit = Wording.fit(words.shown(), key);
    return fit.isEmpty() ? "" : ": " + fit;
  }
}
