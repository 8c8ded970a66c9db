package dev.drover.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.base.Secret;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A small tree with a setting of each shape.
final class SettingsTreeTest {
  @TempDir Path directory;

  private record Sample(
      String text,
      int count,
      Duration pause,
      boolean on,
      Optional<List<String>> list,
      BigDecimal share,
      Map<String, String> names,
      Map<String, Integer> sizes,
      Optional<Secret> key) {
    static Sample read(Section root) {
      var part = root.section("part");
      var sizes = new LinkedHashMap<String, Integer>();
      root.sections("things")
          .forEach((name, thing) -> sizes.put(name, thing.section("in").count("size", 1, 9, 5)));
      return new Sample(
          root.text("text", "usual"),
          part.count("count", 1, 100, 7),
          part.millis("wait_ms", 0, 1_000, Duration.ofMillis(20)),
          part.bool("on", false),
          part.list("list"),
          part.decimal("share", BigDecimal.ZERO, BigDecimal.ONE, "a share", new BigDecimal("0.5")),
          root.map("names"),
          sizes,
          root.secret("key"));
    }
  }

  private SettingsTree tree(String yaml, Map<String, String> environment, Map<String, String> flags)
      throws Exception {
    var file = Files.writeString(directory.resolve("s.yaml"), yaml);
    return SettingsTree.of(SettingsFile.read(file), environment, flags, name -> false);
  }

  private <T> T file(String yaml, Function<Sample, T> of) throws Exception {
    return of.apply(tree(yaml, Map.of(), Map.of()).read(Sample::read).value());
  }

  private static <T> T variable(String name, String value, Function<Sample, T> of) {
    return of.apply(
        SettingsTree.of(SettingsFile.NONE, Map.of(name, value), Map.of(), _ -> false)
            .read(Sample::read)
            .value());
  }

  private static <T> T flag(String name, String value, Function<Sample, T> of) {
    return of.apply(
        SettingsTree.of(SettingsFile.NONE, Map.of(), Map.of(name, value), _ -> false)
            .read(Sample::read)
            .value());
  }

  @Test
  void everyShapeIsReadFromEveryPlace() throws Exception {
    assertThat(file("text: a b", Sample::text)).isEqualTo("a b");
    assertThat(variable("DROVER_TEXT", " a b ", Sample::text)).isEqualTo("a b");
    assertThat(flag("text", "a b", Sample::text)).isEqualTo("a b");
    assertThat(file("part: {count: 3}", Sample::count)).isEqualTo(3);
    assertThat(file("part: {count: '3'}", Sample::count)).isEqualTo(3);
    assertThat(file("part.count: 3", Sample::count)).isEqualTo(3);
    assertThat(variable("DROVER_PART_COUNT", "3", Sample::count)).isEqualTo(3);
    assertThat(flag("part.count", "3", Sample::count)).isEqualTo(3);
    assertThat(file("part: {wait_ms: 0}", Sample::pause)).isZero();
    assertThat(variable("DROVER_PART_WAIT_MS", "1000", Sample::pause)).hasSeconds(1);
    assertThat(file("part: {on: true}", Sample::on)).isTrue();
    assertThat(file("part: {on: 'true'}", Sample::on)).isTrue();
    assertThat(variable("DROVER_PART_ON", "true", Sample::on)).isTrue();
    assertThat(flag("part.on", "true", Sample::on)).isTrue();
    assertThat(file("part: {list: [a, 'b c']}", Sample::list)).contains(List.of("a", "b c"));
    assertThat(file("part:\n  list:\n  - a\n", Sample::list)).contains(List.of("a"));
    assertThat(file("part: {list: []}", Sample::list)).contains(List.of());
    assertThat(variable("DROVER_PART_LIST", "a, b c", Sample::list)).contains(List.of("a", "b c"));
    assertThat(variable("DROVER_PART_LIST", "['a, b', c]", Sample::list))
        .contains(List.of("a, b", "c"));
    assertThat(flag("part.list", "[]", Sample::list)).contains(List.of());
    assertThat(file("part: {share: 0.25}", Sample::share)).isEqualByComparingTo("0.25");
    assertThat(file("part: {share: '0.25'}", Sample::share)).isEqualByComparingTo("0.25");
    assertThat(variable("DROVER_PART_SHARE", "0.25", Sample::share)).isEqualByComparingTo("0.25");
    assertThat(file("names: {a.b: c}", Sample::names)).isEqualTo(Map.of("a.b", "c"));
    assertThat(file("names.a.b: c", Sample::names)).isEqualTo(Map.of("a.b", "c"));
    assertThat(variable("DROVER_NAMES", "{a.b: c}", Sample::names)).isEqualTo(Map.of("a.b", "c"));
    assertThat(file("things: {a.b: {in: {size: 2}}, c: {}}", Sample::sizes))
        .isEqualTo(Map.of("a.b", 2, "c", 5));
    assertThat(variable("DROVER_THINGS", "{a: {in.size: 2}}", Sample::sizes))
        .isEqualTo(Map.of("a", 2));
  }

