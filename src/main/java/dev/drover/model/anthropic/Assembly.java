package dev.drover.model.anthropic;

import dev.drover.base.Json;
import dev.drover.model.Answer;
import dev.drover.model.Answer.Lost;
import dev.drover.model.CompactionBlock;
import dev.drover.model.Listener;
import dev.drover.model.http.BrokenStream;
import dev.drover.model.http.CallInput;
import dev.drover.model.http.ReplyApi;
import dev.drover.model.http.ReplyBuilder;
import dev.drover.model.http.ReplyEvents.ReplyEvent;
import dev.drover.model.http.Stop;
import dev.drover.model.http.TokenCount;
import dev.drover.session.ModelUsage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Builds one reply from the events of one stream.
final class Assembly implements ReplyBuilder {
  /// The stop reasons of the API. Those of other vendors are translated.
  private static final Set<String> KNOWN =
      Set.of("end_turn", "stop_sequence", "tool_use", "pause_turn", "refusal", "max_tokens");

  private final Listener listener;
  private final Set<String> tools;
  private final boolean compacts;
  private final Blocks blocks = new Blocks();
  private @Nullable String stopReason;
  private Json.Obj stopDetails = Json.EMPTY;
  private ModelUsage usage = ModelUsage.NONE;
  private ModelUsage compaction = ModelUsage.NONE;
  private boolean stopped;

  /// @param tools the names of the offered tools
  /// @param compacts whether a compaction block was asked for
  Assembly(Listener listener, Set<String> tools, boolean compacts) {
    this.listener = listener;
    this.tools = tools;
    this.compacts = compacts;
  }

  @Override
  public void accept(ReplyEvent event) throws BrokenStream {
    var body = event.body();
    var given = body.text("type");
    switch (given == null ? event.name() : given) {
      case "message_start" -> take(body.object("message"));
      case "message" -> {
        take(body);
        close(body, Json.EMPTY);
        stopped = true;
      }
      case "content_block_start" -> begin(body);
      case "content_block_delta" -> change(body);
      case "content_block_stop" -> blocks.stop(number(body));
      case "message_delta" -> close(body.object("delta"), body.object("usage"));
      case "message_stop" -> stopped = true;
      // ping and what is newer than this client
      default -> {}
    }
  }

  @Override
  public boolean isOver() {
    return stopped;
  }

  @Override
  public boolean isFinished() {
    return stopReason != null;
  }

  @Override
  public boolean isBegun() {
    return !blocks.all().isEmpty();
  }

  @Override
  public boolean isWhole() {
    return isBegun()
        && !blocks.isCallLost()
        && blocks.all().stream().allMatch(Block::isWhole)
        && blocks.all().stream().anyMatch(block -> block.isText() || block.isCall());
  }

  /// Adds a message that is not streamed, or the head of a streamed one, which has no content yet.
  private void take(Json.Obj message) throws BrokenStream {
    for (var start : starts(message.get("content").orElse(Json.NULL))) {
      begin(Json.obj("index", blocks.all().size(), "content_block", start));
    }
    blocks.all().forEach(Block::stop);
    count(message.object("usage"));
  }

  /// The blocks of a content: a list of blocks, a single block, or a text.
  private static List<Json> starts(Json content) {
    return switch (content) {
      case Json.Arr(var items) ->
          items.stream()
              .flatMap(item -> item instanceof Json.Arr ? Stream.empty() : starts(item).stream())
              .toList();
      case Json.Str(var text) when !text.isEmpty() ->
          List.of(Json.obj("type", "text", "text", text));
      case Json.Obj block -> List.of(block);
      default -> List.of();
    };
  }

  private void begin(Json.Obj body) throws BrokenStream {
    if (!(body.get("content_block").orElse(Json.NULL) instanceof Json.Obj start)) {
      return; // its deltas begin it
    }
    var begun = blocks.start(number(body), start);
    if (begun.isPresent()) {
      listener.blockStarted(begun.get().place(), begun.get().type());
      if (begun.get().isCall() && tools.contains(name(start))) {
        listener.callStarted(begun.get().place(), name(start));
      }
      show(begun.get(), begun.get().shownAtStart());
    }
  }

  private void change(Json.Obj body) throws BrokenStream {
    var delta = body.object("delta");
    int before = blocks.all().size();
    var block = blocks.of(number(body), delta);
    if (block.isPresent()) {
      if (blocks.all().size() > before) {
        listener.blockStarted(block.get().place(), block.get().type());
      }
      show(block.get(), block.get().apply(delta));
    }
  }

  private static long number(Json.Obj body) {
    return body.number("index", -1);
  }

  private void show(Block block, String text) {
    if (block.isText() && !text.isEmpty()) {
      listener.text(block.place(), text);
    }
  }

  private void close(Json.Obj delta, Json.Obj counts) {
    var reason = delta.text("stop_reason");
    if (Stop.of(reason) != Stop.MISSING) {
      stopReason = reason;
    }
    if (delta.get("stop_details").orElse(Json.NULL) instanceof Json.Obj details) {
      stopDetails = details;
    }
    count(counts);
  }

