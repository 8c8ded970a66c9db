package dev.drover.brain;

import dev.drover.model.Answer;
import dev.drover.model.Capabilities;
import dev.drover.profile.ProfileFigures;
import dev.drover.profile.ProfileSettings;
import dev.drover.profile.Profiles;
import dev.drover.session.Event;
import dev.drover.session.ModelUsage;
import dev.drover.session.ProfileUse;
import dev.drover.session.Session;
import dev.drover.tools.Inventory;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The profiles for one model request: that of its chapter, and the one that a chapter would have
/// which begins with the request. For one request; one thread.
final class ProfileChoice {
  /// The largest context that is too small for summaries: a request for one takes a good part of
  /// it, and the models that have it summarize badly.
  private static final int SMALL = 32_768;

  private final WakeContext at;
  private final Chapter chapter;
  private @Nullable ProfileUse next;

  /// @param chapter with the messages that the request would take up
  ProfileChoice(WakeContext at, Chapter chapter) {
    this.at = at;
    this.chapter = chapter;
  }

  Chapter chapter() {
    return chapter;
  }

  /// The profile of the chapter: as the log has it, else the one that the first request records.
  ProfileUse now() {
    return chapter.profile().orElseGet(this::next);
  }

  /// The profile of the chapter as it has to be recorded; empty if the log has it.
  Optional<ProfileUse> unrecorded() {
    return chapter.profile().isPresent() ? Optional.empty() : Optional.of(next());
  }

  /// The profile of a chapter that begins now. The metadata may have changed since the wake, so
  /// they are read again, except for the first chapter.
  ProfileUse next() {
    if (next == null) {
      next =
          profiles()
              .choose(
                  at.agent().model().id(),
                  session(),
                  chapter.profile(),
                  open(
                      at.harness().tools(),
                      at.harness().models().capabilities(at.agent().model().id())));
    }
    return next;
  }

  private Session session() {
    return chapter.profile().isPresent()
        ? at.harness().sessions().getSession(at.session())
        : at.row();
  }

  /// What the server decides where a profile leaves it open. A context that is only guessed counts
  /// as a small one.
  static ProfileSettings.Open open(Inventory tools, Capabilities model) {
    return new ProfileSettings.Open(
        tools.offersReader(), model.contextKnown() && model.contextTokens() > SMALL);
  }

  /// Reports a chapter that has begun, if there is one among these events.
  void observe(List<Event> context) {
    for (var event : context) {
      if (event instanceof Event.ContextOpened opened) {
        figures().opened(profiles().label(next()), opened);
      }
    }
  }

  /// Reports the end of the request.
  ///
  /// @param begins whether a chapter began with it
  void observe(boolean begins, Answer answer) {
    var label = profiles().label(begins ? next() : now());
    switch (answer) {
      case Answer.Reply reply -> figures().asked(label, false, reply.usage());
      case Answer.Failure _ -> figures().asked(label, true, ModelUsage.NONE);
    }
  }

  private Profiles profiles() {
    return at.harness().profiles();
  }

  private ProfileFigures figures() {
    return profiles().figures();
  }
}
