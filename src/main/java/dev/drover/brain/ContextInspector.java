package dev.drover.brain;

import dev.drover.base.Json;
import dev.drover.brain.ContextReport.Kind;
import dev.drover.model.Models;
import dev.drover.profile.ProfileSettings;
import dev.drover.profile.Profiles;
import dev.drover.session.Event;
import dev.drover.session.EventLog;
import dev.drover.session.ProfileUse;
import dev.drover.session.Session;
import dev.drover.session.SessionId;
import dev.drover.session.Slice;
import dev.drover.session.Stored;
import dev.drover.session.ThreadKey;
import dev.drover.tools.Inventory;
import dev.drover.tools.Runs;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;

/// The inspection of contexts: it reports what the model sees of a session, from the log alone, so
/// on any node. It changes nothing. Safe for many threads.
///
/// @param tools the tools that agents can be offered, besides those of MCP servers
public record ContextInspector(EventLog log, Models models, Inventory tools, Profiles profiles) {
  private static final int PAGE = 1_000;
  private static final Set<String> CHAPTER = Set.of("drover.context");

  /// The types of the events that change what stands before the messages.
  private static final Set<String> FRAME =
      Set.of("drover.tools_listed", "drover.repository_cloned", "drover.forked", "drover.imported");

  /// The part of a log that a report needs.
  ///
  /// @param from the position after which events are read
  /// @param bytes the size of these events
  public record Source(long from, long bytes) {}

  /// The part of the log that [#report] reads into memory. The caller reserves memory for it.
  public Source source(SessionId session) {
    long from = newestChapter(session);
    var all = Slice.after(from, Integer.MAX_VALUE).of(ThreadKey.PRIMARY);
    return new Source(
        from, log.measure(session, all.within(Integer.MAX_VALUE, Long.MAX_VALUE)).bytes());
  }

  /// The position after which the newest chapter that this version can read sends events.
  private long newestChapter(SessionId session) {
    long before = Long.MAX_VALUE;
    while (true) {
      var found = log.getEvents(session, slice(before, 1, false, CHAPTER)).stream().findFirst();
      if (found.isEmpty()) {
        return 0;
      }
      if (found.get().event() instanceof Event.ContextOpened opened) {
        return opened.from();
      }
      before = found.get().position();
    }
  }

  private static Slice slice(long after, int limit, boolean ascending, Set<String> types) {
    return new Slice(after, limit, ascending, types, false, Optional.empty(), Optional.empty())
        .of(ThreadKey.PRIMARY);
  }

  private List<Stored> read(SessionId session, long after, Set<String> types) {
    var events = new ArrayList<Stored>();
    long position = after;
    while (true) {
      var page = log.getEvents(session, slice(position, PAGE, true, types));
      if (page.isEmpty()) {
        return events;
      }
      events.addAll(page);
      position = page.getLast().position();
    }
  }

  /// The events that change what stands before the messages. A chapter names those before it.
  private List<Stored> frame(SessionId session, Chapter chapter) {
    var inherited = chapter.opened().flatMap(Event.ContextOpened::inherited);
    if (inherited.isEmpty()) {
      return read(session, 0, FRAME);
    }
    var events = new ArrayList<Stored>();
    for (long position : inherited.get().standing()) {
      events.addAll(log.getEvents(session, Slice.after(position - 1, 1)));
    }
    events.addAll(read(session, Math.max(0, chapter.from() - 1), FRAME));
    return events;
  }

  /// The profile that the next chapter of a session's primary thread would have.
  public ProfileUse next(Session session) {
    var newest = log.getEvents(session.id(), slice(Long.MAX_VALUE, 1, false, CHAPTER));
    return next(
        session,
        newest.stream()
            .findFirst()
            .flatMap(
                stored ->
                    stored.event() instanceof Event.ContextOpened opened
                        ? opened.profile()
                        : Optional.empty()));
  }

  /// @param before the profile of the chapter before
  private ProfileUse next(Session session, Optional<ProfileUse> before) {
    return profiles.choose(
        session.agent().model().id(),
        session,
        before,
        ProfileChoice.open(tools, models.capabilities(session.agent().model().id())));
  }

  /// The report on the primary thread of a session.
  public ContextReport report(Session session, Source source) {
    var id = session.id();
    var thread = session.primary();
    var model = thread.agent().model().id();
    var chapter = Chapter.of(read(id, source.from(), Set.of()));
    var next = next(session, chapter.profile());
    var profile = chapter.profile().orElse(next);
    Function<ProfileUse, PromptFrame> with =
        use ->
            new PromptFrame(
                thread.agent(),
                thread.notes(),
                session.resources(),
                tools,
                ProfileSettings.recorded(use.settings()),
                () -> frame(id, chapter));
    var frame = with.apply(profile);
    var toolbox = frame.toolbox();
    var system = frame.system(frame.context());
    var definitions = toolbox.definitions();
    var room =
        new Room(
            models.capabilities(model),
            Estimate.of(system) + Estimate.of(definitions),
            frame.followed(),
            () -> with.apply(next).next());
    var gauge = room.gauge(chapter);
    var limits = room.limits(chapter);
    long window = room.window(chapter);
    var sizes = new PartSizes(gauge.factor());
    var opening = chapter.opened().map(Event.ContextOpened::opening).orElse(Json.arr());
    sizes.addAll(chapter);
    var pending = new PartSizes(gauge.factor());
    log.inbox(id).of(thread.key()).queued().forEach(queued -> pending.add(queued.event()));
    return new ContextReport(
        chapter.opened(),
        chapter.position(),
        profile,
        next,
        chapter.requestedAt(),
        Math.round(gauge.tokens()),
        gauge.factor(),
        limits.soft(),
        limits.hard(),
        window == ContextLimits.UNKNOWN ? OptionalLong.empty() : OptionalLong.of(window),
        sizes.part(system),
        sizes.part(definitions),
        sizes.part(opening),
        sizes.part(Kind.MESSAGE),
        sizes.part(Kind.REPLY),
        sizes.part(Kind.RESULT),
        pending.part(Kind.MESSAGE),
        sizes.part(Kind.REPLY).count(),
        sizes.largest(),
        sizes.shortened(),
        sizes.shortenedCount(),
        toolbox.nameOf(Runs.LogReader.class));
  }
}
