package dev.drover.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.Config;
import dev.drover.base.Json;
import dev.drover.settings.SettingValue;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConfigCommandTest {
  @TempDir Path directory;
  private final Map<String, String> environment = new HashMap<>(Map.of("HOME", "/home/me"));
  private final TestShell shell = new TestShell();

  private final ServerFactory host =
      new ServerFactory() {
        @Override
        public Endpoint serve(Map<String, String> flags) {
          throw new IllegalStateException("nothing is served");
        }

        @Override
        public Endpoint embed(Map<String, String> flags) {
          throw new IllegalStateException("nothing is served");
        }

        @Override
        public LocalServer local(Map<String, String> flags) {
          throw new IllegalStateException("nothing asks");
        }

        @Override
        public List<SettingValue> settings(Map<String, String> flags) {
          return Config.settings(flags, environment);
        }
      };

  private String config(String... flags) throws Exception {
    var words = new ArrayList<>(List.of("config"));
    words.addAll(List.of(flags));
    assertThat(shell.run(host, words.toArray(String[]::new))).as(shell.err()).isZero();
    return shell.out();
  }

  private String file(String yaml) throws Exception {
    return Files.writeString(directory.resolve("drover.yaml"), yaml).toString();
  }

  private static final String YAML =
      """
      host: 10.0.0.1
      api_key: sk-hidden
      openai: {base_url: "http://h/v1?key=sk-hidden"}
      models: {fast: rehearsal}
      model_settings: {a.b: {images: false, effort: [low, high]}}
      """;

  @Test
  void itPrintsEverySettingWithItsSource() throws Exception {
    environment.put("DROVER_DRAIN_MS", "7");
    var out = config("--config", file(YAML), "--port", "9");
    var file = directory.resolve("drover.yaml");
    assertThat(out.lines().map(line -> line.replaceAll(" +", " ")))
        .contains(
            "host: \"10.0.0.1\" # " + file + ", line 1",
            "port: 9 # flag --port",
            "drain_ms: 7 # environment DROVER_DRAIN_MS",
            "max_tool_rounds: 1000 # default",
            "# api_key is set (value hidden): " + file + ", line 2",
            "# database_url is not set",
            "models: {\"fast\":\"rehearsal\"} # " + file + ", line 4",
            "nodes:",
            " lapse_ms: 5000 # default",
            "tools:",
            " bash:",
            " on_ambiguous: error # default",
            " # base_url is set (value hidden): " + file + ", line 3");
    assertThat(out).doesNotContain("sk-hidden");
    assertThat(out.lines().filter("tools:"::equals)).hasSize(1);
  }

  @Test
  void whatItPrintsIsASettingsFileThatSaysTheSame() throws Exception {
    environment.put("DROVER_SANDBOXES_CPUS", "0.5");
    environment.put("DROVER_LOG_LEVEL", "debug");
    environment.put("DROVER_DATA", "/a b: c");
    var yaml = YAML.replace("api_key: sk-hidden\n", "").replace("?key=sk-hidden", "");
    var out = config("--config", file(yaml));
    var again = Config.settings(Map.of("config", file(out)), Map.of("HOME", "/home/me"));
    assertThat(again)
        .extracting(setting -> setting.path() + " " + setting.value())
        .isEqualTo(
            Config.settings(
                    Map.of("config", Files.writeString(directory.resolve("b"), yaml).toString()),
                    environment)
                .stream()
                .map(setting -> setting.path() + " " + setting.value())
                .toList());
  }

  @Test
  void itPrintsJsonByThePathOfEachSetting() throws Exception {
    environment.put("DROVER_API_KEY", "sk-hidden");
    environment.put("DROVER_DRAIN_MS", "7");
    var out = config("--json");
    var json = (Json.Obj) Json.parse(out);
    assertThat(json.object("drain_ms"))
        .isEqualTo(
            Json.obj(
                "set",
                true,
                "value",
                7,
                "default",
                10_000,
                "source",
                "environment",
                "from",
                "DROVER_DRAIN_MS",
                "variable",
                "DROVER_DRAIN_MS"));
    assertThat(json.object("api_key"))
        .isEqualTo(
            Json.obj(
                "set",
                true,
                "value",
                null,
                "default",
                null,
                "source",
                "environment",
                "from",
                "DROVER_API_KEY",
                "variable",
                "DROVER_API_KEY"));
    assertThat(json.object("connections.max").get("set")).contains(Json.of(false));
    assertThat(json.object("sandboxes.max").number("value", 0)).isEqualTo(200);
    assertThat(out).doesNotContain("sk-hidden");
  }

  @Test
  void aWrongSettingIsAnErrorThatNamesIt() throws Exception {
    environment.put("DROVER_API_KYE", "sk-hidden");
    assertThat(shell.run(host, "config")).isEqualTo(1);
    assertThat(shell.out()).isEmpty();
    assertThat(shell.err())
        .isEqualTo(
            "drover: unknown environment variable DROVER_API_KYE; did you mean DROVER_API_KEY?\n");
  }

  @Test
  void anErrorDrivesNoTerminal() throws Exception {
    assertThat(shell.run(host, "config", "--config", file("\"a\\e[31mb\": 1"))).isEqualTo(1);
    assertThat(shell.err()).contains("unknown setting a").doesNotContain("\u001b");
  }

  @Test
  void helpSaysWhatItIsFor() {
    assertThat(shell.run(host, "config", "--help")).isZero();
    assertThat(shell.out()).contains("Usage: drover config", "--json", "--config", "--port");
  }
}
