package dev.drover.web;

import dev.drover.hands.Cell;
import dev.drover.http.Outbound;
import dev.drover.tools.ServerTool;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/// Makes the web tools that the operator's settings ask for.
public final class WebTools {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  /// The largest share of the heap that contents may take while they are fetched.
  private static final int SHARE = 8;

  private static final long CACHE = 64L << 20;
  private static final int PDFS = 2;

  private static final String USER_AGENT = "Drover";

  private WebTools() {}

  /// The tool `web_fetch`.
  ///
  /// @param outbound with a guard that allows only what agents may reach
  /// @param cell where hostile documents are read
  /// @param base64 the maximum size of an image, in base64 characters
  /// @param pixels the maximum width and height of an image
  public static ServerTool fetch(
      Outbound outbound, Cell cell, int base64, int pixels, InstantSource clock) {
    long memory = Runtime.getRuntime().maxMemory();
    int atOnce = Math.clamp(memory / SHARE / (3L * Fetcher.WHOLE), 2, 32);
    return new WebFetch(
        new Fetcher(outbound, USER_AGENT, LIMIT),
        new Conversion(new CellPdfReader(cell, PDFS), new Conversion.Largest(base64, pixels)),
        new PageCache(Math.min(CACHE, memory / 2 / SHARE), clock),
        atOnce);
  }

  /// The tool `web_search`.
  ///
  /// @param outbound without a guard: the operator chose the engine
  public static ServerTool search(Outbound outbound, WebSettings.Engine engine) {
    return new WebSearch(provider(outbound, engine));
  }

  /// What is wrong with a search engine; empty if it answers.
  public static Optional<String> problem(Outbound outbound, WebSettings.Engine engine)
      throws InterruptedException {
    try {
      provider(outbound, engine).search(new SearchQuery("drover", 1, Optional.empty()));
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  private static SearchProvider provider(Outbound outbound, WebSettings.Engine engine) {
    var requests = new EngineRequests(outbound, USER_AGENT);
    return switch (engine.kind()) {
      case SEARXNG -> new SearxngSearch(requests, engine.url(), engine.key());
      case BRAVE -> new BraveSearch(requests, engine.url(), engine.key().orElseThrow());
    };
  }
}
