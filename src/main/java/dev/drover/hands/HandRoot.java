package dev.drover.hands;

/// A directory of a session, as its hand knows it: by a name, never by a path.
public record HandRoot(String name) {
  public static final HandRoot WORKSPACE = new HandRoot("workspace");
  public static final HandRoot OUTPUTS = new HandRoot("outputs");
  public static final HandRoot TOOL_OUTPUTS = new HandRoot("tool_outputs");

  /// The directory of a memory store.
  public static HandRoot memory(String slug) {
    return new HandRoot("memory/" + slug);
  }
}
