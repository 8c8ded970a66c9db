package dev.drover.model.http;

import dev.drover.model.Answer;
import org.jspecify.annotations.Nullable;

/// Reads the events of one stream into a [ReplyBuilder] and decides whether the reply has ended.
///
/// A reply ends with the reason why it ended, with its last event, with `[DONE]`, or with the body.
/// The latter two count if a part of a reply has come and no text that is not part of one. The end
/// of the body counts only if the body is known to be whole and all that has come is complete. An
/// error or a lost connection after the reason changes nothing.
final class ReplyReader {
  private final Failures failures;
  private final ReplyEvents events;
  private final ReplyBuilder reply;
  private @Nullable ReplyApi api;

  ReplyReader(Failures failures, ReplyEvents events, ReplyBuilder reply) {
    this.failures = failures;
    this.events = events;
    this.reply = reply;
  }

  /// Reads the reply, or the error in its place.
  ///
  /// @throws BrokenStream if the stream cannot be read to its end or makes no sense
  Answer read() throws BrokenStream, InterruptedException {
    var error = firstError();
    if (error != null && !reply.isFinished()) {
      return failures.inStream(error.body());
    }
    if (isEnded()) {
      return reply.reply();
    }
    return api != null && api != reply.api() && !reply.isBegun()
        ? failures.otherApi(api)
        : failures.unended("without " + reply.mark(), events.skipped());
  }

  /// Reads up to an error or the end; null if there is no error.
  private ReplyEvents.@Nullable ReplyEvent firstError() throws BrokenStream, InterruptedException {
    try {
      while (!reply.isOver()) {
        var event = events.next();
        if (event == null || ErrorEvents.is(event)) {
          return event;
        }
        api = api == null ? ReplyApi.of(event) : api;
        reply.accept(event);
        if (reply.isFinished()) {
          events.expectEnd();
        }
      }
    } catch (BrokenStream e) {
      if (!reply.isFinished()) {
        throw e;
      }
    }
    return null;
  }

  private boolean isEnded() {
    if (reply.isFinished()) {
      return true;
    }
    return switch (reply.isOver() ? ReplyEvents.End.MARK : events.end()) {
      case MARK -> reply.isBegun() && events.skipped().isEmpty();
      case CLEAN -> reply.isWhole();
      case NONE, UNKNOWN -> false;
    };
  }
}
