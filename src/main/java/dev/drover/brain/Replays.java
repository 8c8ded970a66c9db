package dev.drover.brain;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.model.Answer;
import dev.drover.model.Capabilities;
import dev.drover.model.CompactionBlock;
import dev.drover.model.Listener;
import dev.drover.model.Models;
import dev.drover.model.Prompt;
import dev.drover.profile.Assumption;
import dev.drover.profile.ProfileSettings;
import dev.drover.profile.Profiles;
import dev.drover.profile.Strategy;
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
    var profile = profile(recording, settings);
    var chosen = ProfileSettings.recorded(profile.settings());
    var followed = chosen.with(settings.strategy(chosen.strategy()));
    return run(recording, settings, profile.label(), followed, limit);
  }

  /// Makes the requests of a session again with each assumption of the profile switched off.
  ///
  /// @param most the maximum number of points of each trial
  /// @throws Problem as [#requests] says
  public AssumptionTrials assumptions(Recording recording, ReplaySettings settings, int most) {
    var profile = profile(recording, settings);
    var made = ProfileSettings.recorded(profile.settings());
    long until = nanos.getAsLong() + limit.toNanos();
    var trials =
        new AssumptionTrials(
            run(recording, settings, profile.label(), replayable(made, settings), limit),
            settings.model(recording).equals(recording.agent().model().id()),
            recording.replies().values().stream()
                .filter(end -> end.hidden() != null && Shortfall.read(end.hidden()).isPresent())
                .count());
    for (var assumption : Assumption.ALL) {
      boolean tried = assumption.isMade(made) && !assumption.isObserved();
      trials.add(
          assumption,
          assumption.isMade(made),
          tried
              ? Optional.of(
                  run(
                      recording,
                      settings,
                      profile.label(),
                      replayable(assumption.without(made), settings),
                      Duration.ofNanos(Math.max(0, until - nanos.getAsLong()))))
              : Optional.empty(),
          from -> points(recording, from, most));
    }
    return trials;
  }

  /// What a replay can follow: it cannot know what an agent would hand over.
  private static ProfileSettings replayable(ProfileSettings made, ReplaySettings settings) {
    return made.with(settings.strategy(made.strategy()));
  }

  private ReplayedRequests run(
      Recording recording,
      ReplaySettings settings,
      String label,
      ProfileSettings followed,
      Duration within) {
    var own = recording.agent().model().id();
    return replay(recording, settings, followed, within)
        .run(
            settings.model(recording),
            label,
            recording.events(),
            recording.replies(),
            models.capabilities(own).price());
  }

  private RequestReplay replay(
      Recording recording, ReplaySettings settings, ProfileSettings followed, Duration within) {
    var own = recording.agent().model().id();
    var can = settings.capabilities(models, settings.model(recording));
    var frame = frame(recording, followed);
    var next = frame.next();
    var then = profile(own, models.capabilities(own), Chapter.of(recording.events()).profile());
    return new RequestReplay(
        new Room(can, frame.tokens(), frame.followed(), () -> next),
        frame(recording, ProfileSettings.recorded(then.settings())).tokens(),
        nanos,
        within);
  }

  /// Checks that the operator lets clients name a profile.
  ///
  /// @throws Problem `INVALID_REQUEST` if sessions cannot choose it
  public void checkSelectable(String profile) {
    profiles.selectable(profile);
  }

  /// The profile that is replayed.
  private ProfileUse profile(Recording recording, ReplaySettings settings) {
    var own = recording.agent().model().id();
    var id = settings.model(recording);
    var can = settings.capabilities(models, id);
    var recorded = Chapter.of(recording.events()).profile();
    return settings
        .profile()
        .map(name -> profiles.named(name).use(ProfileChoice.open(tools, can)))
        .orElseGet(() -> profile(id, can, id.equals(own) ? recorded : Optional.empty()));
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
    return points(recording, 0, most);
  }

  private static List<Long> points(Recording recording, long from, int most) {
    var all = recording.replies().keySet().stream().filter(one -> one >= from).sorted().toList();
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
    var id = model.orElse(recording.agent().model().id());
    return step(
        recording, position, id, replied(recording, position), prompt(recording, position, id));
  }

  /// Asks a model for the reply to a recorded request, with a context that is made anew, without
  /// thinking. The context of a profile with hand-overs is the recorded one.
  ///
  /// @param settings the model and the profile
  /// @param without the assumption that is switched off; empty for none
  /// @throws Problem as [#step] and [#requests] say
  public ReplayedStep step(
      Recording recording, long position, ReplaySettings settings, Optional<Assumption> without)
      throws InterruptedException {
    var end = replied(recording, position);
    checkReadable(recording, position);
    var id = settings.model(recording);
    var made = ProfileSettings.recorded(profile(recording, settings).settings());
    if (without.isEmpty() && made.strategy() == Strategy.NOTE) {
      return step(recording, position, id, end, prompt(recording, position, id));
    }
    var followed = replayable(without.map(one -> one.without(made)).orElse(made), settings);
    var log =
        replay(recording, settings, followed, limit)
            .before(position, recording.events(), recording.replies());
    var then = recording.with(log);
    var context = frame(then, followed).context();
    var messages = context.messages(slices -> slices.accept(log)).messages();
    return step(
        recording,
        position,
        id,
        end,
        prompt(then, id, followed, context, withoutThinking(messages)));
  }

  private static Stored replied(Recording recording, long position) {
    var end = recording.replies().get(position);
    if (end == null || end.hidden() == null) {
      throw Problem.invalid(
          "position: there is no model request with a reply at position " + position);
    }
    return end;
  }

  private ReplayedStep step(
      Recording recording, long position, String id, Stored end, Prompt prompt)
      throws InterruptedException {
    var can = models.capabilities(id);
    return new ReplayedStep(
        position,
        id,
        can.contextKnown() ? Optional.of((long) can.contextTokens()) : Optional.empty(),
        recorded(end),
        answer(recording, prompt),
        can.price());
  }

  private static ReplayedStep.Action recorded(Stored end) {
    var hidden = end.hidden() == null ? Json.EMPTY : end.hidden();
    return ReplayedStep.Action.of(
        hidden.items("content"), String.valueOf(hidden.text("stop_reason")), usage(end));
  }

  private static ModelUsage usage(Stored end) {
    return end.event() instanceof Event.ModelRequestEnd request ? request.usage() : ModelUsage.NONE;
  }

  private static void checkReadable(Recording recording, long position) {
    if (recording.before(position).stream()
        .anyMatch(stored -> stored.event() instanceof Event.Damaged)) {
      throw Problem.invalid("An event before position " + position + " cannot be read.");
    }
  }

  private Prompt prompt(Recording recording, long position, String id) {
    checkReadable(recording, position);
    var before = recording.before(position);
    var own = recording.agent().model().id();
    var profile = ProfileSettings.recorded(profileAt(recording, position).settings());
    var then = recording.with(before);
    var context = frame(then, id.equals(own) ? profile : profiles.ofModel(id).settings()).context();
    var rendered = context.messages(slices -> slices.accept(before)).messages();
    boolean reads = id.equals(own) && models.capabilities(id).serverCompaction();
    var messages = reads ? rendered : CompactionBlock.readable(rendered);
    return prompt(
        then, id, profile, context, id.equals(own) ? messages : withoutThinking(messages));
  }

  /// @param recording up to the request
  private Prompt prompt(
      Recording recording, String id, ProfileSettings profile, Context context, Json.Arr messages) {
    var frame = frame(recording, profile);
    var can = models.capabilities(id);
    return new Prompt(
        id,
        new Room(can, frame.tokens(), frame.followed(), frame::next)
            .replyTokens(Chapter.of(recording.events())),
        recording.agent().model().effort().filter(can.efforts()::contains),
        frame.system(context),
        frame.toolbox().definitions(),
        messages);
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
