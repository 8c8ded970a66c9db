package dev.drover;

import dev.drover.base.Problem;
import dev.drover.model.Capabilities;
import dev.drover.model.ModelSettings;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a settings file says of one model. Names that nobody knows are refused.
///
/// @param path how the file names it, for messages
/// @param values as YAML reads them: texts, numbers, booleans and lists, by name
record ModelEntry(String path, Map<String, Object> values) {
  private static final int MAX_TOKENS = 100_000_000;

  private static final BigDecimal MAX_PRICE = new BigDecimal(1_000_000);

  private static final Set<String> NAMES =
      Set.of(
          "context_tokens",
          "max_tokens",
          "effort",
          "default_effort",
          "images",
          "documents",
          "mid_conversation_system",
          "price.input",
          "price.output",
          "price.cache_read",
          "price.cache_write");

  static ModelEntry of(String path, @Nullable Object entry) {
    if (!(entry instanceof Map<?, ?> map)) {
      throw Problem.invalid(path + ": must be a map of settings");
    }
    var values = new LinkedHashMap<String, Object>();
    collect(path, "", map, values);
    return new ModelEntry(path, values);
  }

  private static void collect(String path, String prefix, Map<?, ?> map, Map<String, Object> into) {
    map.forEach(
        (key, value) -> {
          var name = prefix + key;
          if (name.equals("price") && value instanceof Map<?, ?> prices) {
            collect(path, "price.", prices, into);
          } else if (!NAMES.contains(name)) {
            throw Problem.invalid(path + ": unknown setting " + name);
          } else if (value == null) {
            throw Problem.invalid(path + "." + name + ": has no value");
          } else {
            into.put(name, value);
          }
        });
  }

  /// @throws Problem `INVALID_REQUEST` that names the setting that is wrong
  ModelSettings settings() {
    return new ModelSettings(
        tokens("context_tokens"),
        tokens("max_tokens"),
        efforts(),
        effort("default_effort"),
        flag("images"),
        flag("documents"),
        flag("mid_conversation_system"),
        new ModelSettings.Prices(
            amount("price.input"),
            amount("price.output"),
            amount("price.cache_read"),
            amount("price.cache_write")));
  }

  private Optional<Object> value(String name) {
    return Optional.ofNullable(values.get(name));
  }

  private Problem problem(String name, String what) {
    return Problem.invalid(path + "." + name + ": " + what);
  }

  private Optional<Integer> tokens(String name) {
    return value(name)
        .map(
            value -> {
              if (value instanceof Integer number && number >= 1 && number <= MAX_TOKENS) {
                return number;
              }
              throw problem(name, "must be a whole number from 1 to " + MAX_TOKENS);
            });
  }

  private Optional<Boolean> flag(String name) {
    return value(name)
        .map(
            value -> {
              if (value instanceof Boolean flag) {
                return flag;
              }
              throw problem(name, "must be true or false");
            });
  }

  private Optional<List<String>> efforts() {
    return value("effort")
        .map(
            value -> {
              if (!(value instanceof List<?> items)) {
                throw problem("effort", "must be a list, such as [low, medium, high]");
              }
              var levels = new ArrayList<String>();
              items.forEach(item -> levels.add(level("effort", item)));
              return levels;
            });
  }

  private Optional<String> effort(String name) {
    return value(name).map(value -> level(name, value));
  }

  private String level(String name, @Nullable Object value) {
    if (value instanceof String text && Capabilities.EFFORTS.contains(text)) {
      return text;
    }
    throw problem(name, "must be of " + String.join(", ", Capabilities.EFFORTS));
  }

  private Optional<BigDecimal> amount(String name) {
    return value(name)
        .map(
            value -> {
              try {
                var amount = new BigDecimal(value.toString());
                if (amount.signum() >= 0
                    && amount.compareTo(MAX_PRICE) < 0
                    && amount.scale() <= 12) {
                  return amount;
                }
              } catch (NumberFormatException _) {
                // Said below.
              }
              throw problem(name, "must be US dollars for a million tokens, such as 0.25");
            });
  }
}