  @Test
  void whatIsNotSetHasItsDefault() throws Exception {
    for (var nothing :
        List.of("", "# only\n", "part:\nnames:\nthings:\n", "part: {}\n", "--- {}")) {
      assertThat(tree(nothing, Map.of("DROVER_TEXT", " "), Map.of()).read(Sample::read).value())
          .isEqualTo(
              new Sample(
                  "usual",
                  7,
                  Duration.ofMillis(20),
                  false,
                  Optional.empty(),
                  new BigDecimal("0.5"),
                  Map.of(),
                  Map.of(),
                  Optional.empty()));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "text: 1|text: must be a string; quote it (FILE, line 1)",
        "text: true|text: must be a string; quote it (FILE, line 1)",
        "text: \"a\\0b\"|text: must not contain the character U+0000 (FILE, line 1)",
        "text: [a]|text: must be a string (FILE, line 1)",
        "text: {a: b}|text: must be a string (FILE, line 1)",
        "text:|text: has no value; remove it for the default (FILE, line 1)",
        "text: ' '|text: has no value; remove it for the default (FILE, line 1)",
        "part: {count: 0}|part.count: must be an integer from 1 to 100 (FILE, line 1)",
        "part: {count: 101}|part.count: must be an integer from 1 to 100 (FILE, line 1)",
        "part: {count: 1.5}|part.count: must be an integer from 1 to 100 (FILE, line 1)",
        "part: {count: 010}|part.count: must be an integer from 1 to 100 (FILE, line 1)",
        "part: {count: 0x1F}|part.count: must be an integer from 1 to 100 (FILE, line 1)",
        "part: {count: 1_0}|part.count: must be an integer from 1 to 100 (FILE, line 1)",
        "part: {count: +5}|part.count: must be an integer from 1 to 100 (FILE, line 1)",
        "part: {count: ten}|part.count: must be an integer from 1 to 100 (FILE, line 1)",
        "part: {count: 99999999999999999999999}|part.count: must be an integer from 1 to 100 (FILE,"
            + " line 1)",
        "part: {count: [1]}|part.count: must be an integer from 1 to 100 (FILE, line 1)",
        "part: {count: {}}|part.count: must be an integer from 1 to 100 (FILE, line 1)",
        "part: {on: yes}|part.on: must be a boolean (FILE, line 1)",
        "part: {on: 1}|part.on: must be a boolean (FILE, line 1)",
        "part: {on: [true]}|part.on: must be a boolean (FILE, line 1)",
        "part: {list: a}|part.list: must be an array (FILE, line 1)",
        "part: {list: [1]}|part.list: must be a string (FILE, line 1)",
        "part: {share: 2}|part.share: must be a share (FILE, line 1)",
        "part: {share: half}|part.share: must be a share (FILE, line 1)",
        "part: 5|part: must be a map (FILE, line 1)",
        "part: [count]|part: must be a map (FILE, line 1)",
        "names: a|names: must be a map (FILE, line 1)",
        "names: {a: 1}|names.a: must be a string (FILE, line 1)",
        "things: {a: 1}|things.a: must be a map (FILE, line 1)",
        "things: {a: {in: {size: 10}}}|things.a.in.size: must be an integer from 1 to 9 (FILE, line"
            + " 1)",
        "{part: {count: 1}, part.count: 2}|part.count: is defined twice (FILE, line 1)",
        "key: a b|key: must be printable ASCII without spaces (FILE, line 1)",
        "key: 12|key: must be a string; quote it (FILE, line 1)",
        "- a|FILE: must be a map of settings",
        "text|FILE: must be a map of settings",
        "1: a|FILE: line 1, column 1: a key is not a string; quote it",
        "text: !other a|FILE: line 1, column 7: a value has no form in JSON; quote it",
        "part: {share: .inf}|FILE: line 1, column 15: a number has no form in JSON; quote it",
        "text: *name|FILE: line 1, column 7: not valid YAML: found an undefined alias (quote a text"
            + " that begins with *)"
      })
  void aWrongValueIsRefusedByItsPathAndLine(String yaml, String message) {
    refused(yaml, message);
  }

