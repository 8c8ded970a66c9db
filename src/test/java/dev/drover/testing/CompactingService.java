package dev.drover.testing;

import dev.drover.base.Json;
import dev.drover.model.CompactionBlock;
import dev.drover.session.ModelUsage;
import dev.drover.testing.ScriptedMessages.Request;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/// The vendor's Messages server as its SDKs describe it: it makes compaction blocks on request,
/// takes back only those that it has made, and refuses thinking behind other messages than it was
/// written after. It replies with thinking, with more of it between two calls, with a call, and
/// with the end of a turn. For a [ScriptedMessages]; safe for many threads.
///
/// A block stands for the messages of the request that asked for it, so thinking behind it is valid
/// if it is valid behind these messages. Thinking before it may be left out.
public final class CompactingService implements Function<Request, Script> {
  public static final String BETA = "compact-2026-09-04";

  /// What the summaries of blocks have in them.
  public static final String FACT = "The archive is at vault-4711.";

  /// What making a block takes, which is reported beside the counts of the message.
  public static final ModelUsage USED = new ModelUsage(4_000, 50, 7, 3);

  private static final int OUTPUT = 50;

  private static final String BOUND = "The block is bound to a different conversation: messages.";

  private final int window;
  private final int calls;
  private final String instruction;
  private final Map<String, Minted> minted = new HashMap<>();
  private final List<Request> ordinary = new CopyOnWriteArrayList<>();
  private final List<Request> compactions = new CopyOnWriteArrayList<>();
  private final List<String> refusals = new CopyOnWriteArrayList<>();
  private volatile Function<Json.Obj, Script> compacted = CompactingService::whole;
  private volatile boolean refusesBlocks;

  /// A block, with the system prompt, the tools and the messages for which it stands.
  private record Minted(Json.Obj block, String frame, MessageDigest state) {}

  /// @param window the size of its context, in tokens
  /// @param calls the number of calls in each turn of its model
  /// @param instruction the beginning of Drover's own instruction for a summary
  public CompactingService(int window, int calls, String instruction) {
    this.window = window;
    this.calls = calls;
    this.instruction = instruction;
  }

  /// What it answers to requests for a block, given the block.
  public CompactingService compacts(Function<Json.Obj, Script> way) {
    compacted = way;
    return this;
  }

  /// From now on it does not know the block that it is sent.
  public void refuseBlocks() {
    refusesBlocks = true;
  }

  /// The requests of the conversation that it has answered.
  public List<Request> ordinary() {
    return ordinary;
  }

  /// The requests for blocks.
  public List<Request> compactions() {
    return compactions;
  }

  /// The reasons for which it has refused requests.
  public List<String> refusals() {
    return refusals;
  }

  private static int tokens(Json.Obj body) {
    int characters = 0;
    for (var part : List.of("system", "tools", "messages")) {
      characters += body.get(part).map(Json::toString).orElse("").length();
    }
    return characters * 10 / 32;
  }

  @Override
  public synchronized Script apply(Request request) {
    var body = request.body();
    boolean compacts = body.get("compaction").isPresent();
    if (compacts) {
      compactions.add(request);
    }
    var fault = compacts ? compactionFault(request) : Optional.<String>empty();
    var refusal = fault.or(() -> blockFault(request)).or(() -> check(body).fault());
    if (refusal.isPresent()) {
      refusals.add(refusal.get());
      return Script.status(400, "invalid_request_error", refusal.get());
    }
    if (tokens(body) > window) {
      return Script.status(
          400,
          "invalid_request_error",
          "prompt is too long: " + tokens(body) + " tokens > " + window + " maximum");
    }
    return compacts ? compact(body) : reply(request);
  }

