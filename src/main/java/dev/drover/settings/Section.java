package dev.drover.settings;

import dev.drover.base.Fields;
import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.base.Secret;
import dev.drover.base.TextFile;
import dev.drover.settings.SectionValues.Sourced;
import java.math.BigDecimal;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

/// A section of the settings, whose reader requests each setting by its name. A request declares
/// the setting: its default, its environment variable and its place in `drover config`. Every
/// problem is `INVALID_REQUEST` and names the path of the setting and the place of its value. Not
/// safe for concurrent use.
public final class Section {
  private static final int MAX_TEXT = 10_000;
  private static final int MAX_ITEMS = 10_000;
  private static final int MAX_FILE = 64 * 1024;

  private final SettingsReading reading;
  private final SectionValues values;

  Section(SettingsReading reading, SectionValues values) {
    this.reading = reading;
    this.values = values;
  }

  /// The section under a name; an empty section if it contains no settings.
  public Section section(String name) {
    reading.section(values.path(name));
    return new Section(reading, values.below(name));
  }

  /// Sections under names that the operator chooses, such as the ids of models.
  public Map<String, Section> sections(String name) {
    var found = values.find(name, Shape.MAP);
    record(name, found, Optional.empty(), false);
    found.ifPresent(
        sourced -> {
          if (sourced.source().kind() == ValueSource.Kind.FILE) {
            reading.section(values.path(name));
          } else {
            reading.overlaid(values.path(name), sourced);
          }
        });
    var sections = new LinkedHashMap<String, Section>();
    values
        .each(name, found)
        .forEach(
            (key, place) -> {
              reading.section(place.path());
              sections.put(key, new Section(reading, place));
            });
    return sections;
  }

  /// Texts under names that the operator chooses.
  public Map<String, String> map(String name) {
    var found = values.find(name, Shape.MAP);
    record(name, found, Optional.empty(), false);
    var path = values.path(name);
    reading.map(path);
    var texts = new LinkedHashMap<String, String>();
    found.ifPresent(
        sourced -> {
          var object = SectionValues.object(path, sourced);
          var fields = Fields.of(object, path, _ -> sourced.source().suffix());
          for (var key : object.fields().keySet()) {
            texts.put(key, fields.text(key, 1, MAX_TEXT).strip());
          }
        });
    return texts;
  }

  public String text(String name, String usual) {
    return text(name, Optional.of(usual)).orElse(usual);
  }

  /// A text without a default.
  public Optional<String> text(String name) {
    return text(name, Optional.empty());
  }

  private Optional<String> text(String name, Optional<String> usual) {
    return read(
        name,
        Shape.TEXT,
        usual.map(Json::of),
        fields -> fields.plainText(name, 1, MAX_TEXT).strip());
  }

  public boolean bool(String name, boolean usual) {
    return read(name, Shape.BOOLEAN, Optional.of(Json.of(usual)), fields -> fields.bool(name))
        .flatMap(Function.identity())
        .orElse(usual);
  }

  /// A boolean without a default.
  public Optional<Boolean> bool(String name) {
    return read(name, Shape.BOOLEAN, Optional.empty(), fields -> fields.bool(name))
        .flatMap(Function.identity());
  }

  /// The texts of a list; empty if it is not set.
  public Optional<List<String>> list(String name) {
    return read(
        name, Shape.LIST, Optional.empty(), fields -> fields.texts(name, MAX_ITEMS, MAX_TEXT));
  }

  /// As [#list(String)]; each text must be one of `allowed`.
  public Optional<List<String>> list(String name, List<String> allowed) {
    return read(
        name,
        Shape.LIST,
        Optional.empty(),
        fields -> {
          var items = fields.texts(name, MAX_ITEMS, MAX_TEXT);
          if (!allowed.containsAll(items)) {
            throw fields.problem(name, "must be a list of " + String.join(", ", allowed));
          }
          return items;
        });
  }

  public int count(String name, int min, int max, int usual) {
    return (int) integer(name, min, max, usual);
  }

  public long integer(String name, long min, long max, long usual) {
    return integer(name, min, max, Optional.of(Json.of(usual))).orElse(usual);
  }

  /// A whole number without a default.
  public OptionalLong integer(String name, long min, long max) {
    return integer(name, min, max, Optional.empty());
  }

  private OptionalLong integer(String name, long min, long max, Optional<Json> usual) {
    return read(name, Shape.INTEGER, usual, fields -> fields.integer(name, min, max))
        .flatMap(Function.identity())
        .map(OptionalLong::of)
        .orElse(OptionalLong.empty());
  }

  /// A duration in milliseconds.
  public Duration millis(String name, long min, long max, Duration usual) {
    return Duration.ofMillis(integer(name, min, max, usual.toMillis()));
  }

  /// A size in MiB.
  ///
  /// @param min and max in MiB
  /// @param usual the default in bytes
  /// @return the size in bytes
  public long mebibytes(String name, long min, long max, long usual) {
    return integer(name, min, max, usual >> 20) << 20;
  }

  /// A decimal number without a default; `what` completes the message "must be …".
  public Optional<BigDecimal> decimal(String name, BigDecimal min, BigDecimal max, String what) {
    return decimal(name, min, max, what, Optional.empty());
  }

  public BigDecimal decimal(
      String name, BigDecimal min, BigDecimal max, String what, BigDecimal usual) {
    return decimal(name, min, max, what, Optional.of(new Json.Num(usual.toPlainString())))
        .orElse(usual);
  }

