package dev.drover.bench.context;

import dev.drover.base.Json;
import dev.drover.model.Answer;
import dev.drover.model.Capabilities;
import dev.drover.model.Listener;
import dev.drover.model.Model;
import dev.drover.model.Models;
import dev.drover.model.Price;
import dev.drover.model.Prompt;
import dev.drover.session.ModelUsage;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A model server that is simulated as far as the size and the beginning of a prompt matter. It
/// counts tokens by a rule of its own, refuses or truncates prompts that are longer than its
/// context, keeps the beginnings of prompts in a cache, signs thinking over what stood before it,
/// and refuses prompts that are not well-formed. What the model says is an [Author]'s. Used by one
/// thread at a time.
public final class CachingModel implements Model, Models {
  /// The id under which sessions use it, which is that of a model that needs cache marks.
  public static final String ID = "claude-simulated";

  private static final String THOUGHT =
      ": the last result says what to look at next. It fits to what was found before, so I go on.";

  private final Server server;
  private final InstantSource clock;
  private final Author author;
  private final TokenCounts counts = new TokenCounts();
  private final PromptCache cache;
  private final List<Request> requests = new ArrayList<>();
  private final Set<Long> sent = new HashSet<>();
  private @Nullable PromptView last;

  /// The properties of the server.
  ///
  /// @param context the maximum of a prompt, in tokens
  /// @param maxTokens the maximum of a reply, in tokens
  /// @param overflow what happens to longer prompts
  /// @param caching how the beginnings of prompts are kept
  /// @param signs whether replies begin with thinking, which is valid only after the same prompt
  public record Server(
      int context, int maxTokens, Overflow overflow, Caching caching, boolean signs, Price price) {}

  /// What happens to a prompt that is longer than the context.
  public enum Overflow {
    /// It is refused, in the words of each kind of server.
    ANTHROPIC("prompt is too long: %d tokens > %d maximum"),
    OPENAI(
        "Your input exceeds the context window of this model: %d tokens, at most %d are possible."),
    LLAMA_CPP(
        "the request exceeds the available context size, try increasing it (%d tokens, n_ctx %d)"),
    /// Its beginning is dropped, and the count is that of the rest.
    SILENT("");

    private final String words;

    Overflow(String words) {
      this.words = words;
    }
  }

  /// How the beginnings of prompts are kept.
  ///
  /// @param marked whether only what ends at a cache mark is kept, and paid for; otherwise
  ///   everything is kept, as by the usual local servers
  /// @param ttl how long a beginning is kept after its last use
  public record Caching(boolean marked, Duration ttl) {
    /// The default of the Messages API.
    public static final Caching MARKS = new Caching(true, Duration.ofMinutes(5));
  }

  /// The one who decides what the model says.
  @FunctionalInterface
  public interface Author {
    /// The blocks of the reply to an accepted prompt.
    List<Json.Obj> reply(Prompt prompt);
  }

  /// What became of a prompt.
  public enum Outcome {
    ANSWERED,
    /// Longer than the context.
    REFUSED,
    /// Not well-formed, or thinking in it was bound to another beginning.
    INVALID
  }

  /// A request and its answer, in tokens.
  ///
  /// @param size of the prompt
  /// @param summary whether it asks for a summary, and so is no part of the conversation
  /// @param grew whether the prompt begins with all of the conversation's last one; a request for a
  ///   summary may also be an earlier one of the conversation with the instruction at its end
  /// @param fault why there is no reply; empty if there is one
  public record Request(
      long size, boolean summary, boolean grew, Outcome outcome, String fault, ModelUsage usage) {
    /// The tokens of the prompt that were not in the cache.
    public long computed() {
      return usage.inputTokens() + usage.cacheCreationTokens();
    }
  }

  /// @param clock the time of the cache
  public CachingModel(Server server, InstantSource clock, Author author) {
    this.server = server;
    this.clock = clock;
    this.author = author;
    cache = new PromptCache(server.caching());
  }

  @Override
  public Answer answer(Prompt prompt, Listener listener) {
    var view = PromptView.of(prompt, counts);
    boolean summary = NotesRequest.isForSummary(prompt);
    var fault = PromptRules.fault(prompt.messages());
    if (fault.isEmpty() && server.signs()) {
      fault = view.foreignThinking();
    }
    if (fault.isPresent()) {
      return refused(view, summary, Outcome.INVALID, Answer.Kind.REJECTED, fault.get());
    }
    long size = view.tokens();
    boolean fits = size <= server.context();
    if (!fits && server.overflow() != Overflow.SILENT) {
      var words = server.overflow().words.formatted(size, server.context());
      return refused(view, summary, Outcome.REFUSED, Answer.Kind.CONTEXT_FULL, words);
    }
    var content = new ArrayList<Json.Obj>();
    if (server.signs()) {
      content.add(view.thinking("Step " + asked() + THOUGHT));
    }
    content.addAll(author.reply(prompt));
    long output = content.stream().mapToLong(counts::of).sum();
    var usage =
        fits
            ? cache.use(view, clock.instant(), output)
            : new ModelUsage(server.context(), output, 0, 0);
    keep(view, summary, Outcome.ANSWERED, "", usage);
    boolean calls = content.stream().anyMatch(block -> "tool_use".equals(block.text("type")));
    return new Answer.Reply(
        new Json.Arr(List.copyOf(content)), calls ? "tool_use" : "end_turn", Json.EMPTY, usage);
  }

  private Answer refused(
      PromptView view, boolean summary, Outcome outcome, Answer.Kind kind, String words) {
    keep(view, summary, outcome, words, ModelUsage.NONE);
    return new Answer.Failure(kind, "HTTP 400: " + words, Optional.empty());
  }

  private void keep(
      PromptView view, boolean summary, Outcome outcome, String fault, ModelUsage usage) {
    boolean grew = last == null || view.beginsWith(last);
    if (summary) {
      grew |= sent.contains(view.hashWithoutLast());
    } else {
      last = view;
      sent.add(view.hash());
    }
    requests.add(new Request(view.tokens(), summary, grew, outcome, fault, usage));
  }

  /// The requests so far.
  public List<Request> requests() {
    return List.copyOf(requests);
  }

  /// The number of requests so far.
  public int asked() {
    return requests.size();
  }

  /// The tokens of a JSON value by this server's count.
  public long tokens(Json.Obj block) {
    return counts.of(block);
  }

  @Override
  public Route route(String modelId) {
    return new Route(this, modelId);
  }

  @Override
  public Capabilities capabilities(String modelId) {
    return new Capabilities(
        server.context(),
        server.maxTokens(),
        List.of(),
        Optional.empty(),
        true,
        true,
        true,
        Optional.of(server.price()));
  }

  @Override
  public List<String> ids() {
    return List.of(ID);
  }
}