  private static Optional<String> compactionFault(Request request) {
    var body = request.body();
    var config = body.object("compaction");
    if (!BETA.equals(request.headers().get("anthropic-beta"))) {
      return Optional.of("compaction: Extra inputs are not permitted");
    }
    if (!"summarize".equals(config.text("type"))) {
      return Optional.of("compaction.type: must be summarize");
    }
    if (body.get("context_management").isPresent() || body.get("stop_sequences").isPresent()) {
      return Optional.of("compaction: cannot be combined with context_management");
    }
    var last = (Json.Obj) body.items("messages").getLast();
    return "assistant".equals(last.text("role"))
        ? Optional.of("compaction_incomplete_turn: the last turn is not finished")
        : Optional.empty();
  }

  private Optional<String> blockFault(Request request) {
    var messages = request.body().items("messages");
    for (int i = 0; i < messages.size(); i++) {
      var content = ((Json.Obj) messages.get(i)).items("content");
      for (int j = 0; j < content.size(); j++) {
        if (CompactionBlock.is(content.get(j))) {
          var fault = blockFault((Json.Obj) content.get(j), request, i + j == 0);
          if (fault.isPresent()) {
            return Optional.of(fault.get().formatted(Integer.toString(i), Integer.toString(j)));
          }
        }
      }
    }
    return Optional.empty();
  }

  private Optional<String> blockFault(Json.Obj block, Request request, boolean first) {
    if (refusesBlocks || !BETA.equals(request.headers().get("anthropic-beta"))) {
      return Optional.of(
          "messages.%s.content.%s: Input tag 'compaction' found using 'type' does not match any of"
              + " the expected tags: 'text', 'tool_use'");
    }
    if (!first) {
      return Optional.of("compaction_block_misplaced: messages.%s.content.%s");
    }
    var known = minted.get(String.valueOf(block.text("signature")));
    if (known == null) {
      return Optional.of("compaction_signature_invalid: messages.%s.content.%s");
    }
    return known.block().equals(block)
        ? Optional.empty()
        : Optional.of("compaction_content_mismatch: messages.%s.content.%s");
  }

  /// What a request's thinking is checked against: all blocks before it, without cache marks, and
  /// for a compaction block those for which it stands. Other thinking may be missing.
  ///
  /// @param fault empty if all thinking is where it was written
  /// @param end after all messages
  private record Checked(Optional<String> fault, MessageDigest end) {
    String signature() {
      return signed(end);
    }
  }

  private Checked check(Json.Obj body) {
    var messages = body.items("messages");
    var digest = beginning(body);
    var fault = Optional.<String>empty();
    for (int i = 0; i < messages.size(); i++) {
      var message = (Json.Obj) messages.get(i);
      var expected = signed(digest);
      for (var item : message.items("content")) {
        var block = (Json.Obj) item;
        if (isThinking(block)) {
          fault = expected.equals(signature(block)) ? fault : Optional.of(BOUND + i);
        } else if (!CompactionBlock.is(block)) {
          update(digest, message.text("role") + unmarked(block));
        }
      }
    }
    return new Checked(fault, digest);
  }

