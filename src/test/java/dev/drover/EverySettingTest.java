package dev.drover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.settings.SettingValue;
import dev.drover.settings.ValueSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Walks all settings that there are.
final class EverySettingTest {
  private static final Map<String, String> HOME = Map.of("HOME", "/home/me");
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");

  private static final String VAULT_KEY = "hidden:" + "A".repeat(43) + "=";

  /// Other values than the defaults, of what is no number.
  private static final Map<String, String> OTHERS =
      Map.ofEntries(
          Map.entry("host", "10.0.0.1"),
          Map.entry("data", "/elsewhere"),
          Map.entry("blobs.directory", "/elsewhere/blobs"),
          Map.entry("blobs.s3.endpoint", "http://127.0.0.1:9"),
          Map.entry("blobs.s3.region", "eu-central-1"),
          Map.entry("blobs.s3.bucket", "contents"),
          Map.entry("blobs.s3.prefix", "here/"),
          Map.entry("blobs.s3.path_style", "false"),
          Map.entry("console.enabled", "false"),
          Map.entry("console.hosts", "[drover.example]"),
          Map.entry("console.directory", "/elsewhere/console"),
          Map.entry("connections.max", "500"),
          Map.entry("connections.per_address", "20"),
          Map.entry("workspaces.kind", "image"),
          Map.entry("workspaces.free_mib", "5"),
          Map.entry("snapshots.when", "never"),
          Map.entry("policy.file", "/elsewhere/policy.yaml"),
          Map.entry("profiles.selectable", "[claude]"),
          Map.entry("vault.file", "/elsewhere/vault-keys"),
          Map.entry("network.ports", "[\"8443\"]"),
          Map.entry("network.package_hosts", "[mirror.corp.example]"),
          Map.entry("network.ca_file", "/elsewhere/ca.pem"),
          Map.entry("git.hosts", "[git.example]"),
          Map.entry("network.private", "[\"10.20.0.0/16\", git.corp.example]"),
          Map.entry("packages.pip_index", "https://mirror.corp.example/simple"),
          Map.entry("packages.npm_registry", "https://mirror.corp.example/npm"),
          Map.entry("packages.apt_sources", "/elsewhere/own.sources"),
          Map.entry("packages.cargo_index", "https://mirror.corp.example/crates"),
          Map.entry("packages.gem_source", "https://mirror.corp.example/gems"),
          Map.entry("packages.go_proxy", "https://mirror.corp.example/go"),
          Map.entry("packages.go_sumdb", "off"),
          Map.entry("get_events", "on"),
          Map.entry("web_fetch.enabled", "false"),
          Map.entry("web_search.provider", "searxng"),
          Map.entry("web_search.url", "http://127.0.0.1:9"),
          Map.entry("log.format", "json"),
          Map.entry("log.level", "debug"),
          Map.entry("max_body_mib", "31"),
          Map.entry("openai.reasoning_field", "none"),
          Map.entry("models", "{fast: rehearsal}"),
          Map.entry("model_settings", "{fast: {images: false, effort: [low]}}"));

  /// What else must be set for some.
  private static final Map<String, Map<String, String>> WITH =
      Map.of(
          "blobs.s3.bucket",
          Map.of("DROVER_BLOBS_S3_ACCESS_KEY", "key", "DROVER_BLOBS_S3_SECRET_KEY", "key"),
          "web_search.provider",
          Map.of("DROVER_WEB_SEARCH_URL", "http://127.0.0.1:9"));

  @TempDir Path directory;

  private static List<SettingValue> settings() {
    return Config.settings(Map.of(), HOME);
  }

  private String other(SettingValue setting) throws Exception {
    var path = setting.path();
    if (path.endsWith(".on_ambiguous")) {
      return setting.usual().orElseThrow().equals(Json.of("retry")) ? "error" : "retry";
    } else if (path.endsWith("_file")) {
      var secret = path.equals("vault.keys_file") ? VAULT_KEY : "sk-hidden";
      return Files.writeString(directory.resolve("secret"), secret).toString();
    } else if (path.equals("vault.keys")) {
      return VAULT_KEY;
    } else if (path.endsWith("base_url")) {
      return "http://127.0.0.1:9";
    } else if (path.endsWith("api_key")
        || path.endsWith("s3.access_key")
        || path.endsWith("s3.secret_key")
        || path.endsWith("database_url")) {
      return "sk-hidden";
    }
    return OTHERS.containsKey(path)
        ? OTHERS.get(path)
        : String.valueOf(((Json.Num) setting.usual().orElseThrow()).asLong().orElseThrow() + 1);
  }

