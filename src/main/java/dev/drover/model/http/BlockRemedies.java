package dev.drover.model.http;

import dev.drover.base.Json;
import dev.drover.model.CompactionBlock;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/// The remedies for a field of a block that a Messages server does not accept, such as one that
/// another server sent with a call. The field is left out of every block of that type. A compaction
/// block is sent as it came, or not at all.
final class BlockRemedies {
  /// The fields that a block consists of, or that have a remedy of their own.
  private static final Set<String> NEEDED =
      Set.of(
          "type",
          "text",
          "source",
          "id",
          "name",
          "input",
          "tool_use_id",
          "content",
          "thinking",
          "signature",
          "data",
          "cache_control");

  /// The place of a block, and the path to the defect in it. Some servers put the expected type
  /// before the index.
  private static final Pattern PLACE =
      Pattern.compile(
          "\\bmessages[.\\[](\\d{1,6})\\]?\\.content(?:\\.list\\[\\S{0,200}?\\])?[.\\[](\\d{1,6})\\]?"
              + "((?:[.\\[][A-Za-z0-9_-]{1,64}\\]?){1,6})");

  private static final Pattern STEPS = Pattern.compile("[.\\[\\]]+");

  private BlockRemedies() {}

  /// A field of a block.
  ///
  /// @param type of the block
  private record Field(String type, String name) {}

  static Optional<Remedy> extraField(Refused refused, Json.Obj body) {
    if (!refused.isUnsupported()) {
      return Optional.empty();
    }
    var words = refused.words();
    var said = words.message() + " " + String.join(" ", words.names());
    return (PLACE.matcher(said).find() ? placed(said, body) : named(refused, body))
        .filter(field -> !field.type().equals(CompactionBlock.TYPE))
        .map(
            field ->
                new Remedy(
                    "leaves %s out of %s blocks".formatted(field.name(), field.type()),
                    true,
                    true,
                    sent -> without(sent, field)));
  }

  /// The field whose place the server names.
  private static Optional<Field> placed(String said, Json.Obj body) {
    return PLACE
        .matcher(said)
        .results()
        .limit(8)
        .flatMap(
            place ->
                block(body, place.group(1), place.group(2)).stream()
                    .flatMap(block -> field(block, place.group(3)).stream()))
        .findFirst();
  }

  private static Optional<Json.Obj> block(Json.Obj body, String message, String index) {
    return item(body.items("messages"), message)
        .flatMap(found -> item(found.items("content"), index));
  }

  private static Optional<Json.Obj> item(List<Json> items, String index) {
    int i = Integer.parseInt(index);
    return i < items.size() && items.get(i) instanceof Json.Obj item
        ? Optional.of(item)
        : Optional.empty();
  }

  /// The first step of the path that is a field; the other steps repeat the block's type.
  private static Optional<Field> field(Json.Obj block, String way) {
    var at = block;
    List<Json> inside = List.of();
    for (var step : STEPS.split(way, -1)) {
      if (step.matches("\\d{1,6}") && !inside.isEmpty()) {
        at = item(inside, step).orElse(Json.EMPTY);
        inside = List.of();
      } else if (step.equals("content")) {
        inside = at.items(step);
      } else if (at.get(step).isPresent() && !step.equals(at.text("type"))) {
        return NEEDED.contains(step)
            ? Optional.empty()
            : Optional.of(new Field(String.valueOf(at.text("type")), step));
      }
    }
    return Optional.empty();
  }

  /// A field of the assistant's messages that the server names without a place.
  private static Optional<Field> named(Refused refused, Json.Obj body) {
    return body.items("messages").stream()
        .filter(message -> message instanceof Json.Obj one && "assistant".equals(one.text("role")))
        .flatMap(message -> ((Json.Obj) message).items("content").stream())
        .filter(Json.Obj.class::isInstance)
        .map(Json.Obj.class::cast)
        .flatMap(
            block ->
                block.fields().keySet().stream()
                    .filter(name -> !NEEDED.contains(name))
                    .filter(name -> refused.names(name.toLowerCase(Locale.ROOT)))
                    .map(name -> new Field(String.valueOf(block.text("type")), name)))
        .findFirst();
  }

  private static Json.Obj without(Json.Obj body, Field field) {
    return contents(body, "messages", message -> blocks(message, field));
  }

  private static Json.Obj blocks(Json.Obj holder, Field field) {
    return contents(
        holder,
        "content",
        block -> {
          var rest = blocks(block, field);
          return field.type().equals(rest.text("type"))
              ? Remedies.without(rest, field.name())
              : rest;
        });
  }

  private static Json.Obj contents(Json.Obj holder, String key, UnaryOperator<Json.Obj> change) {
    return holder.get(key).orElse(Json.NULL) instanceof Json.Arr(var items)
        ? holder.with(
            key,
            items.stream().map(one -> one instanceof Json.Obj o ? change.apply(o) : one).toList())
        : holder;
  }
}
