package dev.drover.brain;

import dev.drover.base.Json;
import dev.drover.model.Answer;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Finds out from a server's refusal which part of the request it refused, so that the request can
/// be made again without that. Pure: what is left out already is never found again.
final class RefusedPart {
  /// Refusals that are not about what the request says.
  private static final Pattern NOT_OF_CONTENT = Pattern.compile("\\bHTTP 40[134]\\b");

  /// Thinking of another conversation, server, account or version.
  private static final Pattern THINKING =
      Pattern.compile(
          "bound to a different conversation"
              + "|signature[^.]{0,40}thinking"
              + "|thinking[^.]{0,60}(signature|cannot be modified|decrypt)"
              + "|invalid (thinking )?signature",
          Pattern.CASE_INSENSITIVE);

  /// The Messages API's name of a block, and of one within a result.
  private static final Pattern PATH =
      Pattern.compile(
          "\\bmessages\\.(\\d{1,6})\\.content\\.(\\d{1,6})(?:\\.tool_result)?(?:\\.content\\.(\\d{1,6}))?"
              + "(?!\\d)(?!\\.cache_control)");

  private static final Pattern IMAGE =
      Pattern.compile(
          "\\bimages?\\b|image_url|\\bpictures?\\b|\\bvision\\b|multi-?modal",
          Pattern.CASE_INSENSITIVE);
  private static final Pattern DOCUMENT =
      Pattern.compile("\\bdocuments?\\b|\\bpdfs?\\b", Pattern.CASE_INSENSITIVE);

  private final Rendered asked;

  private RefusedPart(Rendered asked) {
    this.asked = asked;
  }

  /// What to leave out; empty: the request would be refused again.
  static Optional<Omission> of(Answer.Failure failure, Rendered asked) {
    var words = failure.message();
    if (failure.kind() != Answer.Kind.REJECTED || NOT_OF_CONTENT.matcher(words).find()) {
      return Optional.empty();
    }
    var diagnosis = new RefusedPart(asked);
    return THINKING.matcher(words).find()
        ? diagnosis.thinking()
        : diagnosis.named(words).or(() -> diagnosis.meant(words));
  }

  private Optional<Omission> thinking() {
    boolean any =
        IntStream.range(0, asked.size())
            .mapToObj(asked::blocks)
            .flatMap(List::stream)
            .anyMatch(block -> Rendering.isThinking(block.json()));
    return any ? Optional.of(new Omission(List.of(), true)) : Optional.empty();
  }

  /// The block that the server names.
  private Optional<Omission> named(String words) {
    var path = PATH.matcher(words);
    if (!path.find()) {
      return Optional.empty();
    }
    return asked
        .block(number(path, 1), number(path, 2))
        .flatMap(
            block ->
                switch (block.type()) {
                  case "thinking", "redacted_thinking" -> thinking();
                  case "tool_result" ->
                      omission(path.group(3) == null ? all(block) : one(block, number(path, 3)));
                  default -> mayGo(block) ? omission(List.of(block.piece())) : Optional.empty();
                });
  }

  private static int number(Matcher path, int group) {
    return Integer.parseInt(path.group(group));
  }

  /// What a user has just said is never left out, unless it is no text.
  private boolean mayGo(Rendered.Block block) {
    return !block.type().equals("text") || block.message() < asked.size() - 1;
  }

  private static List<Piece> one(Rendered.Block result, int index) {
    return index < result.json().items("content").size()
        ? List.of(new Piece(result.piece().event(), index))
        : List.of();
  }

  /// What is no text in a result; the whole result, if all of it is.
  private static List<Piece> all(Rendered.Block result) {
    var others = within(result, type -> !type.equals("text"));
    return others.isEmpty() ? List.of(result.piece()) : others;
  }

  private static List<Piece> within(Rendered.Block result, Predicate<String> types) {
    var content = result.json().items("content");
    return IntStream.range(0, content.size())
        .filter(
            i ->
                content.get(i) instanceof Json.Obj inner
                    && types.test(String.valueOf(inner.text("type"))))
        .mapToObj(i -> new Piece(result.piece().event(), i))
        .toList();
  }

  /// The images or documents that the server's words are about: those of the newest message that
  /// has any.
  private Optional<Omission> meant(String words) {
    boolean images = IMAGE.matcher(words).find();
    boolean documents = DOCUMENT.matcher(words).find();
    Predicate<String> types =
        type -> (images && type.equals("image")) || (documents && type.equals("document"));
    for (int i = asked.size() - 1; i >= 0; i--) {
      var found =
          asked.blocks(i).stream()
              .flatMap(
                  block ->
                      block.type().equals("tool_result")
                          ? within(block, types).stream()
                          : types.test(block.type()) ? Stream.of(block.piece()) : Stream.empty())
              .toList();
      if (!found.isEmpty()) {
        return omission(found);
      }
    }
    return Optional.empty();
  }

  /// Each block is left out once.
  private Optional<Omission> omission(List<Piece> found) {
    var left = found.stream().filter(piece -> !asked.omissions().has(piece)).toList();
    return left.isEmpty() ? Optional.empty() : Optional.of(new Omission(left, false));
  }
}
