package dev.drover.telemetry;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// The values of one figure by their labels. There are at most [#LIMIT] of them; further labels are
/// counted together, so that a wrong label cannot fill the memory.
final class Labelled<T> {
  static final int LIMIT = 1_000;

  private final List<String> names;
  private final Supplier<T> make;
  private final Map<List<String>, T> values = new ConcurrentHashMap<>();

  Labelled(String[] names, Supplier<T> make) {
    this.names = List.of(names);
    this.make = make;
    if (names.length == 0) {
      get(); // shown from the start
    }
  }

  T get(String... labels) {
    var key = Arrays.asList(labels);
    var value = values.get(key);
    if (value != null) {
      return value;
    }
    if (labels.length != names.size()) {
      throw new IllegalArgumentException("labels are " + names);
    }
    var bounded =
        values.size() < LIMIT ? List.copyOf(key) : Collections.nCopies(labels.length, "other");
    return values.computeIfAbsent(bounded, _ -> make.get());
  }

  /// @param each gets the labels in their text form
  void forEach(BiConsumer<String, T> each) {
    values.forEach((labels, value) -> each.accept(written(labels), value));
  }

  /// The values whose last label fulfils a condition, and those without labels.
  Stream<T> with(Predicate<String> label) {
    return values.entrySet().stream()
        .filter(entry -> entry.getKey().isEmpty() || label.test(entry.getKey().getLast()))
        .map(Map.Entry::getValue);
  }

  private String written(List<String> labels) {
    return IntStream.range(0, labels.size())
        .mapToObj(i -> names.get(i) + "=\"" + escaped(labels.get(i)) + '"')
        .collect(Collectors.joining(","));
  }

  private static String escaped(String text) {
    return text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }
}