  @Test
  void theLineIsThatOfTheSettingItself() {
    refused(
        "# one\ntext: a\npart:\n\n  count: ten\n",
        "part.count: must be an integer from 1 to 100 (FILE, line 5)");
    refused("text: a\npart:\n  on: off\n", "part.on: must be a boolean (FILE, line 3)");
    refused(
        "text: a\n\nprat:\n  on: true\n",
        "unknown setting prat (FILE, line 3); did you mean part?");
    refused(
        "text: a\npart:\n  count: 1\ntext: b\n",
        "FILE: line 4, column 1: duplicate key text, first in line 1");
    refused(
        "part:\n  count: 1\n  count: 1\n",
        "FILE: line 3, column 3: duplicate key count, first in line 2");
    refused(
        "things:\n  a: {in: {size: 1}}\n  b: {in: {sise: 1}}\n",
        "unknown setting things.b.in.sise (FILE, line 3); did you mean things.b.in.size?");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "text: \"a|not valid YAML: found unexpected end of stream",
        "part: {count: 1|not valid YAML:",
        "text: a: b|not valid YAML: mapping values are not allowed here",
        "text: @a|not valid YAML: found character",
      })
  void brokenYamlIsNamedWithItsLineAndNotQuoted(String yaml, String message) {
    assertThatThrownBy(() -> tree("key: sk-1\n" + yaml, Map.of(), Map.of()).read(Sample::read))
        .isInstanceOf(Problem.class)
        .hasMessageMatching("(?s).*s.yaml: line [23], column [0-9]+: .*")
        .hasMessageContaining(message)
        .hasMessageNotContaining("sk-1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "txet: a|txet|text",
        "Text: a|Text|text",
        "part: {cuont: 1}|part.cuont|part.count",
        "part: {Count: 1}|part.Count|part.count",
        "part: {waitMs: 1}|part.waitMs|part.wait_ms",
        "part: {wait-ms: 1}|part.wait-ms|part.wait_ms",
        "part: {counts: 1}|part.counts|part.count",
        "count: 1|count|part.count",
        "wait_ms: 1|wait_ms|part.wait_ms",
        "parts: {count: 1}|parts|part",
        "part.cont: 1|part.cont|part.count",
        "kee: a|kee|key",
        "key-file: a|key-file|key_file",
        "thing: {}|thing|things",
        "nmaes: {}|nmaes|names",
      })
  void anUnknownNameIsRefusedWithTheOneThatWasMeant(String yaml, String name, String meant) {
    refused(yaml, "unknown setting " + name + " (FILE, line 1); did you mean " + meant + "?");
  }

  @Test
  void aNameThatIsNearToNothingIsRefusedWithoutAGuess() {
    refused("colour: blue", "unknown setting colour (FILE, line 1)");
    refused("part: {colour: blue}", "unknown setting part.colour (FILE, line 1)");
    refused("part.colour: blue", "unknown setting part.colour (FILE, line 1)");
    refused("colour:", "unknown setting colour (FILE, line 1)");
    refused("text.a: b", "unknown setting text.a (FILE, line 1)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "DROVER_TXET|a|unknown environment variable DROVER_TXET; did you mean DROVER_TEXT?",
        "DROVER_PART_COUNTS|1|unknown environment variable DROVER_PART_COUNTS; did you mean"
            + " DROVER_PART_COUNT?",
        "DROVER_COLOUR_OF_ALL|1|unknown environment variable DROVER_COLOUR_OF_ALL",
        "DROVER_PART|1|unknown environment variable DROVER_PART",
        "DROVER_PART_COUNT|x|part.count: must be an integer from 1 to 100 (DROVER_PART_COUNT)",
        "DROVER_PART_COUNT|1.0|part.count: must be an integer from 1 to 100 (DROVER_PART_COUNT)",
        "DROVER_PART_ON|yes|part.on: must be a boolean (DROVER_PART_ON)",
        "DROVER_PART_LIST|[a|part.list: line 1, column 3: not valid YAML: expected ',' or ']', but"
            + " got <stream end> (DROVER_PART_LIST)",
        "DROVER_PART_LIST|[[a]]|part.list: must be a string (DROVER_PART_LIST)",
        "DROVER_PART_SHARE|2|part.share: must be a share (DROVER_PART_SHARE)",
        "DROVER_NAMES|a|names: must be a map (DROVER_NAMES)",
        "DROVER_NAMES|{a: 1}|names.a: must be a string (DROVER_NAMES)",
        "DROVER_THINGS|{a: {in: {size: 0}}}|things.a.in.size: must be an integer from 1 to 9"
            + " (DROVER_THINGS)",
        "DROVER_THINGS|{a: {on: 1}}|unknown setting things.a.on (DROVER_THINGS); did you mean"
            + " things.a.in?",
      })
  void aWrongVariableIsRefusedByItsName(String name, String value, String message) {
    assertThatThrownBy(() -> variable(name, value, Sample::text))
        .isInstanceOf(Problem.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void aWrongFlagIsRefusedByItsName() {
    assertThatThrownBy(() -> flag("part.count", "many", Sample::count))
        .hasMessage("part.count: must be an integer from 1 to 100 (--part.count)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "|DROVER_PART_COUNT|abc|part.count|3|part.count: must be an integer from 1 to 100",
        "|DROVER_PART_COUNT|0|part.count|3|part.count: must be an integer from 1 to 100",
        "|DROVER_PART_ON|yes|part.on|true|part.on: must be",
        "|DROVER_PART_LIST|[a|part.list|a|part.list: line 1",
        "part: {count: abc}|DROVER_PART_COUNT|2|||part.count: must be an integer from 1 to 100",
        "part: {count: abc}|||part.count|3|part.count: must be an integer from 1 to 100",
        "part: {count: }|DROVER_PART_COUNT|2|||part.count: has no value",
        "key: two words|DROVER_KEY|sk|||key: must be printable ASCII without spaces",
      })
  void aWrongValueIsRefusedEvenIfItIsOverridden(
      @Nullable String yaml,
      @Nullable String variable,
      @Nullable String text,
      @Nullable String flag,
      @Nullable String value,
      String message)
      throws Exception {
    var tree =
        tree(
            yaml == null ? "" : yaml,
            variable == null || text == null ? Map.of() : Map.of(variable, text),
            flag == null || value == null ? Map.of() : Map.of(flag, value));
    assertThatThrownBy(() -> tree.read(Sample::read))
        .isInstanceOf(Problem.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void flagsLieOverTheEnvironmentTheEnvironmentOverTheFileAndCommandsOverAll() throws Exception {
    var all =
        tree(
            "text: file\npart: {count: 1, wait_ms: 1}\nthings: {a: {}}\n",
            Map.of("DROVER_TEXT", "variable", "DROVER_PART_COUNT", "2", "DROVER_THINGS", "{b: {}}"),
            Map.of("text", "flag"));
    var result = all.read(Sample::read);
    assertThat(result.value().text()).isEqualTo("flag");
    assertThat(result.value().count()).isEqualTo(2);
    assertThat(result.value().pause()).hasMillis(1);
    assertThat(result.value().sizes()).containsOnlyKeys("b");
    assertThat(result.settings())
        .extracting(setting -> setting.path() + " = " + setting.source())
        .contains(
            "text = flag --text",
            "part.count = environment DROVER_PART_COUNT",
            "part.wait_ms = " + directory.resolve("s.yaml") + ", line 2",
            "part.on = default");
    var over = all.with(Map.of("text", Json.of("command"), "part.count", Json.NULL));
    assertThat(over.read(Sample::read).value().text()).isEqualTo("command");
    assertThat(over.read(Sample::read).value().count()).isEqualTo(7);
  }

  @Test
  void aSecretMayStandInAFileOfItsOwn() throws Exception {
    var held = Files.writeString(directory.resolve("key"), "sk-held\n");
    assertThat(file("key_file: " + held, Sample::key).orElseThrow().reveal()).isEqualTo("sk-held");
    assertThat(variable("DROVER_KEY_FILE", held.toString(), Sample::key).orElseThrow().reveal())
        .isEqualTo("sk-held");
    var both = tree("key_file: " + held, Map.of("DROVER_KEY", "sk-given"), Map.of());
    assertThat(both.read(Sample::read).value().key().orElseThrow().reveal()).isEqualTo("sk-given");
    var other = tree("key: sk-given", Map.of("DROVER_KEY_FILE", held.toString()), Map.of());
    assertThat(other.read(Sample::read).value().key().orElseThrow().reveal()).isEqualTo("sk-held");
    refused(
        "key: sk-given\nkey_file: " + held,
        "key_file: is set, and so is key; set one of them (FILE, line 2)");
    refused("key_file: /nowhere/key", "key_file: the file does not exist (FILE, line 1)");
    Files.writeString(held, " \n");
    refused("key_file: " + held, "key_file: the file is empty (FILE, line 1)");
    refused("key_file: /dev/zero", "key_file: the file is not a regular file (FILE, line 1)");
    refused("key_file: " + directory, "key_file: the file is a directory (FILE, line 1)");
    Files.writeString(held, "a".repeat(70_000));
    refused("key_file: " + held, "key_file: the file is larger than 64 KiB (FILE, line 1)");
    Files.writeString(held, "two words");
    refused("key_file: " + held, "key: must be printable ASCII without spaces (" + held + ")");
  }

  @Test
  void whatIsSecretIsInNoDescriptionOfTheSettings() throws Exception {
    var held = Files.writeString(directory.resolve("key"), "sk-hidden");
    var file = Files.writeString(directory.resolve("f.yaml"), "key: sk-hidden");
    assertThat(SettingsFile.read(file).toString()).isEqualTo(file.toString());
    for (var tree :
        List.of(
            tree("key: sk-hidden", Map.of(), Map.of()),
            tree("", Map.of("DROVER_KEY", "sk-hidden"), Map.of()),
            tree("key_file: " + held, Map.of(), Map.of()))) {
      var result = tree.read(Sample::read);
      assertThat(result.toString()).doesNotContain("sk-hidden");
      var key =
          result.settings().stream()
              .filter(it -> it.path().equals("key"))
              .findFirst()
              .orElseThrow();
      assertThat(key.hidden()).isTrue();
      assertThat(key.value()).isEmpty();
    }
  }

  @Test
  void aFileThatCannotBeReadIsRefusedInPlainWords() throws Exception {
    assertThatThrownBy(() -> SettingsFile.read(directory.resolve("none.yaml")))
        .isInstanceOf(Problem.class)
        .hasMessage("there is no settings file " + directory.resolve("none.yaml"));
    assertThatThrownBy(() -> SettingsFile.read(directory))
        .hasMessage("the settings file " + directory + " is a directory");
    var file =
        Files.write(directory.resolve("latin.yaml"), new byte[] {'a', ':', ' ', (byte) 0xE9});
    assertThatThrownBy(() -> SettingsFile.read(Path.of("/dev/zero")))
        .hasMessage("the settings file /dev/zero is not a regular file");
    assertThatThrownBy(() -> SettingsFile.read(file))
        .hasMessage("the settings file " + file + " is not UTF-8 text");
    Files.writeString(file, "#".repeat((1 << 20) + 1));
    assertThatThrownBy(() -> SettingsFile.read(file)).hasMessageContaining("larger than 1 MiB");
    Files.writeString(file, "a: &a [x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a]\nc: [*b, *b, *b]\n");
    assertThatThrownBy(
            () ->
                SettingsTree.of(SettingsFile.read(file), Map.of(), Map.of(), _ -> false)
                    .read(Sample::read))
        .hasMessageContaining("unknown setting a");
    Files.writeString(file, "a: &a [*a]\n");
    assertThatThrownBy(() -> SettingsFile.read(file)).hasMessageContaining("line 1, column");
  }

  private void refused(String yaml, String message) {
    var file = directory.resolve("s.yaml").toString();
    assertThatThrownBy(() -> tree(yaml, Map.of(), Map.of()).read(Sample::read))
        .isInstanceOf(Problem.class)
        .hasMessage(message.replace("FILE", file));
  }
}
