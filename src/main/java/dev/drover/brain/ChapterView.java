package dev.drover.brain;

import dev.drover.base.Json;
import dev.drover.session.EventId;
import dev.drover.session.Stored;
import java.util.ArrayList;

/// A context that sends the newest chapter of the log: its opening, and all that follows. Without a
/// chapter it sends the whole log.
///
/// @param breakpoints whether to mark where a cached prefix may end: after the system prompt; after
///   the part of an opening with which the next chapter may begin, too; and after the last two user
///   messages, so that each request finds the prefix of the one before
record ChapterView(boolean breakpoints) implements Context {
  private static final Json.Obj MARK = Json.obj("type", "ephemeral");

  @Override
  public Json.Arr system(String system) {
    var block = Json.obj("type", "text", "text", system);
    return Json.arr(breakpoints ? block.with("cache_control", MARK) : block);
  }

  @Override
  public Rendered messages(Slices log) {
    return messages(log, Long.MAX_VALUE);
  }

  @Override
  public Rendered messages(Slices log, long until) {
    return rendering(log, until).build(breakpoints);
  }

  @Override
  public Rendered messages(Slices log, long until, EventId request, String instruction) {
    var rendering = rendering(log, until);
    rendering.say(request, instruction);
    return rendering.build(breakpoints);
  }

  private static Rendering rendering(Slices log, long until) {
    var events = new ArrayList<Stored>();
    log.forEach(events::addAll);
    var chapter = Chapter.of(events);
    var omissions = new Omissions();
    omissions.addAll(events);
    var rendering = new Rendering(omissions, chapter.limits());
    chapter.opened().ifPresent(opened -> rendering.open(opened, chapter.position()));
    for (var stored : chapter.events()) {
      if (stored.position() <= until) {
        rendering.add(stored);
      }
    }
    return rendering;
  }
}
