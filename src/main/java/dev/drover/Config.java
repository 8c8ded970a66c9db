package dev.drover;

import dev.drover.api.ImageLimits;
import dev.drover.base.Ids;
import dev.drover.base.Problem;
import dev.drover.base.Secret;
import dev.drover.brain.OnAmbiguous;
import dev.drover.cli.Local;
import dev.drover.hands.BuiltInTool;
import dev.drover.hands.bwrap.Storage;
import dev.drover.model.ModelSettings;
import dev.drover.model.http.ModelAddress;
import dev.drover.model.http.Timeouts;
import dev.drover.telemetry.LogLines;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.logging.Level;
import org.jspecify.annotations.Nullable;

/// The settings: a YAML file, overridden by the environment, overridden by flags. Holds no secret
/// in a form that prints.
///
/// @param host the address to listen on
/// @param port 0: any
/// @param data the directory that everything is kept in
/// @param stores where the log is kept
/// @param serving how clients are served
/// @param key the API key; empty: made at the first start and kept in `<data>/api-key`
/// @param messages the Messages server, if there is one
/// @param chat the OpenAI-compatible server, if there is one
/// @param models ids to use in place of others
/// @param modelSettings what the operator says of models, by id
/// @param maxToolRounds the most replies of one turn that may ask for tools
/// @param imageLimits how large an image may be that a client sends
/// @param onAmbiguous what becomes of a call of which nobody knows whether it took effect
/// @param logging how the log reads
/// @param drain how long a server that stops waits for its turns to end
/// @param storage what the files of sessions lie on
/// @param firstToken how long the built-in model waits before its first word
public record Config(
    String host,
    int port,
    Path data,
    Stores stores,
    Serving serving,
    Optional<Secret> key,
    Optional<ModelHost> messages,
    Optional<ModelHost> chat,
    Map<String, String> models,
    Map<String, ModelSettings> modelSettings,
    int maxToolRounds,
    ImageLimits imageLimits,
    OnAmbiguous onAmbiguous,
    Logging logging,
    Duration drain,
    Storage storage,
    Duration firstToken) {
  public static final int DEFAULT_PORT = 8787;

  /// Enough for a day's work of one turn.
  private static final int MAX_TOOL_ROUNDS = 1_000;

  /// The servers of the models' vendors, used when there is a key for one and no other base URL.
  private static final URI ANTHROPIC = URI.create("https://api.anthropic.com");

  private static final URI OPENAI = URI.create("https://api.openai.com/v1");
  private static final Map<String, LogLines.Form> FORMS =
      Map.of("text", LogLines.Form.TEXT, "json", LogLines.Form.JSON);

  private static final Map<String, Storage.Kind> KINDS =
      Map.of(
          "auto", Storage.Kind.AUTO,
          "image", Storage.Kind.IMAGE,
          "directory", Storage.Kind.DIRECTORY);

  private static final Map<String, Level> LEVELS =
      Map.of(
          "error", Level.SEVERE,
          "warning", Level.WARNING,
          "info", Level.INFO,
          "debug", Level.FINE);

  public Config {
    models = Map.copyOf(models);
    modelSettings = Map.copyOf(modelSettings);
  }

  /// @param database a PostgreSQL database; empty: SQLite in the data directory
  /// @param lapse how long a node may be silent before others take over its sessions
  public record Stores(Optional<Secret> database, Duration lapse) {}

  /// @param grace how late a stream may be opened after a send and still begin with what followed
  ///   it
  /// @param connections how many clients may hold; empty: what suits the process
  /// @param perAddress how many of these one address may, without a key; empty: a quarter
  public record Serving(Duration grace, OptionalInt connections, OptionalInt perAddress) {
    static Serving of(Settings settings) {
      return new Serving(
          Duration.ofMillis(settings.number("stream_grace_ms", 0, 60_000).orElse(2_000)),
          count(settings, "connections.max", 16),
          count(settings, "connections.per_address", 1));
    }

    private static OptionalInt count(Settings settings, String name, int min) {
      var number = settings.number(name, min, 1_000_000);
      return number.isPresent() ? OptionalInt.of((int) number.getAsLong()) : OptionalInt.empty();
    }
  }

  /// @param key empty: it asks for none
  /// @param reasoningField the field in which it wants a model's thoughts back; empty: the one that
  ///   they came in; `none`: not at all
  public record ModelHost(
      URI base, Optional<Secret> key, Timeouts timeouts, String reasoningField) {
    /// The address of its Chat Completions.
    ModelAddress chat() {
      return ModelAddress.chat(base);
    }

    /// The address of its Messages API.
    ModelAddress messages() {
      return ModelAddress.messages(base);
    }

    /// Without what a query may hold.
    @Override
    public String toString() {
      return ModelAddress.shown(base);
    }
  }

  /// @param level what is quieter is not logged
  public record Logging(LogLines.Form form, Level level) {}

  /// Reads the settings.
  ///
  /// @param flags by the name of their key in the file, such as `port`
  /// @throws Problem `INVALID_REQUEST` that names the setting that is wrong, unknown, or not
  ///   honoured by this version
  public static Config read(Map<String, String> flags, Map<String, String> environment) {
    var home = home(environment);
    var named = Optional.ofNullable(flags.get("config"));
    var data = first(flags.get("data"), environment.get("DROVER_DATA")).map(Path::of);
    var beside = data.orElse(home).resolve("drover.yaml");
    var file =
        named.isPresent()
            ? Settings.file(Path.of(named.get()))
            : Files.exists(beside) ? Settings.file(beside) : Settings.empty();
    var settings = file.withEnvironment(environment).withFlags(flags);
    return new Config(
        settings.text("host").orElse("127.0.0.1"),
        (int) settings.number("port", 0, 65_535).orElse(DEFAULT_PORT),
        settings.text("data").map(Path::of).orElse(home).toAbsolutePath().normalize(),
        new Stores(
            settings.secret("database_url"),
            Duration.ofMillis(settings.number("nodes.lapse_ms", 500, 600_000).orElse(5_000))),
        Serving.of(settings),
        settings.secret("api_key"),
        host(settings, "anthropic", ANTHROPIC),
        host(settings, "openai", OPENAI),
        settings.map("models"),
        settings.models(),
        (int) settings.number("max_tool_rounds", 1, 1_000_000).orElse(MAX_TOOL_ROUNDS),
        imageLimits(settings),
        onAmbiguous(settings),
        new Logging(
            settings.choice("log.format", FORMS).orElse(LogLines.Form.TEXT),
            settings.choice("log.level", LEVELS).orElse(Level.INFO)),
        Duration.ofMillis(settings.number("drain_ms", 0, 3_600_000).orElse(10_000)),
        storage(settings),
        Duration.ofMillis(settings.number("rehearsal.first_token_ms", 0, 60_000).orElse(700)));
  }

  /// The API key, from the settings or from its file, which is made when there is none. Only its
  /// owner can read the file.
  ///
  /// @throws IOException when the file cannot be read or made
  public Secret apiKey(Ids ids) throws IOException {
    if (key.isPresent()) {
      return key.get();
    }
    var file = keyFile();
    if (!Files.exists(file)) {
      makeData();
      make(file, ids.next("sk-drover-"));
    }
    return read(file);
  }

  /// What these settings say of a server that may or may not run on this machine. Makes nothing.
  ///
  /// @throws Problem when the key's file cannot be read
  Local local() {
    var address = host.equals("0.0.0.0") || host.equals("::") ? "127.0.0.1" : host;
    var name = address.contains(":") ? "[" + address + "]" : address;
    var url = URI.create("http://" + name + ":" + (port == 0 ? DEFAULT_PORT : port));
    try {
      return new Local(
          url,
          key.isPresent() || !Files.exists(keyFile()) ? key : Optional.of(read(keyFile())),
          keyFile());
    } catch (IOException e) {
      throw new Problem(
          Problem.Kind.INVALID_REQUEST, null, "the API key cannot be read: " + e.getMessage(), e);
    }
  }

  private Path keyFile() {
    return data.resolve("api-key");
  }

  private static Secret read(Path file) throws IOException {
    var text = Files.readString(file).strip();
    if (text.isEmpty()) {
      throw new IOException(file + " is empty; remove it to get a new key");
    }
    return new Secret(text);
  }

  /// Makes the data directory if it is not there, its owner's alone.
  void makeData() throws IOException {
    if (!Files.isDirectory(data)) {
      Files.createDirectories(
          data, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
  }

  /// Never seen half-written, and servers that start together agree on one: a link, unlike a move,
  /// replaces nothing.
  private static void make(Path file, String key) throws IOException {
    var draft =
        Files.createTempFile(
            file.toAbsolutePath().getParent(),
            "api-key",
            ".new",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try {
      Files.writeString(draft, key + "\n");
      Files.createLink(file, draft);
    } catch (FileAlreadyExistsException _) {
      // Another server was faster, and its key is as good.
    } catch (FileSystemException | UnsupportedOperationException _) {
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE); // no links on this file system
    } finally {
      Files.deleteIfExists(draft);
    }
  }

  private static Storage storage(Settings settings) {
    return Storage.of(
        settings.choice("workspaces.kind", KINDS).orElse(Storage.Kind.AUTO),
        settings.number("workspaces.free_mib", 0, 1 << 30));
  }

  /// These settings, for a server that lives within one command: it keeps to itself, and its user
  /// finds what the agent made.
  public Config embedded() {
    var quiet = new Logging(logging.form(), Level.WARNING);
    return new Config(
        "127.0.0.1",
        0,
        data,
        new Stores(Optional.empty(), stores.lapse()),
        serving,
        key,
        messages,
        chat,
        models,
        modelSettings,
        maxToolRounds,
        imageLimits,
        onAmbiguous,
        quiet,
        Duration.ZERO,
        new Storage(Storage.Kind.DIRECTORY, storage.floor()),
        Duration.ZERO);
  }

  private static Path home(Map<String, String> environment) {
    var share = environment.getOrDefault("XDG_DATA_HOME", "");
    if (share.startsWith("/")) { // the standard ignores others
      return Path.of(share, "drover");
    }
    var home = environment.getOrDefault("HOME", "");
    return Path.of(
        home.isBlank() ? System.getProperty("user.home") : home, ".local", "share", "drover");
  }

  private static ImageLimits imageLimits(Settings settings) {
    var limits = ImageLimits.DEFAULT;
    return new ImageLimits(
        (int) settings.number("images.max_base64_bytes", 1_000, 1 << 25).orElse(limits.base64()),
        (int) settings.number("images.max_pixels", 1, 65_535).orElse(limits.pixels()));
  }

  private static OnAmbiguous onAmbiguous(Settings settings) {
    var all = OnAmbiguous.DEFAULT;
    for (var tool : BuiltInTool.values()) {
      var retry =
          settings.choice(Settings.onAmbiguous(tool), Map.of("error", false, "retry", true));
      all = retry.isPresent() ? all.with(tool, retry.get()) : all;
    }
    return all;
  }

  private static Optional<ModelHost> host(Settings settings, String name, URI vendor) {
    var key = settings.secret(name + ".api_key");
    var base = settings.url(name + ".base_url");
    var server = base.orElse(vendor);
    boolean isVendor = vendor.getHost().equalsIgnoreCase(server.getHost());
    var timeouts = timeouts(settings, name, isVendor ? Timeouts.VENDOR : Timeouts.DEFAULT);
    return base.isEmpty() && key.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new ModelHost(
                server, key, timeouts, settings.text("openai.reasoning_field").orElse("")));
  }

  private static Timeouts timeouts(Settings settings, String name, Timeouts usual) {
    return new Timeouts(
        settings.millis(name + ".connect_ms", usual.connect()),
        settings.millis(name + ".first_event_ms", usual.firstEvent()),
        settings.millis(name + ".between_events_ms", usual.betweenEvents()));
  }

  private static Optional<String> first(@Nullable String one, @Nullable String other) {
    return Optional.ofNullable(one == null ? other : one);
  }
}
