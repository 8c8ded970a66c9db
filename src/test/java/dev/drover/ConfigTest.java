package dev.drover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.Config.Flags;
import dev.drover.Config.Misconfigured;
import dev.drover.base.Ids;
import dev.drover.base.Scope;
import dev.drover.base.Secret;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ConfigTest {
  @TempDir private Path data = Path.of("");

  private Config load(String yaml, Map<String, String> more, Flags flags) throws Exception {
    if (!yaml.isEmpty()) {
      Files.writeString(data.resolve("drover.yaml"), yaml);
    }
    var environment = new HashMap<>(more);
    environment.putIfAbsent("DROVER_DATA", data.toString());
    return Config.load(environment, flags);
  }

  private static Flags flags(String host, int port) {
    return new Flags(Optional.of(host), Optional.of(port), Optional.empty(), Optional.empty());
  }

  @Test
  void withoutSettingsTheDefaultsHold() throws Exception {
    var config = load("", Map.of(), Flags.NONE);
    assertThat(config)
        .isEqualTo(
            new Config(
                "127.0.0.1",
                8787,
                data,
                Optional.empty(),
                Optional.empty(),
                Map.of(),
                Duration.ofMillis(700)));
  }

  @Test
  void theDataDirectoryIsTheUsersAndNotTheWorkingOne() throws Exception {
    assertThat(Config.load(Map.of("HOME", "/h"), Flags.NONE).data())
        .isEqualTo(Path.of("/h/.local/share/drover"));
    assertThat(
            Config.load(Map.of("HOME", "/h", "XDG_DATA_HOME", "/x", "DROVER_DATA", ""), Flags.NONE)
                .data())
        .isEqualTo(Path.of("/x/drover"));
    assertThat(Config.load(Map.of("HOME", "/h", "XDG_DATA_HOME", "rel"), Flags.NONE).data())
        .isEqualTo(Path.of("/h/.local/share/drover"));
  }

  @Test
  void theFileGoesBeforeTheDefaults() throws Exception {
    var config =
        load(
            """
            host: 0.0.0.0
            port: 1
            api_key: sk-file
            anthropic:
              base_url: http://localhost:11434/
              api_key: "123"
            models:
              claude-opus-4-8: qwen3
            rehearsal:
              first_token_ms: 0
            """,
            Map.of(),
            Flags.NONE);
    assertThat(config.host()).isEqualTo("0.0.0.0");
    assertThat(config.port()).isEqualTo(1);
    assertThat(config.apiKey().map(Secret::reveal)).hasValue("sk-file");
    var anthropic = config.anthropic().orElseThrow();
    assertThat(anthropic.baseUrl()).hasToString("http://localhost:11434");
    assertThat(anthropic.apiKey().map(Secret::reveal)).hasValue("123");
    assertThat(config.models()).isEqualTo(Map.of("claude-opus-4-8", "qwen3"));
    assertThat(config.firstToken()).isEqualTo(Duration.ZERO);
    assertThat(config.toString()).doesNotContain("sk-file").doesNotContain("\"123\"");
  }

  @Test
  void theEnvironmentGoesBeforeTheFileAndFlagsBeforeBoth() throws Exception {
    var yaml = "host: file\nport: 1\napi_key: sk-file\n";
    var environment =
        Map.of(
            "DROVER_HOST", "env",
            "DROVER_PORT", "2",
            "DROVER_API_KEY", "sk-env",
            "DROVER_ANTHROPIC_API_KEY", "sk-ant",
            "DROVER_REHEARSAL_FIRST_TOKEN_MS", "5");
    var config = load(yaml, environment, Flags.NONE);
    assertThat(config.host()).isEqualTo("env");
    assertThat(config.port()).isEqualTo(2);
    assertThat(config.apiKey().map(Secret::reveal)).hasValue("sk-env");
    assertThat(config.anthropic().orElseThrow().baseUrl()).hasToString("https://api.anthropic.com");
    assertThat(config.firstToken()).isEqualTo(Duration.ofMillis(5));
    var flagged = load(yaml, environment, flags("flag", 0));
    assertThat(flagged.host()).isEqualTo("flag");
    assertThat(flagged.port()).isZero();
  }

  @Test
  void aNamedFileIsReadAndMaySayWhereTheDataIs() throws Exception {
    var file = Files.writeString(data.resolve("my.yaml"), "data: here\nport: 3\n");
    var flags = new Flags(Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(file));
    var config = Config.load(Map.of("HOME", "/h"), flags);
    assertThat(config.data()).isEqualTo(data.resolve("here"));
    assertThat(config.port()).isEqualTo(3);
    var named =
        new Flags(
            Optional.empty(), Optional.empty(), Optional.of(Path.of("/d")), Optional.of(file));
    assertThat(Config.load(Map.of("DROVER_DATA", "/e"), named).data()).isEqualTo(Path.of("/d"));
    assertThat(Config.load(Map.of("DROVER_DATA", "/e"), flags).data()).isEqualTo(Path.of("/e"));
  }

  @Test
  void aNamedFileMustBeThere() {
    var flags =
        new Flags(
            Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(data.resolve("no")));
    assertThatThrownBy(() -> load("", Map.of(), flags))
        .isInstanceOf(Misconfigured.class)
        .hasMessageStartingWith(data.resolve("no") + " cannot be read");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "prot: 1 | unknown setting \"prot\"; the settings are host, data, database_url, api_key,"
            + " anthropic.base_url, anthropic.api_key, openai.base_url, openai.api_key, port,"
            + " rehearsal.first_token_ms, models",
        "anthropic: {key: a} | unknown setting \"anthropic.key\"; the settings are host, data,"
            + " database_url, api_key, anthropic.base_url, anthropic.api_key, openai.base_url,"
            + " openai.api_key, port, rehearsal.first_token_ms, models",
        "anthropic: secret | anthropic: must hold settings by name",
        "[1] | must hold settings by name",
        "port: 65536 | port: must be a number from 0 to 65535",
        "port: many | port: must be a number from 0 to 65535",
        "api_key: 123 | api_key: must be a text; quote it if it looks like a number",
        "api_key: a b | api_key: must be printable ASCII without spaces",
        "models: {a: 1} | models.a: must be a text; quote it if it looks like a number",
        "anthropic: {base_url: ftp://x} | anthropic.base_url: must be an http or https URL, without"
            + " a user and a query",
        "data: x | data: cannot be set by the file in the data directory itself",
        "database_url: postgres://x | database_url: PostgreSQL is not supported by this version of"
            + " Drover; without this setting, SQLite in the data directory is used",
        "openai: {api_key: x} | openai.api_key: OpenAI-compatible servers are not supported by this"
            + " version of Drover; use a server that speaks the Messages API",
      })
  void aSettingThatCannotHoldStopsTheStart(String yaml, String message) {
    assertThatThrownBy(
            () -> {
              var file = Files.createDirectories(data.resolve("drover")).resolve("drover.yaml");
              Files.writeString(file, yaml);
              Config.load(Map.of("XDG_DATA_HOME", data.toString()), Flags.NONE);
            })
        .isInstanceOf(Misconfigured.class)
        .hasMessageEndingWith("drover.yaml: " + message);
  }

  @ParameterizedTest
  @CsvSource({"DROVER_DATABASE_URL", "DROVER_OPENAI_BASE_URL", "DROVER_OPENAI_API_KEY"})
  void whatThisVersionCannotDoStopsTheStartAndIsNamed(String variable) {
    assertThatThrownBy(() -> load("", Map.of(variable, "s3cret"), Flags.NONE))
        .isInstanceOf(Misconfigured.class)
        .hasMessageStartingWith(variable + ": ")
        .hasMessageContaining("not supported by this version")
        .hasMessageNotContaining("s3cret");
  }

  @Test
  void brokenYamlIsPlacedButNotQuoted() {
    assertThatThrownBy(() -> load("api_key: \"sk-s3cret\n  x: [", Map.of(), Flags.NONE))
        .isInstanceOf(Misconfigured.class)
        .hasMessageContaining("is not valid YAML at line")
        .hasMessageNotContaining("s3cret");
    assertThatThrownBy(() -> load("port: 1\nport: 2\n", Map.of(), Flags.NONE))
        .isInstanceOf(Misconfigured.class);
  }

  @Test
  void anEmptyFileSaysNothing() throws Exception {
    assertThat(load("# nothing\n", Map.of(), Flags.NONE).port()).isEqualTo(8787);
  }

  @Test
  void aKeyIsMadeOnceAndForItsOwnerAlone() throws Exception {
    var fresh = data.resolve("a").resolve("b");
    var ids = new Ids(new Random(1));
    var config = Config.load(Map.of("DROVER_DATA", fresh.toString()), Flags.NONE);
    assertThat(new KeyFile(fresh).read()).isEmpty();
    var key = config.apiKey(ids).reveal();
    assertThat(key).matches("sk-drover-01[A-Za-z0-9]{22}");
    assertThat(config.apiKey(ids).reveal()).isEqualTo(key);
    assertThat(new KeyFile(fresh).read().map(Secret::reveal)).hasValue(key);
    assertThat(
            PosixFilePermissions.toString(Files.getPosixFilePermissions(fresh.resolve("api-key"))))
        .isEqualTo("rw-------");
    try (var files = Files.list(fresh)) {
      assertThat(files).containsExactly(fresh.resolve("api-key"));
    }
  }

  @Test
  void serversThatStartTogetherAgreeOnTheKey() throws Exception {
    var ids = new Ids(new Random(1));
    try (var scope = new Scope()) {
      var tasks =
          IntStream.range(0, 16)
              .mapToObj(_ -> scope.fork(() -> new KeyFile(data).readOrMake(ids).reveal()))
              .toList();
      var keys = new java.util.ArrayList<String>();
      for (var task : tasks) {
        keys.add(task.join());
      }
      assertThat(keys.stream().collect(Collectors.toSet())).hasSize(1);
    }
  }

  @Test
  void aKeyThatIsSetIsNotKept() throws Exception {
    var config = load("", Map.of("DROVER_API_KEY", "sk-mine"), Flags.NONE);
    assertThat(config.apiKey(new Ids(new Random(1))).reveal()).isEqualTo("sk-mine");
    assertThat(Files.exists(data.resolve("api-key"))).isFalse();
  }

  @Test
  void aDamagedKeyFileStopsTheStart() throws Exception {
    Files.writeString(data.resolve("api-key"), "\n");
    var config = load("", Map.of(), Flags.NONE);
    assertThatThrownBy(() -> config.apiKey(new Ids(new Random(1))))
        .isInstanceOf(Misconfigured.class)
        .hasMessageContaining("holds no key");
  }
}
