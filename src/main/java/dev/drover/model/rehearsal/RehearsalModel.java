package dev.drover.model.rehearsal;

import dev.drover.base.Json;
import dev.drover.base.Pause;
import dev.drover.model.Answer;
import dev.drover.model.Listener;
import dev.drover.model.Model;
import dev.drover.model.Prompt;
import dev.drover.session.ModelUsage;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/// The model `rehearsal`, which needs no key and no network, and says that it is not a real model.
/// It follows the instructions in the user's text (see `Script`) with the offered tools, makes all
/// calls of a message at once, and reports the results. If the first message of a conversation has
/// no instructions, it makes one harmless `bash` call that shows the agent's environment.
///
/// The same prompt always gives the same answer, ids included. Token counts are estimates: four
/// characters each. It ignores `effort` and `max_tokens`.
public final class RehearsalModel implements Model {
  /// The signature of every thinking block. It is not checked.
  public static final String SIGNATURE = "cmVoZWFyc2Fs";

  /// The maximum number of characters in one piece of text.
  private static final int PIECE = 24;

  private final Duration firstToken;
  private final Pause pause;

  /// @param firstToken the time before the first word, as with a real model: a client that sends
  ///   first and opens the stream a moment later then misses nothing
  public RehearsalModel(Duration firstToken, Pause pause) {
    this.firstToken = firstToken;
    this.pause = pause;
  }

  @Override
  public Answer answer(Prompt prompt, Listener listener) throws InterruptedException {
    pause.pause(firstToken);
    var turn = Turn.of(prompt);
    var script = Script.of(turn.text());
    var calls = calls(turn, script);
    var content = new ArrayList<Json>();
    if (!script.thoughts().isEmpty()) {
      listener.blockStarted(content.size(), "thinking");
      content.add(
          Json.obj(
              "type",
              "thinking",
              "thinking",
              String.join("\n", script.thoughts()),
              "signature",
              SIGNATURE));
    }
    content.add(said(content.size(), Words.of(turn, script, calls), listener));
    var ids = idStem(prompt);
    for (var call : calls) {
      listener.blockStarted(content.size(), "tool_use");
      listener.callStarted(content.size(), call.tool());
      content.add(
          Json.obj(
              "type",
              "tool_use",
              "id",
              ids + content.size(),
              "name",
              call.tool(),
              "input",
              call.input()));
    }
    var blocks = new Json.Arr(content);
    return new Answer.Reply(
        blocks, calls.isEmpty() ? "end_turn" : "tool_use", Json.EMPTY, usage(prompt, blocks));
  }

  private static List<Script.Call> calls(Turn turn, Script script) {
    if (turn.first() && script.isEmpty() && turn.tools().contains("bash")) {
      return List.of(Words.LOOK);
    }
    return script.calls().stream().filter(call -> turn.tools().contains(call.tool())).toList();
  }

  /// Sends `text` in pieces that end after a blank if possible.
  private static Json.Obj said(int index, String text, Listener listener)
      throws InterruptedException {
    listener.blockStarted(index, "text");
    for (int from = 0; from < text.length(); ) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      int to = Math.min(from + PIECE, text.length());
      int blank = text.lastIndexOf(' ', to - 1);
      if (to < text.length() && blank >= from) {
        to = blank + 1;
      } else if (Character.isHighSurrogate(text.charAt(to - 1)) && to < text.length()) {
        to++;
      }
      listener.text(index, text.substring(from, to));
      from = to;
    }
    return Json.obj("type", "text", "text", text);
  }

  private static String idStem(Prompt prompt) {
    try {
      var digest =
          MessageDigest.getInstance("SHA-256")
              .digest(prompt.messages().toString().getBytes(StandardCharsets.UTF_8));
      return "toolu_rehearsal" + HexFormat.of().formatHex(digest, 0, 10);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static ModelUsage usage(Prompt prompt, Json.Arr said) {
    return new ModelUsage(
        tokens(prompt.system()) + tokens(prompt.tools()) + tokens(prompt.messages()),
        tokens(said),
        0,
        0);
  }

  private static long tokens(Json.Arr part) {
    return part.items().isEmpty() ? 0 : part.toString().length() / 4;
  }
}
