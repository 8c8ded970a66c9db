package dev.drover.brain;

import dev.drover.base.Json;
import dev.drover.model.Answer;
import dev.drover.model.Price;
import dev.drover.session.ModelUsage;
import dev.drover.session.Usage;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// A recorded request, and the reply that a model gave to it when it was asked again.
///
/// @param position of the request in the log
/// @param model the id of the model that was asked again
/// @param contextTokens its context; empty if it is not known
/// @param price its list price; empty if it is not known
public record ReplayedStep(
    long position,
    String model,
    Optional<Long> contextTokens,
    Action recorded,
    Answer answer,
    Optional<Price> price) {

  /// What a reply does.
  ///
  /// @param tool the name of the tool of its first call; empty if it calls none
  /// @param target what that call is about: a path, a command's first word, a URL, or else the
  ///   whole input
  /// @param calls the number of its calls
  public record Action(
      Optional<String> tool,
      Optional<String> target,
      int calls,
      String stopReason,
      ModelUsage usage) {
    private static final List<String> PLACES =
        List.of("path", "file_path", "url", "pattern", "query");
    private static final int LONGEST = 200;

    static Action of(List<Json> content, String stopReason, ModelUsage usage) {
      var calls =
          content.stream()
              .filter(block -> block instanceof Json.Obj use && "tool_use".equals(use.text("type")))
              .map(Json.Obj.class::cast)
              .toList();
      var first = calls.stream().findFirst();
      return new Action(
          first.map(use -> String.valueOf(use.text("name"))),
          first.map(use -> target(use.object("input"))),
          calls.size(),
          stopReason,
          usage);
    }

    private static String target(Json.Obj input) {
      var command = input.text("command");
      if (command != null) {
        return shortened(command.strip().lines().findFirst().map(Action::word).orElse(""));
      }
      for (var key : PLACES) {
        var place = input.text(key);
        if (place != null) {
          return shortened(place);
        }
      }
      return shortened(input.toString());
    }

    private static String word(String line) {
      int end = 0;
      while (end < line.length() && !Character.isWhitespace(line.charAt(end))) {
        end++;
      }
      return line.substring(0, end);
    }

    private static String shortened(String text) {
      return Json.paired(text.substring(0, Math.min(text.length(), LONGEST)));
    }

    private Json.Obj json() {
      return Json.obj(
          "kind",
          tool.isPresent() ? "call" : "text",
          "tool",
          tool.orElse(null),
          "target",
          target.orElse(null),
          "calls",
          calls,
          "stop_reason",
          stopReason,
          "prompt_tokens",
          ReplayedRequests.prompt(usage),
          "output_tokens",
          usage.outputTokens());
    }
  }

  /// The comparison as JSON. What cannot be compared is null.
  public Json.Obj json() {
    var move = move();
    boolean goesOn = recorded.tool().isPresent();
    boolean bothCall = goesOn && move.flatMap(Action::tool).isPresent();
    boolean sameTool = bothCall && move.flatMap(Action::tool).equals(recorded.tool());
    return Json.obj(
        "type",
        "replayed_step",
        "position",
        position,
        "model",
        model,
        "fill",
        fill().orElse(null),
        "recorded",
        recorded.json(),
        "replayed",
        move.map(one -> one.json().with("list_cost_usd", cost(one).orElse(null))).orElse(null),
        "error",
        answer instanceof Answer.Failure failure
            ? Json.obj(
                "kind",
                failure.kind().name().toLowerCase(Locale.ROOT),
                "message",
                failure.message())
            : null,
        "same_kind",
        move.map(one -> one.tool().isPresent() == goesOn).orElse(null),
        "same_tool",
        bothCall ? sameTool : null,
        "same_target",
        sameTool ? move.flatMap(Action::target).equals(recorded.target()) : null,
        "ended_early",
        move.map(one -> goesOn && one.tool().isEmpty()).orElse(null));
  }

  private Optional<Double> cost(Action move) {
    return price.map(
        known -> known.cents(Usage.NONE.plus(move.usage())).movePointLeft(2).doubleValue());
  }

  private Optional<Action> move() {
    return answer instanceof Answer.Reply reply
        ? Optional.of(Action.of(reply.content().items(), reply.stopReason(), reply.usage()))
        : Optional.empty();
  }

  /// How much of the context the prompt takes, by the counts of the recorded request.
  private Optional<Double> fill() {
    return contextTokens.map(
        window ->
            Math.round(1_000.0 * ReplayedRequests.prompt(recorded.usage()) / window) / 1_000.0);
  }
}
