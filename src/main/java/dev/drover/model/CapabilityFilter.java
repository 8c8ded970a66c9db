package dev.drover.model;

import dev.drover.base.Json;

/// A filter in front of a model that replaces each block which the model does not accept by a note,
/// so that the conversation continues and the model knows what is missing.
///
/// @param images whether the model accepts images
/// @param documents whether the model accepts documents that are not text
record CapabilityFilter(Model model, boolean images, boolean documents) implements Model {
  @Override
  public Answer answer(Prompt prompt, Listener listener) throws InterruptedException {
    return model.answer(prompt.withMessages(spared(prompt.messages())), listener);
  }

  /// The filtered blocks, including the blocks within them. A value that is not a list of blocks is
  /// unchanged.
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

  /// The note for a block, with the block's cache mark.
  private static Json.Obj note(Json.Obj block, String what) {
    var titled = block.text("title") == null ? what : what + " named " + block.text("title");
    var note =
        Json.obj("type", "text", "text", "[" + titled + " was left out: this model takes none]");
    return block.get("cache_control").map(mark -> note.with("cache_control", mark)).orElse(note);
  }
}