  /// A digest of all that stands before the messages.
  private MessageDigest beginning(Json.Obj body) {
    var frame = frame(body);
    var messages = new Json.Arr(body.items("messages"));
    if (CompactionBlock.isFirst(messages)) {
      var block = ((Json.Obj) messages.items().getFirst()).items("content").getFirst();
      var known = minted.get(String.valueOf(((Json.Obj) block).text("signature")));
      if (known != null) {
        var digest = copy(known.state());
        update(digest, known.frame().equals(frame) ? "" : frame);
        return digest;
      }
    }
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      update(digest, frame);
      return digest;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String frame(Json.Obj body) {
    var blocks = new ArrayList<Json>();
    for (var part : List.of("system", "tools")) {
      body.items(part).forEach(item -> blocks.add(unmarked((Json.Obj) item)));
    }
    return new Json.Arr(blocks).toString();
  }

  private static void update(MessageDigest digest, String text) {
    digest.update(text.getBytes(StandardCharsets.UTF_8));
  }

  private static MessageDigest copy(MessageDigest digest) {
    try {
      return (MessageDigest) digest.clone();
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String signed(MessageDigest digest) {
    return HexFormat.of().formatHex(copy(digest).digest());
  }

  private static Json.Obj unmarked(Json.Obj block) {
    if (block.get("cache_control").isEmpty()) {
      return block;
    }
    var fields = new LinkedHashMap<>(block.fields());
    fields.remove("cache_control");
    return new Json.Obj(fields);
  }

  private static boolean isThinking(Json.Obj block) {
    return String.valueOf(block.text("type")).endsWith("thinking");
  }

  private static String signature(Json.Obj thinking) {
    var data = thinking.text("data");
    return String.valueOf(data == null ? thinking.text("signature") : data);
  }

  private Script compact(Json.Obj body) {
    var signature = "c2ln-" + minted.size();
    var block =
        Json.obj(
            "type",
            CompactionBlock.TYPE,
            "content",
            "Goal: the report. " + FACT + " Next: part 9. ".repeat(20) + minted.size(),
            "encrypted_content",
            "b3BhcXVl" + minted.size(),
            "signature",
            signature);
    minted.put(signature, new Minted(block, frame(body), check(body).end()));
    return compacted.apply(block);
  }

  /// The beginning of a reply that counts nothing by itself.
  public static Script begun() {
    return Script.stream()
        .event(
            Json.obj(
                "type",
                "message_start",
                "message",
                Json.obj(
                    "id",
                    "msg_compaction",
                    "type",
                    "message",
                    "role",
                    "assistant",
                    "content",
                    Json.arr(),
                    "stop_reason",
                    null,
                    "usage",
                    Json.obj("input_tokens", 0, "output_tokens", 0))));
  }

  /// A reply with a block, as the SDKs read it: its content comes in one delta.
  public static Script whole(Json.Obj block) {
    return ended(withBlock(begun(), block), CompactionBlock.TYPE);
  }

  /// Adds a block.
  public static Script withBlock(Script script, Json.Obj block) {
    var delta =
        Json.obj("type", "compaction_delta", "content", block.get("content").orElse(Json.NULL))
            .with("encrypted_content", block.get("encrypted_content").orElse(Json.NULL));
    return script.block(block.with("content", null).with("encrypted_content", null), delta);
  }

  /// Ends a reply whose tokens are those of a compaction alone.
  public static Script ended(Script script, String stop) {
    return script
        .event(
            Json.obj(
                "type",
                "message_delta",
                "delta",
                Json.obj("stop_reason", stop, "stop_sequence", null),
                "usage",
                Json.obj(
                    "input_tokens",
                    0,
                    "output_tokens",
                    0,
                    "iterations",
                    Json.arr(
                        Json.obj(
                            "type",
                            "compaction",
                            "input_tokens",
                            USED.inputTokens(),
                            "output_tokens",
                            USED.outputTokens(),
                            "cache_read_input_tokens",
                            USED.cacheReadTokens(),
                            "cache_creation_input_tokens",
                            USED.cacheCreationTokens())))))
        .event(Json.obj("type", "message_stop"))
        .endWithoutStop();
  }

  private Script reply(Request request) {
    var body = request.body();
    if (body.items("messages").getLast().toString().contains(instruction)) {
      return Script.reply()
          .text("Goal: the report. " + FACT + " Next: part 9. ".repeat(20))
          .usage(tokens(body), OUTPUT);
    }
    ordinary.add(request);
    int number = ordinary.size() - 1;
    var signature = check(body).signature();
    var script =
        Script.reply().thinking("Thought " + number, signature).usage(tokens(body), OUTPUT);
    if (number % (calls + 1) == calls) {
      return script.text("Turn " + number + " is done.");
    }
    read(script, "a" + number);
    return number % 3 == 1
        ? read(script.block(Json.obj("type", "redacted_thinking", "data", signature)), "b" + number)
        : script;
  }

  private static Script read(Script script, String file) {
    var input = Json.obj("file_path", "/workspace/" + file);
    return script.toolUse("toolu_" + file, "read", input.toString());
  }
}