  /// Counts are running totals. Servers differ in the events that have them, and some send 0 for
  /// unknown counts, so the greatest one is valid.
  private void count(Json.Obj counts) {
    usage = greatest(usage, counted(counts));
    var iterations = counts.items("iterations");
    if (!iterations.isEmpty()) {
      compaction = greatest(compaction, compactions(iterations));
    }
  }

  /// What a server has used to compact the conversation; it is not in the counts of the message.
  private static ModelUsage compactions(List<Json> iterations) {
    return iterations.stream()
        .filter(CompactionBlock::is)
        .map(iteration -> counted((Json.Obj) iteration))
        .reduce(ModelUsage.NONE, Assembly::sum);
  }

  private static ModelUsage counted(Json.Obj counts) {
    return new ModelUsage(
        TokenCount.of(counts, "input_tokens"),
        TokenCount.of(counts, "output_tokens"),
        TokenCount.of(counts, "cache_read_input_tokens"),
        TokenCount.of(counts, "cache_creation_input_tokens"));
  }

  private static ModelUsage greatest(ModelUsage one, ModelUsage other) {
    return new ModelUsage(
        Math.max(one.inputTokens(), other.inputTokens()),
        Math.max(one.outputTokens(), other.outputTokens()),
        Math.max(one.cacheReadTokens(), other.cacheReadTokens()),
        Math.max(one.cacheCreationTokens(), other.cacheCreationTokens()));
  }

  private static ModelUsage sum(ModelUsage one, ModelUsage other) {
    return new ModelUsage(
        one.inputTokens() + other.inputTokens(),
        one.outputTokens() + other.outputTokens(),
        one.cacheReadTokens() + other.cacheReadTokens(),
        one.cacheCreationTokens() + other.cacheCreationTokens());
  }

  @Override
  public ReplyApi api() {
    return ReplyApi.MESSAGES;
  }

  @Override
  public String mark() {
    return "message_stop";
  }

  @Override
  public Answer reply() throws BrokenStream {
    var stop = Stop.of(stopReason);
    if (stop == Stop.FAILED) {
      throw new BrokenStream("the model server aborted the reply");
    }
    var content = new ArrayList<Json>();
    var unreadable = new HashMap<Integer, String>();
    var lost =
        stop == Stop.MALFORMED_CALL || blocks.isCallLost() ? Lost.MALFORMED_CALL : Lost.NOTHING;
    boolean called = false;
    for (var block : blocks.all()) {
      var input = block.hasInput() ? block.input() : new CallInput.Whole(Json.EMPTY);
      boolean cut = stop == Stop.CUT || stop == Stop.REFUSED;
      if (cut && isCut(block, input)) {
        lost = stop == Stop.CUT && block.isCall() ? Lost.CUT_CALL : lost;
      } else if (block.isNameless()) {
        lost = block.isBare() ? lost : Lost.MALFORMED_CALL;
      } else {
        called |= block.isCall();
        content.add(named(block.whole(read(input, block, unreadable, content.size()))));
      }
    }
    if (!called && lost == Lost.NOTHING && Stop.isCall(stopReason)) {
      lost = Lost.MALFORMED_CALL;
    }
    return new Answer.Reply(
        new Json.Arr(content),
        reason(stop, called),
        stopDetails,
        sum(usage, compaction),
        new Answer.Flaws(unreadable, lost));
  }

  /// The block, without blanks around the name of a tool.
  private Json named(Json whole) {
    var block = (Json.Obj) whole;
    var name = name(block);
    return name.equals(Block.piece(block, "name")) ? block : block.with("name", name);
  }

  private String name(Json.Obj block) {
    var name = Block.piece(block, "name");
    return !tools.contains(name) && tools.contains(name.strip()) ? name.strip() : name;
  }

  /// Whether a call was cut off. A call that was cut before its first piece of input looks like one
  /// without input.
  private boolean isCut(Block block, CallInput input) {
    boolean last = block == blocks.all().getLast();
    return switch (input) {
      case CallInput.Unreadable(_, var early) -> early || last;
      case CallInput.Whole _ -> last && block.isCall() && block.isBare();
    };
  }

  private static Json.Obj read(
      CallInput input, Block block, Map<Integer, String> unreadable, int index)
      throws BrokenStream {
    return switch (input) {
      case CallInput.Whole(var object) -> object;
      case CallInput.Unreadable _ when !block.isCall() ->
          throw new BrokenStream("the input of a server tool is not a JSON object");
      case CallInput.Unreadable(var why, _) -> {
        unreadable.put(index, why);
        yield Json.EMPTY;
      }
    };
  }

  private String reason(Stop stop, boolean called) {
    if (compacts && CompactionBlock.TYPE.equals(stopReason)) {
      return CompactionBlock.TYPE;
    }
    if (stopReason != null
        && (called || !Stop.isCall(stopReason))
        && (KNOWN.contains(stopReason) || stopReason.startsWith("model_context"))) {
      return stopReason;
    }
    return switch (stop) {
      case CUT -> "max_tokens";
      case REFUSED -> "refusal";
      case MISSING, WHOLE, MALFORMED_CALL, FAILED -> called ? "tool_use" : "end_turn";
    };
  }
}
