package dev.drover.brain;

import dev.drover.base.Json;

/// A context that sends the whole conversation with every request.
///
/// @param breakpoints whether to mark where a cached prefix may end: after the system prompt, and
///   after the last two user messages, so that each request finds the prefix of the one before
record FullHistory(boolean breakpoints) implements Context {
  private static final Json.Obj MARK = Json.obj("type", "ephemeral");

  @Override
  public Json.Arr system(String system) {
    var block = Json.obj("type", "text", "text", system);
    return Json.arr(breakpoints ? block.with("cache_control", MARK) : block);
  }

  @Override
  public Rendered messages(Slices log) {
    var omissions = new Omissions();
    log.forEach(omissions::addAll);
    var rendering = new Rendering(omissions);
    log.forEach(slice -> slice.forEach(rendering::add));
    return rendering.build(breakpoints);
  }
}
