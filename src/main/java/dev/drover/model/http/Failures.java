package dev.drover.model.http;

import dev.drover.base.Json;
import dev.drover.model.Answer;
import dev.drover.model.Answer.Kind;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/// Says what went wrong with a model server: the address that was asked, and the server's own
/// words, shortened and without secrets. [Meaning] says of which kind it is.
final class Failures {
  private final ApiKey key;
  private final String address;

  /// @param key what no message may hold, even if the server repeats it
  /// @param address the address that is asked, as it may be shown
  Failures(ApiKey key, String address) {
    this.key = key;
    this.address = address;
  }

  /// Another try may work.
  static Answer.Failure broken(String message) {
    return new Answer.Failure(Kind.BROKEN, message, Optional.empty());
  }

  /// The connection or the wait for it failed; another try may work.
  ///
  /// @param what with `%s` where the address belongs
  /// @param why empty if there is nothing more to say
  BrokenStream unreachable(String what, String why) {
    return new BrokenStream(
        what.formatted(address) + (why.isEmpty() ? "" : ": " + Wording.fit(why, key)));
  }

  /// An error after the server had already said 200.
  Answer.Failure inStream(Json.Obj body) {
    return inStream(ErrorBody.read(body));
  }

  private Answer.Failure inStream(ErrorWords words) {
    var kind = Meaning.inStream(words);
    return new Answer.Failure(
        kind,
        "HTTP 200 from " + address + ", then an error" + said(words) + advice(kind, words),
        Optional.empty(),
        whole(words));
  }

  /// A stream that ended before its reply did.
  ///
  /// @param skipped text in it that was no part of a reply, and may say why; may be empty
  Answer.Failure unended(String how, String skipped) {
    var said = skipped.isBlank() ? "" : ": " + Wording.fit(skipped, key);
    return broken("the stream of the model server at " + address + " ended " + how + said);
  }

  /// A 200 without an event stream: an error that hides behind it, or no such server.
  Answer.Failure notAStream(String body) {
    var words = ErrorWords.of(body);
    boolean isJson = body.startsWith("{") || body.startsWith("[");
    if (isJson && !words.message().isEmpty() && !body.startsWith(words.message())) {
      return inStream(words);
    }
    return broken(
        "HTTP 200 from "
            + address
            + ", but not an event stream. Check that this is a model server that supports"
            + " streaming."
            + (isJson || said(words).isEmpty() ? "" : " The body says" + said(words)));
  }

  /// A body in an encoding that is not read; gzip is, see [Unzipped].
  Answer.Failure encoded(String encoding) {
    return new Answer.Failure(
        Kind.REJECTED,
        "HTTP 200 from %s, but the reply has the content encoding %s, which Drover did not request and cannot read"
            .formatted(address, Wording.fit(encoding, key)),
        Optional.empty());
  }

  /// The server sends its clients elsewhere; redirects are not followed.
  ///
  /// @param location where to; empty if the server does not say
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

  /// @param words of the response's body
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

  /// A refusal that names a reply limit is about a setting.
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
