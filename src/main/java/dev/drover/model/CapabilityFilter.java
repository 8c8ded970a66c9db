package dev.drover.model;

import dev.drover.base.Json;

/// A model that is spared what it cannot take: a note stands in the place of each such block, so
/// that the conversation goes on and the model knows that something was there.
///
/// @param images whether it sees images
/// @param documents whether it reads documents that are not text
record CapabilityFilter(Model model, boolean images, boolean documents) implements Model {
  @Override
  public Answer answer(Prompt prompt, Listener listener) throws InterruptedException {
    return model.answer(prompt.withMessages(spared(prompt.messages())), listener);
  }

  /// The blocks, each with what is in it; what is no list of blocks stays.
  private Json.Arr spared(Json.Arr blocks) {
    return new Json.Arr(blocks.items().stream().map(this::spared).toList());
  }

  private Json spared(Json json) {
    if (!(json instanceof Json.Obj block)) {
      return json;
    }
    return switch (block.text("type")) {
      case "image" -> images ? block : note(block, "an image");
      case "document" -> document(block);
      case "thinking", "redacted_thinking", "text", "tool_use" -> block;
      case null, default -> inside(block);
    };
  }

  private Json.Obj document(Json.Obj block) {
    var source = block.object("source");
    return switch (source.text("type")) {
      case "text" -> block;
      case "content" -> block.with("source", inside(source));
      case null, default -> documents ? block : note(block, "a document");
    };
  }

  private Json.Obj inside(Json.Obj holder) {
    return holder.get("content").orElse(Json.NULL) instanceof Json.Arr content
        ? holder.with("content", spared(content))
        : holder;
  }

  /// Keeps the mark of a cached prefix.
  private static Json.Obj note(Json.Obj block, String what) {
    var titled = block.text("title") == null ? what : what + " named " + block.text("title");
    var note =
        Json.obj("type", "text", "text", "[" + titled + " was left out: this model takes none]");
    return block.get("cache_control").map(mark -> note.with("cache_control", mark)).orElse(note);
  }
}