  private Optional<BigDecimal> decimal(
      String name, BigDecimal min, BigDecimal max, String what, Optional<Json> usual) {
    return read(
        name,
        Shape.DECIMAL,
        usual,
        fields -> {
          if (fields.required(name) instanceof Json.Num number) {
            var value = new BigDecimal(number.literal());
            if (value.compareTo(min) >= 0 && value.compareTo(max) <= 0 && value.scale() <= 12) {
              return value;
            }
          }
          throw fields.problem(name, "must be " + what);
        });
  }

  /// One of the allowed names; empty if it is not set.
  public Optional<String> choice(String name, List<String> allowed) {
    return read(
        name,
        Shape.TEXT,
        Optional.empty(),
        fields -> {
          var text = fields.plainText(name, 1, MAX_TEXT).strip();
          if (!allowed.contains(text)) {
            throw fields.problem(name, "must be one of " + String.join(", ", allowed));
          }
          return text;
        });
  }

  /// The value of one of the names in `choices`.
  public <T> T choice(String name, Map<String, T> choices, T usual) {
    var shown =
        choices.entrySet().stream()
            .filter(choice -> choice.getValue().equals(usual))
            .map(choice -> Json.of(choice.getKey()))
            .findFirst();
    return read(
            name,
            Shape.TEXT,
            shown,
            fields -> {
              var choice = choices.get(fields.text(name, 1, MAX_TEXT).strip());
              if (choice == null) {
                var names = String.join(", ", choices.keySet().stream().sorted().toList());
                throw fields.problem(name, "must be one of " + names);
              }
              return choice;
            })
        .orElse(usual);
  }

  /// A text that an HTTP header can carry and that is never shown. `NAME_file` may name a file that
  /// contains it.
  public Optional<Secret> secret(String name) {
    var found = secretOrFile(name);
    record(name, found, Optional.empty(), true);
    valid(name, Shape.TEXT, fields -> secret(name, fields));
    return found.map(sourced -> secret(name, fields(name, sourced)));
  }

  private static Secret secret(String name, Fields fields) {
    var secret = new Secret(fields.text(name, 1, MAX_TEXT).strip());
    if (!secret.isPrintable()) {
      throw fields.problem(name, "must be printable ASCII without spaces");
    }
    return secret;
  }

  /// The secret itself, or the content of the file that is named in its place. If both are set, the
  /// one with the higher precedence.
  private Optional<Sourced> secretOrFile(String name) {
    var given = values.find(name, Shape.TEXT);
    var named = name + "_file";
    var file = values.find(named, Shape.TEXT);
    record(named, file, Optional.empty(), false);
    if (file.isEmpty()) {
      return given;
    }
    int order =
        given.map(it -> it.source().kind().compareTo(file.get().source().kind())).orElse(-1);
    if (order == 0) {
      throw problem(named, "is set, and so is " + values.path(name) + "; set one of them");
    }
    return order > 0 ? given : Optional.of(held(named, file.get()));
  }

  private Sourced held(String name, Sourced file) {
    var path = fields(name, file).text(name, 1, MAX_TEXT);
    try {
      var text = TextFile.read(Path.of(path), MAX_FILE).strip();
      if (text.isEmpty()) {
        throw problem(name, "the file is empty");
      }
      return new Sourced(Json.of(text), new ValueSource(file.source().kind(), path));
    } catch (TextFile.Unusable e) {
      throw problem(name, "the file " + e.getMessage());
    } catch (InvalidPathException _) {
      throw problem(name, "is not the name of a file");
    }
  }

  /// The address of a server, without trailing slashes. It may have a query, and is then not shown.
  public Optional<URI> url(String name) {
    var found = values.find(name, Shape.TEXT);
    boolean hasQuery = found.filter(it -> it.value().toString().contains("?")).isPresent();
    record(name, found, Optional.empty(), hasQuery);
    return valid(name, Shape.TEXT, fields -> address(name, fields));
  }

  private static URI address(String name, Fields fields) {
    try {
      var url = new URI(fields.text(name, 1, MAX_TEXT).strip().replaceFirst("/+$", ""));
      var scheme = String.valueOf(url.getScheme());
      if ((scheme.equals("http") || scheme.equals("https"))
          && url.getHost() != null
          && url.getRawUserInfo() == null
          && url.getRawFragment() == null) {
        return url;
      }
    } catch (URISyntaxException _) {
      // the message follows
    }
    throw fields.problem(name, "must be an http or https URL without user or fragment");
  }

  /// A problem with a setting that was requested.
  public Problem problem(String name, String what) {
    return Problem.invalid(
        values.path(name) + ": " + what + reading.source(values.path(name)).suffix());
  }

  private <T> Optional<T> read(
      String name, Shape shape, Optional<Json> usual, Function<Fields, T> reader) {
    record(name, values.find(name, shape), usual, false);
    return valid(name, shape, reader);
  }

  /// The value in effect. Overridden values are validated, too, because they take effect as soon as
  /// nothing overrides them.
  private <T> Optional<T> valid(String name, Shape shape, Function<Fields, T> reader) {
    var all =
        values.all(name, shape).stream()
            .map(
                sourced ->
                    sourced.value() instanceof Json.Null
                        ? Optional.<T>empty()
                        : Optional.of(reader.apply(fields(name, sourced))))
            .toList();
    return all.isEmpty() ? Optional.empty() : all.getFirst();
  }

  /// The value as an object of one field, for a strict reader.
  private Fields fields(String name, Sourced found) {
    return Fields.of(Json.obj(name, found.value()), values.path(), _ -> found.source().suffix());
  }

  private void record(String name, Optional<Sourced> found, Optional<Json> usual, boolean hidden) {
    reading.asked(
        new SettingValue(
            values.path(name),
            values.variable(name),
            hidden ? Optional.empty() : found.map(Sourced::value).or(() -> usual),
            usual,
            hidden && found.isPresent(),
            found.map(Sourced::source).orElse(ValueSource.DEFAULT)));
  }
}