  @Test
  void everySettingIsReadFromTheEnvironmentAndFromTheFile() throws Exception {
    for (var setting : settings()) {
      var other = other(setting);
      var variable = setting.variable().orElseThrow();
      var home = new HashMap<>(HOME);
      home.putAll(WITH.getOrDefault(setting.path(), Map.of()));
      var environment = new HashMap<>(home);
      environment.put(variable, other);
      seen(setting, ValueSource.Kind.ENVIRONMENT, Config.settings(Map.of(), environment));
      var quoted = other.matches("[{\\[].*") || other.matches("[0-9]+") ? other : Json.of(other);
      var file = Files.writeString(directory.resolve("s.yaml"), setting.path() + ": " + quoted);
      seen(
          setting, ValueSource.Kind.FILE, Config.settings(Map.of("config", file.toString()), home));
      var nested = setting.path().replace(".", ": {") + ": " + quoted;
      Files.writeString(file, nested + "}".repeat(setting.path().split("\\.").length - 1));
      seen(
          setting, ValueSource.Kind.FILE, Config.settings(Map.of("config", file.toString()), home));
    }
  }

  private static void seen(SettingValue usual, ValueSource.Kind kind, List<SettingValue> settings) {
    var now =
        settings.stream().filter(it -> it.path().equals(usual.path())).findFirst().orElseThrow();
    assertThat(now.source().kind()).as(now.path()).isEqualTo(kind);
    assertThat(now.hidden() || !now.value().equals(usual.value())).as(now.toString()).isTrue();
    assertThat(settings.toString()).doesNotContain("sk-hidden", VAULT_KEY);
  }

  @Test
  void everySettingRefusesAValueOfAnotherShapeByItsPath() throws Exception {
    for (var setting : settings()) {
      for (var wrong : List.of("[[1]]", "5.5.5: x")) {
        var yaml = setting.path().replace(".", ": {") + ": " + wrong.replace("5.5.5: x", "{a: 1}");
        var file =
            Files.writeString(
                directory.resolve("s.yaml"),
                yaml + "}".repeat(setting.path().split("\\.").length - 1));
        assertThatThrownBy(() -> Config.read(Map.of("config", file.toString()), HOME))
            .as(yaml)
            .isInstanceOf(Problem.class)
            .hasMessageStartingWith(setting.path())
            .hasMessageContaining("s.yaml, line 1)");
      }
    }
  }

  @Test
  void noTwoSettingsShareAVariable() {
    var variables = new HashSet<String>();
    for (var setting : settings()) {
      assertThat(variables.add(setting.variable().orElseThrow())).as(setting.path()).isTrue();
    }
    assertThat(variables).hasSizeGreaterThan(50).doesNotContain("DROVER_URL", "DROVER_MODEL");
  }

  @Test
  void theReadmeNamesEverySettingWithItsDefaultAndNoOther() throws Exception {
    var documented = new LinkedHashMap<String, String>();
    var readme = Files.readString(Path.of("README.md"));
    readme
        .substring(readme.indexOf("| setting | default |"))
        .lines()
        .takeWhile(line -> line.startsWith("|"))
        .skip(2)
        .forEach(
            line -> {
              var cells = line.split("\\|", -1);
              CODE.matcher(cells[1])
                  .results()
                  .map(code -> code.group(1))
                  .filter(name -> !name.startsWith("--"))
                  .forEach(name -> documented.put(name, cells[2].strip().replace("`", "")));
            });
    var actual = new LinkedHashMap<String, String>();
    for (var setting : settings()) {
      actual.put(
          setting.path(),
          setting
              .usual()
              .map(value -> value instanceof Json.Str(var text) ? text : value.toString())
              .orElse("not set")
              .replace("/home/me", "~"));
    }
    assertThat(documented).containsExactlyInAnyOrderEntriesOf(actual);
  }
}
