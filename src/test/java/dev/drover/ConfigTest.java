package dev.drover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.api.ImageLimits;
import dev.drover.api.ServingSettings;
import dev.drover.base.Ids;
import dev.drover.base.Problem;
import dev.drover.base.Scope;
import dev.drover.brain.OnAmbiguous;
import dev.drover.brain.Retries;
import dev.drover.hands.Limits;
import dev.drover.hands.PoolSettings;
import dev.drover.hands.local.SandboxSettings;
import dev.drover.hands.local.Storage;
import dev.drover.model.Capabilities;
import dev.drover.model.ModelSettings;
import dev.drover.model.http.Timeouts;
import dev.drover.telemetry.LogLines;
import dev.drover.telemetry.LogSettings;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.function.BiFunction;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ConfigTest {
  @TempDir Path directory;

  @Test
  void withoutAnySettingItListensOnLoopbackWithTheBuiltInModelAlone() {
    var config = Config.read(Map.of(), Map.of("HOME", "/home/somebody"));
    assertThat(config.serving().host()).isEqualTo("127.0.0.1");
    assertThat(config.serving().port()).isEqualTo(ServingSettings.DEFAULT_PORT);
    assertThat(config.data()).isEqualTo(Path.of("/home/somebody/.local/share/drover"));
    assertThat(config.models().messages()).isEmpty();
    assertThat(config.models().firstToken()).hasMillis(700);
  }

  @Test
  void aMirrorHasNoQueryThatAgentsCouldRead() {
    var settings = Map.of("packages.pip_index", "https://mirror.example/simple?token=x");
    assertThatThrownBy(() -> Config.read(settings, Map.of("HOME", "/home/me")))
        .hasMessageContaining("packages.pip_index: must be a URL without a query")
        .hasMessageNotContaining("token");
  }

  @Test
  void theSourcesOfAptAreAFileAndTheDatabaseOfGoHasAName() {
    for (var wrong :
        Map.of(
                "packages.apt_sources", "own.list",
                "packages.go_sumdb", "sum.example https://me:secret@sum.example")
            .entrySet()) {
      assertThatThrownBy(
              () ->
                  Config.read(Map.of(wrong.getKey(), wrong.getValue()), Map.of("HOME", "/home/me")))
          .hasMessageContaining(wrong.getKey() + ": must be")
          .hasMessageNotContaining("secret");
    }
  }

  @Test
  void anEmptyHomeIsNotTheCurrentDirectory() {
    var config = Config.read(Map.of(), Map.of("HOME", "", "XDG_DATA_HOME", "relative"));
    assertThat(config.data())
        .isEqualTo(Path.of(System.getProperty("user.home"), ".local/share/drover"));
  }

  @Test
  void flagsGoBeforeTheEnvironmentAndTheEnvironmentBeforeTheFile() throws Exception {
    Files.writeString(
        directory.resolve("drover.yaml"),
        """
        port: 1
        host: 10.0.0.1
        anthropic: {base_url: "http://127.0.0.1:9", api_key: from-file}
        models: {fast: rehearsal, claude-opus-5: local/big}
        rehearsal: {first_token_ms: 5}
        nodes: {lapse_ms: 900}
        drain_ms: 7
        max_tool_rounds: 9
        images: {max_base64_bytes: 1000, max_pixels: 70}
        """);
    var config =
        Config.read(
            Map.of("data", directory.toString(), "port", "3"),
            Map.of("DROVER_PORT", "2", "DROVER_HOST", "10.0.0.2"));
    assertThat(config.serving().port()).isEqualTo(3);
    assertThat(config.serving().host()).isEqualTo("10.0.0.2");
    assertThat(config.models().mapped())
        .isEqualTo(Map.of("fast", "rehearsal", "claude-opus-5", "local/big"));
    assertThat(config.models().firstToken()).hasMillis(5);
    assertThat(config.store().lapse()).hasMillis(900);
    assertThat(config.drain()).hasMillis(7);
    assertThat(config.brain().maxToolRounds()).isEqualTo(9);
    assertThat(config.serving().images()).isEqualTo(new ImageLimits(1_000, 70));
    var server = config.models().messages().orElseThrow();
    assertThat(server.base()).isEqualTo(URI.create("http://127.0.0.1:9"));
    assertThat(server.key().orElseThrow().reveal()).isEqualTo("from-file");
    assertThat(config.toString()).doesNotContain("from-file");
  }

  @Test
  void commandsFindTheServerOfTheMachineAndItsKey() throws Exception {
    var home = Map.of("HOME", directory.toString());
    var nothing = Config.read(Map.of(), home).local();
    assertThat(nothing.url()).isEqualTo(URI.create("http://127.0.0.1:8787"));
    assertThat(nothing.key()).isEmpty();
    assertThat(nothing.keyFile()).doesNotExist();
    var data = Map.of("data", directory.toString());
    var key = Config.read(data, Map.of()).apiKey(new Ids(new Random(1)));
    var local = Config.read(data, Map.of("DROVER_HOST", "::", "DROVER_PORT", "0")).local();
    assertThat(local.url()).isEqualTo(URI.create("http://127.0.0.1:8787"));
    assertThat(local.key().orElseThrow().reveal()).isEqualTo(key.reveal());
    assertThat(local.keyFile()).content().isEqualTo(key.reveal() + "\n");
    var set = Config.read(data, Map.of("DROVER_HOST", "::1", "DROVER_API_KEY", "sk-set")).local();
    assertThat(set.url()).isEqualTo(URI.create("http://[::1]:8787"));
    assertThat(set.key().orElseThrow().reveal()).isEqualTo("sk-set");
  }

  @Test
  void theLogIsTextFromInfoOnUnlessItIsSetOtherwise() throws Exception {
    var config = Config.read(Map.of(), Map.of("HOME", "/home/somebody"));
    assertThat(config.logging()).isEqualTo(new LogSettings(LogLines.Form.TEXT, Level.INFO));
    assertThat(Config.embedded(Map.of(), Map.of("HOME", "/home/somebody")).logging().level())
        .isEqualTo(Level.WARNING);
    var set =
        Config.read(
            Map.of("data", directory.toString()),
            Map.of("DROVER_LOG_FORMAT", "json", "DROVER_LOG_LEVEL", "debug"));
    assertThat(set.logging()).isEqualTo(new LogSettings(LogLines.Form.JSON, Level.FINE));
    refused("log: {format: xml}", "log.format: must be one of json, text");
    refused("log: {level: loud}", "log.level: must be one of debug, error, info, warning");
  }

  @Test
  void anUnknownSettingStopsTheStart() throws Exception {
    refused("prot: 1", "unknown setting prot");
    refused("anthropic: {key: x}", "unknown setting anthropic.key");
    refused("port: [1]", "port: must be an integer from 0 to 65535 (");
    refused("- port", "bad.yaml: must be a map of settings");
    refused("port: 99999", "port: must be an integer from 0 to 65535");
    refused("port: 1\nport: 2", "line 2, column 1: duplicate key port, first in line 1");
    refused("prot:", "unknown setting prot");
    refused("api_key: 123", "api_key: must be a string; quote it (");
    refused("api_key: a b", "api_key: must be printable ASCII");
    for (var url : new String[] {"http://a b", "ftp://a", "a", "http://u:p@a", "http://a#b"}) {
      refused("anthropic: {base_url: '" + url + "'}", "anthropic.base_url: must be an http");
    }
    assertThatThrownBy(() -> Config.read(Map.of("config", "/nowhere/x.yaml"), Map.of()))
        .isInstanceOf(Problem.class)
        .hasMessage("there is no settings file /nowhere/x.yaml");
  }

  @Test
  void whatTheOperatorSaysOfAModelIsReadByItsWholeId() throws Exception {
    Files.writeString(
        directory.resolve("drover.yaml"),
        """
        model_settings:
          openai/qwen3:8b.q4:
            context_tokens: 40960
            max_tokens: 4096
            effort: [low, high]
            default_effort: low
            images: false
            documents: true
            mid_conversation_system: true
            price: {input: 0.1, output: 1, cache_read: "0.025", cache_write: 0}
            overflow: silent
          claude-opus-5: {price.input: 4.5}
        """);
    var settings = Config.read(Map.of("data", directory.toString()), Map.of()).models().settings();
    assertThat(settings).containsOnlyKeys("openai/qwen3:8b.q4", "claude-opus-5");
    assertThat(settings.get("openai/qwen3:8b.q4"))
        .isEqualTo(
            new ModelSettings(
                Optional.of(40_960),
                Optional.of(4_096),
                Optional.of(List.of("low", "high")),
                Optional.of("low"),
                Optional.of(false),
                Optional.of(true),
                Optional.of(true),
                Optional.of(Capabilities.Overflow.SILENT),
                new ModelSettings.Prices(
                    Optional.of(new BigDecimal("0.1")),
                    Optional.of(new BigDecimal("1")),
                    Optional.of(new BigDecimal("0.025")),
                    Optional.of(new BigDecimal("0")))));
    assertThat(settings)
        .hasEntrySatisfying(
            "claude-opus-5",
            entry -> assertThat(entry.prices().input()).contains(new BigDecimal("4.5")));
  }

  @Test
  void aModelSettingThatIsWrongStopsTheStart() throws Exception {
    refused("model_settings: 1", "model_settings: must be a map (");
    refused("model_settings: {a.b: 1}", "model_settings.a.b: must be a map");
    refused("model_settings: {a: {contxt: 1}}", "unknown setting model_settings.a.contxt");
    refused("model_settings: {a: {price: {in: 1}}}", "unknown setting model_settings.a.price.in");
    refused("model_settings: {a: {price: 1}}", "model_settings.a.price: must be a map");
    refused("model_settings: {a: {images: }}", "model_settings.a.images: has no value");
    refused("model_settings: {a: {images: no}}", "a.images: must be a boolean");
    refused("model_settings: {a: {max_tokens: 0}}", "a.max_tokens: must be an integer from 1");
    refused("model_settings: {a: {max_tokens: 1.5}}", "a.max_tokens: must be an integer from 1");
    refused("model_settings: {a: {effort: high}}", "a.effort: must be an array");
    refused("model_settings: {a: {effort: [huge]}}", "a.effort: must be a list of low, medium");
    refused(
        "model_settings: {a: {default_effort: 1}}", "a.default_effort: must be a string; quote it");
    for (var price : new String[] {"-1", "free", "1e99", "[1]", "1e-99"}) {
      refused(
          "model_settings: {a: {price: {input: " + price + "}}}",
          "model_settings.a.price.input: must be US dollars");
    }
  }

  @Test
  void theDatabaseAndTheTimesOfNodesAreSettings() {
    var config =
        Config.read(
            Map.of(),
            Map.of(
                "HOME", "/none",
                "DROVER_DATABASE_URL", "postgres://u:hidden@h/d",
                "DROVER_NODES_LAPSE_MS", "2000",
                "DROVER_DRAIN_MS", "0"));
    assertThat(config.store().database().orElseThrow().reveal())
        .isEqualTo("postgres://u:hidden@h/d");
    assertThat(config.store().lapse()).isEqualTo(Duration.ofSeconds(2));
    assertThat(config.drain()).isEqualTo(Duration.ZERO);
    assertThat(config.toString()).doesNotContain("hidden");
  }

  @Test
  void whatBecomesOfAnAmbiguousCallIsSaidToolByTool() throws Exception {
    assertThat(Config.read(Map.of(), Map.of("HOME", "/h")).brain().onAmbiguous())
        .isEqualTo(OnAmbiguous.DEFAULT);
    var file = directory.resolve("drover.yaml");
    Files.writeString(
        file, "tools:\n  bash:\n    on_ambiguous: retry\n  read:\n    on_ambiguous: error\n");
    var data = Map.of("data", directory.toString());
    assertThat(Config.read(data, Map.of()).brain().onAmbiguous().retried())
        .isEqualTo(Map.of("bash", true, "read", false));
    assertThat(
            Config.embedded(data, Map.of("DROVER_TOOLS_BASH_ON_AMBIGUOUS", "error"))
                .brain()
                .onAmbiguous()
                .retried())
        .isEqualTo(Map.of("read", false));
    assertThatThrownBy(
            () -> Config.read(Map.of(), Map.of("DROVER_TOOLS_EDIT_ON_AMBIGUOUS", "maybe")))
        .hasMessage(
            "tools.edit.on_ambiguous: must be one of error, retry"
                + " (DROVER_TOOLS_EDIT_ON_AMBIGUOUS)");
    for (var wrong : List.of("tools: {hammer: {on_ambiguous: retry}}", "tools: {bash: {on: x}}")) {
      Files.writeString(file, wrong);
      assertThatThrownBy(() -> Config.read(data, Map.of()))
          .hasMessageContaining("unknown setting tools.");
    }
  }

  @Test
  void aKeyAloneMeansTheVendorsServer() {
    var config =
        Config.read(
            Map.of(),
            Map.of("HOME", "/h", "DROVER_OPENAI_API_KEY", "a", "DROVER_ANTHROPIC_API_KEY", "b"));
    assertThat(config.models().chat().orElseThrow().base())
        .isEqualTo(URI.create("https://api.openai.com/v1"));
    assertThat(config.models().chat().orElseThrow().key().orElseThrow().reveal()).isEqualTo("a");
    assertThat(config.models().messages().orElseThrow().base())
        .isEqualTo(URI.create("https://api.anthropic.com"));
    assertThat(config.models().messages().orElseThrow().key().orElseThrow().reveal())
        .isEqualTo("b");
  }

  @Test
  void theTimesOfModelServersAreSettings() throws Exception {
    var home = Map.of("HOME", "/h", "DROVER_OPENAI_API_KEY", "a", "DROVER_ANTHROPIC_API_KEY", "b");
    assertThat(Config.read(Map.of(), home).models().chat().orElseThrow().timeouts())
        .isEqualTo(Timeouts.VENDOR);
    assertThat(Config.read(Map.of(), home).models().messages().orElseThrow().timeouts())
        .isEqualTo(Timeouts.VENDOR);
    var own = Map.of("HOME", "/h", "DROVER_OPENAI_BASE_URL", "http://api.openai.com.example.net");
    assertThat(Config.read(Map.of(), own).models().chat().orElseThrow().timeouts())
        .isEqualTo(Timeouts.DEFAULT);
    Files.writeString(
        directory.resolve("drover.yaml"),
        """
        anthropic:
          base_url: "http://127.0.0.1:9"
          connect_ms: 1
          first_event_ms: 1800000
          between_events_ms: "3"
        """);
    var set =
        Config.read(
            Map.of("data", directory.toString()),
            Map.of(
                "DROVER_ANTHROPIC_CONNECT_MS", "7",
                "DROVER_OPENAI_BASE_URL", "http://h/v1?key=hidden",
                "DROVER_OPENAI_FIRST_EVENT_MS", "8",
                "DROVER_OPENAI_BETWEEN_EVENTS_MS", "9"));
    assertThat(set.models().messages().orElseThrow().timeouts())
        .isEqualTo(
            new Timeouts(Duration.ofMillis(7), Duration.ofMinutes(30), Duration.ofMillis(3)));
    assertThat(set.models().chat().orElseThrow().timeouts())
        .isEqualTo(
            new Timeouts(Timeouts.DEFAULT.connect(), Duration.ofMillis(8), Duration.ofMillis(9)));
    assertThat(set.toString()).doesNotContain("hidden");
    refused("openai: {first_event_ms: 0}", "openai.first_event_ms: must be an integer from 1");
    refused("openai: {connect_ms: 1.5}", "openai.connect_ms: must be an integer");
    refused("openai: {headers_ms: 1}", "unknown setting openai.headers_ms");
  }

  @Test
  void variablesWithoutOurPrefixAreSomebodyElses() {
    var config =
        Config.read(Map.of(), Map.of("HOME", "/h", "host", "x", "port", "y", "data", "/z"));
    assertThat(config.serving().host()).isEqualTo("127.0.0.1");
    assertThat(config.data()).isEqualTo(Path.of("/h/.local/share/drover"));
    var relative = Config.read(Map.of(), Map.of("HOME", "/h", "XDG_DATA_HOME", "x"));
    assertThat(relative.data()).isEqualTo(config.data());
  }

  @Test
  void aServersUrlLosesItsLastSlash() {
    var environment = Map.of("HOME", "/none", "DROVER_ANTHROPIC_BASE_URL", "http://a:1/b/");
    var server = Config.read(Map.of(), environment).models().messages().orElseThrow();
    assertThat(server.base()).isEqualTo(URI.create("http://a:1/b"));
    assertThat(server.key()).isEmpty();
  }

  @Test
  void serversThatStartTogetherAgreeOnTheKey() throws Exception {
    var config = Config.read(Map.of("data", directory.toString()), Map.of());
    var ids = new Ids(new Random(1));
    var keys = new HashSet<String>();
    try (var scope = new Scope()) {
      var starts = new ArrayList<Scope.Task<String>>();
      for (int i = 0; i < 16; i++) {
        starts.add(scope.fork(() -> config.apiKey(ids).reveal()));
      }
      for (var start : starts) {
        keys.add(start.join());
      }
    }
    assertThat(keys).hasSize(1);
    try (var files = Files.list(directory)) {
      assertThat(files).containsExactly(directory.resolve("api-key"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"sk-a b", "sk-a\nsk-b\n", "sk-a\tb", "sk-\u00e4", "sk-a\0", "sk-\u200bb"})
  void aKeyFileThatHoldsNoKeyIsRefused(String text) throws Exception {
    var file = Files.writeString(directory.resolve("api-key"), text);
    var config = Config.read(Map.of("data", directory.toString()), Map.of());
    assertThatThrownBy(() -> config.apiKey(new Ids(new Random(1))))
        .hasMessage(
            file
                + " must contain one API key in printable ASCII without spaces; fix it, or remove"
                + " it to get a new key");
    assertThatThrownBy(config::local).isInstanceOf(Problem.class).hasMessageContaining("one API");
  }

  @Test
  void aKeyFileMustBeAFile() throws Exception {
    var config = Config.read(Map.of("data", directory.toString()), Map.of());
    var file = Files.createSymbolicLink(directory.resolve("api-key"), Path.of("/dev/zero"));
    assertThatThrownBy(() -> config.apiKey(new Ids(new Random(1))))
        .hasMessage(file + " is not a regular file");
    Files.delete(file);
    Files.createDirectory(file);
    assertThatThrownBy(() -> config.apiKey(new Ids(new Random(1))))
        .hasMessage(file + " is a directory");
  }

  @ParameterizedTest
  @ValueSource(strings = {"abc", "70000", "-1", "8o"})
  void aFlagDoesNotHideAWrongVariable(String value) {
    var flags = Map.of("port", "0");
    for (var read :
        List.<BiFunction<Map<String, String>, Map<String, String>, Object>>of(
            Config::read, Config::embedded, Config::settings)) {
      assertThatThrownBy(() -> read.apply(flags, Map.of("DROVER_PORT", value)))
          .isInstanceOf(Problem.class)
          .hasMessage("port: must be an integer from 0 to 65535 (DROVER_PORT)");
    }
  }

  @Test
  void aKeyIsMadeOnceAndOnlyItsOwnerCanReadIt() throws Exception {
    var config = Config.read(Map.of("data", directory.resolve("new").toString()), Map.of());
    var key = config.apiKey(new Ids(new Random(1)));
    assertThat(key.reveal()).startsWith("sk-drover-").hasSizeGreaterThan(30);
    assertThat(config.apiKey(new Ids(new Random(2))).reveal()).isEqualTo(key.reveal());
    assertThat(Files.getPosixFilePermissions(directory.resolve("new/api-key")))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    assertThat(Files.getPosixFilePermissions(directory.resolve("new")))
        .isEqualTo(PosixFilePermissions.fromString("rwx------"));
    var given = Config.read(Map.of(), Map.of("HOME", "/none", "DROVER_API_KEY", " mine "));
    assertThat(given.apiKey(new Ids(new Random(3))).reveal()).isEqualTo("mine");
    assertThat(given.toString()).doesNotContain("mine");
  }

  private void refused(String yaml, String message) throws Exception {
    var file = Files.writeString(directory.resolve("bad.yaml"), yaml);
    assertThatThrownBy(() -> Config.read(Map.of("config", file.toString()), Map.of()))
        .isInstanceOf(Problem.class)
        .hasMessageContaining(message);
  }

  @Test
  void whatSessionsLieOnIsASetting() {
    var home = Map.of("HOME", "/h");
    assertThat(Config.read(Map.of(), home).sandboxes().storage())
        .isEqualTo(new Storage(Storage.Kind.AUTO, OptionalLong.empty()));
    var set =
        Map.of("HOME", "/h", "DROVER_WORKSPACES_KIND", "image", "DROVER_WORKSPACES_FREE_MIB", "3");
    assertThat(Config.read(Map.of(), set).sandboxes().storage())
        .isEqualTo(new Storage(Storage.Kind.IMAGE, OptionalLong.of(3L << 20)));
    assertThat(Config.embedded(Map.of(), set).sandboxes().storage())
        .isEqualTo(new Storage(Storage.Kind.DIRECTORY, OptionalLong.of(3L << 20)));
    assertThatThrownBy(
            () -> Config.read(Map.of(), Map.of("HOME", "/h", "DROVER_WORKSPACES_KIND", "tape")))
        .hasMessageContaining("workspaces.kind");
  }

  @Test
  void aServerWithinACommandKeepsToItselfWhateverIsSet() throws Exception {
    var url = Files.writeString(directory.resolve("url"), "postgres://h/d");
    var set =
        Map.of(
            "HOME", "/h",
            "DROVER_HOST", "0.0.0.0",
            "DROVER_PORT", "80",
            "DROVER_DATABASE_URL_FILE", url.toString(),
            "DROVER_DRAIN_MS", "9",
            "DROVER_LOG_LEVEL", "debug",
            "DROVER_LOG_FORMAT", "json",
            "DROVER_MAX_TOOL_ROUNDS", "5");
    assertThat(Config.read(Map.of(), set).store().database()).isPresent();
    var config = Config.embedded(Map.of(), set);
    assertThat(config.serving().host()).isEqualTo("127.0.0.1");
    assertThat(config.serving().port()).isZero();
    assertThat(config.store().database()).isEmpty();
    assertThat(config.drain()).isZero();
    assertThat(config.logging()).isEqualTo(new LogSettings(LogLines.Form.JSON, Level.WARNING));
    assertThat(config.models().firstToken()).isZero();
    assertThat(config.brain().maxToolRounds()).isEqualTo(5);
    assertThatThrownBy(
            () -> Config.embedded(Map.of(), Map.of("HOME", "/h", "DROVER_PORT", "eighty")))
        .hasMessageContaining("port: must be an integer");
  }

  @Test
  void withoutSettingsEveryPartHasItsOwnDefaults() {
    var config = Config.read(Map.of(), Map.of("HOME", "/h"));
    assertThat(config.sandboxes())
        .isEqualTo(
            SandboxSettings.DEFAULT.withStorage(
                new Storage(Storage.Kind.AUTO, OptionalLong.empty())));
    assertThat(config.brain().retries()).isEqualTo(Retries.DEFAULT);
    assertThat(config.pool()).isEqualTo(new PoolSettings(200, Duration.ofMinutes(15)));
    assertThat(config.serving().images()).isEqualTo(ImageLimits.DEFAULT);
    assertThat(config.serving().ping()).hasSeconds(15);
  }

  @Test
  void theLimitsOfSandboxesAreSettings() throws Exception {
    Files.writeString(
        directory.resolve("drover.yaml"),
        """
        sandboxes:
          max: 3
          idle_ms: 2000
          memory_mib: 512
          processes: 64
          cpus: 0.5
          tmp_mib: 64
          home_mib: 32
          shm_mib: 16
          unattended_ms: 7000
          start_ms: 5000
          longest_call_ms: 3600000
          first_uid: 100000
        workspaces: {max_mib: 100, max_entries: 5000, max_file_mib: 20}
        retries: {max: 1, first_pause_ms: 2, longest_pause_ms: 3, longest_asked_pause_ms: 4}
        stream_ping_ms: 2500
        max_body_mib: 3
        """);
    var config = Config.read(Map.of("data", directory.toString()), Map.of());
    assertThat(config.pool()).isEqualTo(new PoolSettings(3, Duration.ofSeconds(2)));
    var profile = config.sandboxes();
    assertThat(profile.limits())
        .isEqualTo(
            new Limits(
                512 << 20, 64, 0.5, 20 << 20, 100 << 20, 5_000, 64 << 20, 32 << 20, 16 << 20));
    assertThat(profile.watchdog()).hasSeconds(7);
    assertThat(profile.patience()).hasSeconds(5);
    assertThat(profile.longestCall()).hasHours(1);
    assertThat(profile.firstUid()).isEqualTo(100_000);
    assertThat(config.brain().retries())
        .isEqualTo(
            new Retries(1, Duration.ofMillis(2), Duration.ofMillis(3), Duration.ofMillis(4)));
    assertThat(config.serving().ping()).hasMillis(2_500);
    assertThat(config.serving().maxBody()).isEqualTo(3 << 20);
    refused("max_body_mib: 33", "max_body_mib: must be an integer from 1 to 32");
    refused("sandboxes: {memory_mib: 256, tmp_mib: 100}", "sandboxes.memory_mib: must be twice");
    refused("sandboxes: {cpus: 0}", "sandboxes.cpus: must be a number from 0.01");
  }

  @Test
  void anAddressGetsNoMoreConnectionsThanThereAre() throws Exception {
    var line = "connections: {max: 20, per_address: %d}";
    refused(
        line.formatted(21),
        "connections.per_address: must not be larger than connections.max (" + directory);
    Files.writeString(directory.resolve("drover.yaml"), line.formatted(20));
    assertThat(Config.read(Map.of("data", directory.toString()), Map.of()).serving().perAddress())
        .hasValue(20);
  }

  @Test
  void variablesOfCommandsOfTestsAndOfKubernetesAreNoSettings() {
    var environment = new HashMap<>(Map.of("HOME", "/h"));
    for (var name :
        List.of(
            "DROVER_URL",
            "DROVER_MODEL",
            "DROVER_HOME",
            "DROVER_BENCH_DATABASE_URL",
            "DROVER_TEST_ANY")) {
      environment.put(name, "x");
    }
    environment.put("DROVER_SERVICE_HOST", "10.0.0.7");
    environment.put("DROVER_SERVICE_PORT_HTTP", "8787");
    environment.put("DROVER_PORT", "tcp://10.0.0.7:8787");
    environment.put("DROVER_PORT_8787_TCP_ADDR", "10.0.0.7");
    environment.put("DROVER_DB_SERVICE_HOST", "10.0.0.8");
    environment.put("DROVER_EMPTY", "");
    assertThat(Config.read(Map.of(), environment).serving().port())
        .isEqualTo(ServingSettings.DEFAULT_PORT);
  }
}
