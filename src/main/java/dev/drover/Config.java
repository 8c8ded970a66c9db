package dev.drover;

import dev.drover.base.Ids;
import dev.drover.base.Secret;
import dev.drover.catalog.WorkspaceId;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// How a server is set up: a YAML file, overridden by the environment, overridden by flags.
///
/// The file is the one that `--config` names, else `drover.yaml` in the data directory if it is
/// there. Its keys are those of [Settings]; the variable for a key is `DROVER_` and the key in
/// capitals, a dot becoming an underscore. An empty variable is an absent one.
///
/// The data directory is `$XDG_DATA_HOME/drover`, else `~/.local/share/drover`: the same wherever
/// the server is started from, so that sessions are found again, and never within a repository, so
/// that a key is not committed by accident.
///
/// @param port 0: any
/// @param data absolute
/// @param apiKey empty: [KeyFile] holds it
/// @param anthropic empty: no server that speaks the Messages API is set up
/// @param models what a model id means; an id that is not here means itself
/// @param firstToken how long the rehearsal model thinks before its first token
public record Config(
    String host,
    int port,
    Path data,
    Optional<Secret> apiKey,
    Optional<Endpoint> anthropic,
    Map<String, String> models,
    Duration firstToken) {
  /// Whose everything is, as long as there is one workspace.
  public static final WorkspaceId WORKSPACE = new WorkspaceId("wrkspc_010000000000000000000000");

  static final int DEFAULT_PORT = 8787;
  private static final int DEFAULT_FIRST_TOKEN_MS = 700;

  public Config {
    models = Map.copyOf(models);
  }

  /// A model's server.
  ///
  /// @param baseUrl without a slash at its end
  public record Endpoint(URI baseUrl, Optional<Secret> apiKey) {
    static final URI ANTHROPIC = URI.create("https://api.anthropic.com");
  }

  /// What the command line may say. Its values go before all others.
  public record Flags(
      Optional<String> host, Optional<Integer> port, Optional<Path> data, Optional<Path> config) {
    public static final Flags NONE =
        new Flags(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
  }

  /// The settings make no sense. The message is for who wrote them: it names the setting and where
  /// it came from, and repeats no secret.
  public static final class Misconfigured extends Exception {
    private static final long serialVersionUID = 1;

    Misconfigured(String message) {
      super(message);
    }
  }

  /// Reads the settings; changes nothing.
  ///
  /// @param environment the process's
  public static Config load(Map<String, String> environment, Flags flags) throws Misconfigured {
    var settings = Settings.gather(environment, flags);
    settings.refuse(
        "database_url",
        "PostgreSQL is not supported by this version of Drover; without this setting, SQLite in the"
            + " data directory is used");
    for (var key : new String[] {"openai.base_url", "openai.api_key"}) {
      settings.refuse(
          key,
          "OpenAI-compatible servers are not supported by this version of Drover; use a server that"
              + " speaks the Messages API");
    }
    return new Config(
        settings.text("host").orElse("127.0.0.1"),
        settings.number("port", 65_535).orElse(DEFAULT_PORT),
        settings.data().toAbsolutePath().normalize(),
        settings.secret("api_key"),
        anthropic(settings),
        settings.models(),
        Duration.ofMillis(
            settings.number("rehearsal.first_token_ms", 60_000).orElse(DEFAULT_FIRST_TOKEN_MS)));
  }

  private static Optional<Endpoint> anthropic(Settings settings) throws Misconfigured {
    var url = settings.url("anthropic.base_url");
    var key = settings.secret("anthropic.api_key");
    return url.isEmpty() && key.isEmpty()
        ? Optional.empty()
        : Optional.of(new Endpoint(url.orElse(Endpoint.ANTHROPIC), key));
  }

  /// The key that clients must send: the one that is set, else the one in the data directory, which
  /// is made at the first start.
  public Secret apiKey(Ids ids) throws Misconfigured {
    return apiKey.isPresent() ? apiKey.get() : new KeyFile(data).readOrMake(ids);
  }
}
