package dev.drover.brain;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.model.Answer;
import dev.drover.model.Capabilities;
import dev.drover.model.CompactionBlock;
import dev.drover.model.Listener;
import dev.drover.model.Models;
import dev.drover.model.Prompt;
import dev.drover.profile.ProfileSettings;
import dev.drover.profile.Profiles;
import dev.drover.session.Event;
import dev.drover.session.ModelUsage;
import dev.drover.session.ProfileUse;
import dev.drover.session.Stored;
import dev.drover.tools.Inventory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/// Replays recorded sessions, to find out which assumptions of the harness still hold for a model.
/// No tool runs, and nothing is written. The system prompt and the tools are those that the session
/// would have now, because logs do not have them. Safe for many threads.
public final class Replays {
  /// The maximum number of points of [#points].
  public static final int MOST_POINTS = 1_000;

  private final Models models;
  private final Inventory tools;
  private final Profiles profiles;
  private final Optional<AttachedFiles> attached;
  private final LongSupplier nanos;
  private final Duration limit;

  /// @param attached the files that messages refer to; empty if there are none
  /// @param nanos a clock
  /// @param limit how long one replay of requests may take
  public Replays(
      Models models,
      Inventory tools,
      Profiles profiles,
      Optional<AttachedFiles> attached,
      LongSupplier nanos,
      Duration limit) {
    this.models = models;
    this.tools = tools;
    this.profiles = profiles;
    this.attached = attached;
    this.nanos = nanos;
    this.limit = limit;
  }

  /// Makes the requests of a session again, without a model.
  ///
  /// @throws Problem `INVALID_REQUEST` if the log is too long, or if there is no such profile
  public ReplayedRequests requests(Recording recording, ReplaySettings settings) {
    var own = recording.agent().model().id();
    var id = settings.model(recording);
    var can = settings.capabilities(models, id);
    var recorded = Chapter.of(recording.events()).profile();
    var profile =
        settings
            .profile()
            .map(name -> profiles.named(name).use(ProfileChoice.open(tools, can)))
            .orElseGet(() -> profile(id, can, id.equals(own) ? recorded : Optional.empty()));
    var chosen = ProfileSettings.recorded(profile.settings());
    var followed = chosen.with(settings.strategy(chosen.strategy()));
    var frame = frame(recording, followed);
    var next = frame.next();
    var then = profile(own, models.capabilities(own), recorded);
    return new RequestReplay(
            new Room(can, frame.tokens(), frame.followed(), () -> next),
            frame(recording, ProfileSettings.recorded(then.settings())).tokens(),
            nanos,
            limit)
        .run(
            id,
            profile.label(),
            recording.events(),
            recording.replies(),
            models.capabilities(own).price());
  }

  /// The profile of a chapter, or of a model if the chapter has recorded none. What it leaves to
  /// the server is decided anew, unless this server does not have it.
  private ProfileUse profile(String model, Capabilities can, Optional<ProfileUse> recorded) {
    var open = ProfileChoice.open(tools, can);
    return recorded
        .map(use -> profiles.recorded(use).map(one -> one.use(open)).orElse(use))
        .orElseGet(() -> profiles.ofModel(model).use(open));
  }

  /// The positions of recorded requests with a reply, spread evenly over the log.
  ///
  /// @param most the maximum number
  public List<Long> points(Recording recording, int most) {
    var all = recording.replies().keySet().stream().sorted().toList();
    int count = Math.min(most, all.size());
    var points = new ArrayList<Long>();
    for (int i = 0; i < count; i++) {
      points.add(all.get((int) ((long) (2 * i + 1) * all.size() / (2L * count))));
    }
    return points;
  }

  /// Asks a model for the reply to a recorded request, with the recorded context.
  ///
  /// @param model the id of the model; empty for the session's own. Another one gets no thinking,
  ///   which is signed for the model that wrote it
  /// @throws Problem `INVALID_REQUEST` if there is no such request, or if the model cannot be used
  public ReplayedStep step(Recording recording, long position, Optional<String> model)
      throws InterruptedException {
    var end = recording.replies().get(position);
    if (end == null || end.hidden() == null) {
      throw Problem.invalid(
          "position: there is no model request with a reply at position " + position);
    }
    var id = model.orElse(recording.agent().model().id());
    var prompt = prompt(recording, position, id);
    var can = models.capabilities(id);
    return new ReplayedStep(
        position,
        id,
        can.contextKnown() ? Optional.of((long) can.contextTokens()) : Optional.empty(),
        ReplayedStep.Action.of(
            end.hidden().items("content"),
            String.valueOf(end.hidden().text("stop_reason")),
            usage(end)),
        answer(recording, prompt),
        can.price());
  }

  private static ModelUsage usage(Stored end) {
    return end.event() instanceof Event.ModelRequestEnd request ? request.usage() : ModelUsage.NONE;
  }

  private Prompt prompt(Recording recording, long position, String id) {
    var before = recording.before(position);
    if (before.stream().anyMatch(stored -> stored.event() instanceof Event.Damaged)) {
      throw Problem.invalid("An event before position " + position + " cannot be read.");
    }
    var then =
        new Recording(
            recording.workspace(),
            recording.agent(),
            recording.notes(),
            recording.resources(),
            before);
    var own = recording.agent().model().id();
    var profile = ProfileSettings.recorded(profileAt(recording, position).settings());
    var frame = frame(then, profile);
    var context =
        id.equals(own) ? frame.context() : frame(then, profiles.ofModel(id).settings()).context();
    var can = models.capabilities(id);
    var rendered = context.messages(slices -> slices.accept(before)).messages();
    boolean reads = id.equals(own) && can.serverCompaction();
    var messages = reads ? rendered : CompactionBlock.readable(rendered);
    return new Prompt(
        id,
        new Room(can, frame.tokens(), frame.followed(), frame::next)
            .replyTokens(Chapter.of(before)),
        recording.agent().model().effort().filter(can.efforts()::contains),
        frame.system(context),
        frame.toolbox().definitions(),
        id.equals(own) ? messages : withoutThinking(messages));
  }

  /// The profile of the chapter of a request, which the request itself may record.
  private ProfileUse profileAt(Recording recording, long position) {
    var own = recording.agent().model().id();
    return Chapter.of(recording.before(position + 1))
        .profile()
        .orElseGet(() -> profile(own, models.capabilities(own), Optional.empty()));
  }

  private Answer answer(Recording recording, Prompt prompt) throws InterruptedException {
    var route = models.route(prompt.model());
    var named = prompt.forModel(route.name());
    if (attached.isEmpty()) {
      return route
          .model()
          .answer(named.withMessages(RecordedBlocks.withoutFiles(named.messages())), Listener.DEAF);
    }
    try (var loaded = attached.get().load(recording.workspace(), named.messages())) {
      return route.model().answer(named.withMessages(loaded.messages()), Listener.DEAF);
    }
  }

  private static Json.Arr withoutThinking(Json.Arr messages) {
    return RecordedBlocks.without(messages, Rendering::isThinking);
  }

  private PromptFrame frame(Recording recording, ProfileSettings profile) {
    return new PromptFrame(
        recording.agent(),
        recording.notes(),
        recording.resources(),
        tools,
        profile,
        recording::events);
  }
}
