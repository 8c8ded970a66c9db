package dev.drover.session;

/// The successful requests of a session's web tools.
public record WebRequests(long searches, long fetches) {
  public static final WebRequests NONE = new WebRequests(0, 0);

  /// One more request of the tool with this name; unchanged if it is not a web tool.
  public WebRequests plus(String tool) {
    return switch (tool) {
      case "web_search" -> new WebRequests(searches + 1, fetches);
      case "web_fetch" -> new WebRequests(searches, fetches + 1);
      default -> this;
    };
  }

  WebRequests plus(WebRequests more) {
    return new WebRequests(searches + more.searches, fetches + more.fetches);
  }
}
