package dev.drover.profile;

import dev.drover.base.Fields;
import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.base.Yaml;
import dev.drover.profile.ProfileSettings.GetEvents;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/// The strict reader of the file of a profile, in YAML or JSON. Every problem is `INVALID_REQUEST`
/// and names the file, the key and the line. For one file.
final class ProfileReader {
  /// The keys that say what a profile is and who has it. A profile that begins with the values of
  /// another one does not take these from it.
  private static final List<String> OWN = List.of("name", "version", "models", "ab");

  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9_-]{0,63}");
  private static final int MOST_MODELS = 100;
  private static final int LONGEST_MODEL = 256;

  private final Map<String, Integer> lines;

  private ProfileReader(Map<String, Integer> lines) {
    this.lines = lines;
  }

  /// A profile, and everything that holds for it, with the keys of a file.
  record Read(Profile profile, Json.Obj content) {}

  /// @param file the name of the file, for problems
  /// @param base what holds where the file says nothing; empty if it must say everything
  static Read read(String file, String text, Json.Obj base) {
    var document = document(file, text);
    if (!(document.json() instanceof Json.Obj said)) {
      throw Problem.invalid(file + ": must be a map");
    }
    var content = over(base, said);
    try {
      return new Read(new ProfileReader(document.lines()).profile(content), content);
    } catch (Problem e) {
      throw Problem.invalid(file + ": " + e.getMessage());
    }
  }

  private static Yaml.Document document(String file, String text) {
    try {
      return Yaml.document(text);
    } catch (Yaml.Unreadable e) {
      throw Problem.invalid(file + ": " + e.getMessage());
    }
  }

  /// The settings of a profile that begins with those of another one.
  static Json.Obj settingsOf(Json.Obj content) {
    var settings = new LinkedHashMap<>(content.fields());
    OWN.forEach(settings::remove);
    return new Json.Obj(settings);
  }

  /// The values of `content`, and those of `base` for keys that it does not have, at every depth.
  private static Json.Obj over(Json.Obj base, Json.Obj content) {
    var fields = new LinkedHashMap<>(base.fields());
    content
        .fields()
        .forEach(
            (key, value) ->
                fields.put(
                    key,
                    value instanceof Json.Obj above && fields.get(key) instanceof Json.Obj below
                        ? over(below, above)
                        : value));
    return new Json.Obj(fields);
  }

  static boolean isName(String text) {
    return NAME.matcher(text).matches();
  }

  private UnaryOperator<String> origin(String path) {
    return field -> {
      var line = lines.get(path.isEmpty() ? field : path + "." + field);
      return line == null ? "" : " (line " + line + ")";
    };
  }

  private Fields fields(Json.Obj object, String path) {
    return Fields.of(object, path, origin(path));
  }

  private Fields section(Fields root, String name) {
    if (root.required(name) instanceof Json.Obj object) {
      return fields(object, name);
    }
    throw root.problem(name, "must be a map");
  }

  private Profile profile(Json.Obj content) {
    var root = fields(content, "");
    var name = root.text("name", 1, 64);
    if (!isName(name)) {
      throw root.problem("name", "must have lower-case letters, digits, - and _ only");
    }
    int version = (int) whole(root, "version", 1, Integer.MAX_VALUE);
    var models = root.texts("models", MOST_MODELS, LONGEST_MODEL);
    var settings = settings(root);
    var ab = root.value("ab").map(_ -> abTest(section(root, "ab")));
    root.end();
    return new Profile(name, version, models, settings, ab);
  }

  private static Profile.AbTest abTest(Fields fields) {
    var with = fields.text("with", 1, 64);
    double share = decimal(fields, "share", 0, 1);
    fields.end();
    return new Profile.AbTest(with, share);
  }

  private ProfileSettings settings(Fields root) {
    var strategy = choice(root, "strategy", Strategy.values());
    var context = section(root, "context");
    var keep = section(root, "keep");
    var results = section(root, "results");
    var summary = section(root, "summary");
    var note = section(root, "note");
    var tools = section(root, "tools");
    var request = section(root, "request");
    var tokens = section(root, "tokens");
    var settings =
        new ProfileSettings(
            strategy,
            decimal(context, "at_fraction", ProfileSettings.LEAST_FRACTION, 1),
            tokens(context, "at_tokens", ProfileSettings.LEAST_AT_TOKENS),
            tokens(context, "reserve_tokens", 1),
            tokens(keep, "tokens", 0),
            tokens(keep, "user_tokens", 0),
            tokens(keep, "instruction_tokens", 0),
            tokens(keep, "digest_tokens", 0),
            tokens(results, "max_tokens", ProfileSettings.LEAST_RESULT_TOKENS),
            decimal(results, "round_fraction", ProfileSettings.LEAST_FRACTION, 1),
            tokens(summary, "max_tokens", ProfileSettings.LEAST_SUMMARY_TOKENS),
            decimal(note, "at_fraction", ProfileSettings.LEAST_FRACTION, 1),
            choice(tools, "get_events", GetEvents.values()),
            request
                .bool("cache_marks")
                .orElseThrow(() -> request.problem("cache_marks", "field required")),
            decimal(tokens, "factor", ProfileSettings.LEAST_FACTOR, ProfileSettings.MOST_FACTOR));
    List.of(context, keep, results, summary, note, tools, request, tokens).forEach(Fields::end);
    return settings;
  }

  private static long tokens(Fields fields, String key, long least) {
    return whole(fields, key, least, ProfileSettings.MOST_TOKENS);
  }

  private static long whole(Fields fields, String key, long least, long most) {
    return fields
        .integer(key, least, most)
        .orElseThrow(() -> fields.problem(key, "field required"));
  }

  private static double decimal(Fields fields, String key, double least, double most) {
    if (fields.required(key) instanceof Json.Num(var literal)
        && Double.parseDouble(literal) >= least
        && Double.parseDouble(literal) <= most) {
      return Double.parseDouble(literal);
    }
    throw fields.problem(
        key,
        "must be a number from %s to %s"
            .formatted(
                BigDecimal.valueOf(least).stripTrailingZeros().toPlainString(),
                BigDecimal.valueOf(most).stripTrailingZeros().toPlainString()));
  }

  private static <E extends Enum<E>> E choice(Fields fields, String key, E[] values) {
    var text = fields.text(key, 1, 64);
    Optional<E> chosen =
        Arrays.stream(values).filter(one -> ProfileSettings.lower(one).equals(text)).findFirst();
    return chosen.orElseThrow(
        () ->
            fields.problem(
                key,
                "must be one of "
                    + String.join(
                        ", ", Arrays.stream(values).map(ProfileSettings::lower).toList())));
  }
}
