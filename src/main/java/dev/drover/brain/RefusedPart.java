package dev.drover.brain;

import dev.drover.base.Json;
import dev.drover.model.Answer;
import dev.drover.model.CompactionBlock;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// The diagnosis of a model server's refusal: it finds the refused part of the request, so that the
/// request can be retried without that part. Pure: a part that is already left out is never found
/// again.
final class RefusedPart {
  private final Rendered asked;

  private RefusedPart(Rendered asked) {
    this.asked = asked;
  }

  /// The part to leave out; empty if none is found, so that the request would be refused again.
  static Optional<Omission> of(Answer.Failure failure, Rendered asked) {
    return RefusalWords.of(failure).flatMap(new RefusedPart(asked)::in);
  }

  /// What to leave out from the next turn on, now that this one ends with the failure: a text that
  /// would have every later request refused, too.
  static Optional<Omission> afterwards(Answer.Failure failure, Rendered asked) {
    return RefusalWords.of(failure).flatMap(new RefusedPart(asked)::later);
  }

  private Optional<Omission> later(RefusalWords words) {
    return words
        .path()
        .flatMap(path -> asked.block(number(path, 1), number(path, 2)))
        .filter(block -> block.type().equals("text"))
        .flatMap(block -> omission(List.of(block.piece())))
        .or(() -> words.areOfFilter() ? newest() : Optional.empty());
  }

  /// All of the newest message to the model of which anything is left: what came before it has
  /// passed the filter.
  private Optional<Omission> newest() {
    for (int i = asked.size() - 1; i >= 0; i--) {
      var found =
          omission(
              asked.blocks(i).stream()
                  .filter(block -> !block.role().equals("assistant"))
                  .map(Rendered.Block::piece)
                  .toList());
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  private Optional<Omission> in(RefusalWords words) {
    if (words.areOfCompaction() && CompactionBlock.isFirst(asked.messages())) {
      return Optional.of(new Omission(List.of(asked.blocks(0).getFirst().piece()), true));
    }
    return words.areOfThinking()
        ? thinking()
        : named(words).or(() -> addressed(words)).or(() -> meant(words));
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
  private Optional<Omission> named(RefusalWords words) {
    return words.path().flatMap(this::at);
  }

  private Optional<Omission> at(Matcher path) {
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

  /// Whether a block can be left out: the text of the newest message cannot.
  private boolean mayGo(Rendered.Block block) {
    var newest = asked.blocks(asked.size() - 1).getLast().piece().event();
    return !block.type().equals("text") || !block.piece().event().equals(newest);
  }

  private static List<Piece> one(Rendered.Block result, int index) {
    return index < result.json().items("content").size()
        ? List.of(new Piece(result.piece().event(), index))
        : List.of();
  }

  /// The blocks of a result that are not text; the whole result if all of them are text.
  private static List<Piece> all(Rendered.Block result) {
    var others = within(result, type -> !type.equals("text"));
    return others.isEmpty() ? List.of(result.piece()) : others;
  }

  private static List<Piece> within(Rendered.Block result, Predicate<String> types) {
    return inside(result, inner -> types.test(String.valueOf(inner.text("type"))));
  }

  private static List<Piece> inside(Rendered.Block result, Predicate<Json.Obj> wanted) {
    var content = result.json().items("content");
    return IntStream.range(0, content.size())
        .filter(i -> content.get(i) instanceof Json.Obj inner && wanted.test(inner))
        .mapToObj(i -> new Piece(result.piece().event(), i))
        .toList();
  }

  /// The blocks that refer to a URL which the server's message quotes.
  private Optional<Omission> addressed(RefusalWords words) {
    return omission(
        IntStream.range(0, asked.size())
            .mapToObj(message -> found(message, block -> isQuoted(block, words)))
            .flatMap(List::stream)
            .toList());
  }

  private static boolean isQuoted(Json.Obj block, RefusalWords words) {
    var url = block.object("source").text("url");
    return url != null && words.quote(url);
  }

  /// The images or documents that the server's message is about: those of the newest message that
  /// has any.
  private Optional<Omission> meant(RefusalWords words) {
    boolean images = words.areOfImages();
    boolean documents = words.areOfDocuments();
    for (int i = asked.size() - 1; i >= 0; i--) {
      var found =
          found(
              i,
              block ->
                  (images && "image".equals(block.text("type")))
                      || (documents && "document".equals(block.text("type"))));
      if (!found.isEmpty()) {
        return omission(found);
      }
    }
    return Optional.empty();
  }

  /// The blocks of a message and inside its results that match.
  private List<Piece> found(int message, Predicate<Json.Obj> wanted) {
    return asked.blocks(message).stream()
        .flatMap(
            block ->
                block.type().equals("tool_result")
                    ? inside(block, wanted).stream()
                    : wanted.test(block.json()) ? Stream.of(block.piece()) : Stream.empty())
        .toList();
  }

  /// The omission of those blocks that are not left out yet; empty if there are none.
  private Optional<Omission> omission(List<Piece> found) {
    var left = found.stream().filter(piece -> !asked.omissions().has(piece)).toList();
    return left.isEmpty() ? Optional.empty() : Optional.of(new Omission(left, false));
  }
}
