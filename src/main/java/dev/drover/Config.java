package dev.drover;

import dev.drover.api.ServingSettings;
import dev.drover.api.UploadSettings;
import dev.drover.base.Ids;
import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.base.Secret;
import dev.drover.base.TextFile;
import dev.drover.brain.BrainSettings;
import dev.drover.cli.LocalServer;
import dev.drover.errands.OutputLimits;
import dev.drover.gateway.GitSettings;
import dev.drover.gateway.NetworkSettings;
import dev.drover.gateway.PackageSettings;
import dev.drover.hands.PoolSettings;
import dev.drover.hands.local.SandboxSettings;
import dev.drover.http.PrivateHosts;
import dev.drover.policy.PolicyInForce;
import dev.drover.profile.ProfileFiles;
import dev.drover.settings.Section;
import dev.drover.settings.SettingValue;
import dev.drover.settings.SettingsFile;
import dev.drover.settings.SettingsTree;
import dev.drover.snapshot.SnapshotSettings;
import dev.drover.store.BlobSettings;
import dev.drover.store.StoreSettings;
import dev.drover.telemetry.LogSettings;
import dev.drover.templates.TemplateSettings;
import dev.drover.tools.Inventory;
import dev.drover.vault.VaultSettings;
import dev.drover.web.WebSettings;
import dev.drover.webhooks.WebhookSettings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// All settings of a server, each read by the part that uses it. Its text form contains no secret.
///
/// @param data the directory in which the server stores its data
/// @param key the API key; if empty, the first start creates one in `<data>/api-key`
/// @param drain how long a server that is stopping waits for its turns to end
/// @param store the settings of the store
/// @param blobs the settings of stored contents
/// @param uploads the limits on uploads
/// @param outputs the limits on the outputs of sessions
/// @param serving the settings of the API
/// @param brain the settings of turns
/// @param pool how many sandboxes there may be
/// @param sandboxes the settings of each sandbox
/// @param snapshots the settings of snapshots
/// @param privateHosts what agents may reach beyond the public internet
/// @param webhooks the settings of the delivery of webhook events
/// @param vault the settings of vaults
/// @param web the settings of the web tools
/// @param network the settings for the network of sandboxes
/// @param policy the operator's policy, which is read at its first use
/// @param profiles the operator's profiles, which are read at the start
/// @param packages the mirrors of package registries
/// @param templates the settings of the packages of environments
/// @param git the settings for the repositories of sessions
/// @param models the settings of the models
/// @param logging the settings of the log
public record Config(
    Path data,
    Optional<Secret> key,
    Duration drain,
    StoreSettings store,
    BlobSettings blobs,
    UploadSettings uploads,
    OutputLimits outputs,
    ServingSettings serving,
    BrainSettings brain,
    PoolSettings pool,
    SandboxSettings sandboxes,
    SnapshotSettings snapshots,
    PrivateHosts privateHosts,
    WebhookSettings webhooks,
    VaultSettings vault,
    WebSettings web,
    NetworkSettings network,
    PolicyInForce policy,
    ProfileFiles profiles,
    PackageSettings packages,
    TemplateSettings templates,
    GitSettings git,
    ModelsConfig models,
    LogSettings logging) {

  /// The settings of a server within one command: only this command can reach it, the built-in
  /// model answers at once, and the files of the agent stay in a directory for the user.
  private static final Map<String, Json> EMBEDDED =
      Map.ofEntries(
          Map.entry("host", Json.of("127.0.0.1")),
          Map.entry("port", Json.of(0)),
          Map.entry("database_url", Json.NULL),
          Map.entry("database_url_file", Json.NULL),
          Map.entry("blobs.directory", Json.NULL),
          Map.entry("blobs.s3.bucket", Json.NULL),
          Map.entry("log.level", Json.of("warning")),
          Map.entry("drain_ms", Json.of(0)),
          Map.entry("workspaces.kind", Json.of("directory")),
          Map.entry("rehearsal.first_token_ms", Json.of(0)));

  /// Variables of commands and scripts, which are not settings.
  private static final Set<String> OF_COMMANDS =
      Set.of("DROVER_URL", "DROVER_MODEL", "DROVER_HOME", "DROVER_BENCH_DATABASE_URL");

  private static final String OF_TESTS = "DROVER_TEST_";

  /// The longest file with an API key, in bytes.
  private static final int MAX_KEY = 16 * 1024;

  /// Reads the settings.
  ///
  /// @param flags the values of flags by the path of their setting, such as `port`; `config` names
  ///   the settings file
  /// @throws Problem `INVALID_REQUEST` that names the setting that is invalid or unknown
  public static Config read(Map<String, String> flags, Map<String, String> environment) {
    var home = home(environment);
    return tree(flags, environment, home).read(root -> of(root, home)).value();
  }

  /// As [#read], for a server within one command.
  public static Config embedded(Map<String, String> flags, Map<String, String> environment) {
    var home = home(environment);
    var tree = tree(flags, environment, home);
    tree.read(root -> of(root, home)); // what is wrong is wrong for every command
    return tree.with(EMBEDDED).read(root -> of(root, home)).value();
  }

  /// Every setting, its value and the source of the value.
  ///
  /// @throws Problem as [#read]
  public static List<SettingValue> settings(
      Map<String, String> flags, Map<String, String> environment) {
    var home = home(environment);
    return tree(flags, environment, home).read(root -> of(root, home)).settings();
  }

  private static SettingsTree tree(
      Map<String, String> flags, Map<String, String> environment, Path home) {
    var data =
        Optional.ofNullable(flags.get("data"))
            .or(() -> Optional.ofNullable(environment.get("DROVER_DATA")))
            .filter(text -> !text.isBlank())
            .map(text -> Path.of(text.strip()));
    var beside = data.orElse(home).resolve("drover.yaml");
    var file =
        flags.containsKey("config")
            ? SettingsFile.read(Path.of(flags.get("config")))
            : Files.exists(beside) ? SettingsFile.read(beside) : SettingsFile.NONE;
    return SettingsTree.of(
        file, environment, flags, name -> OF_COMMANDS.contains(name) || name.startsWith(OF_TESTS));
  }

  private static Config of(Section root, Path home) {
    var uploads = UploadSettings.read(root.section("files"));
    var data = Path.of(root.text("data", home.toString())).toAbsolutePath().normalize();
    var opened = PrivateHosts.read(root.section("network"));
    return new Config(
        data,
        root.secret("api_key"),
        root.millis("drain_ms", 0, 3_600_000, Duration.ofSeconds(10)),
        StoreSettings.read(root),
        BlobSettings.read(root.section("blobs")),
        uploads,
        OutputLimits.read(root.section("outputs"), uploads.largest()),
        ServingSettings.read(root),
        BrainSettings.read(root, Inventory.HANDS),
        PoolSettings.read(root.section("sandboxes")),
        SandboxSettings.read(root),
        SnapshotSettings.read(root.section("snapshots")),
        opened,
        WebhookSettings.read(root.section("webhooks")),
        VaultSettings.read(root.section("vault")),
        WebSettings.read(root),
        NetworkSettings.read(root.section("network")),
        PolicyInForce.read(root.section("policy"), data),
        ProfileFiles.read(root.section("profiles"), data),
        PackageSettings.read(root.section("packages")),
        TemplateSettings.read(root.section("templates")),
        GitSettings.read(root.section("git"), opened),
        ModelsConfig.read(root),
        LogSettings.read(root.section("log")));
  }

  /// The API key, from the settings or from its file. The file is created if it does not exist;
  /// only its owner can read it.
  ///
  /// @throws IOException if the file cannot be read or created
  public Secret apiKey(Ids ids) throws IOException {
    if (key.isPresent()) {
      return key.get();
    }
    var file = keyFile();
    if (!Files.exists(file)) {
      DataDirectory.make(data);
      make(file, ids.next("sk-drover-"));
    }
    return read(file);
  }

  /// The address and key of the server with these settings on this machine, whether or not it is
  /// running. Creates nothing.
  ///
  /// @throws Problem if the file of the key cannot be read
  LocalServer local() {
    var host = serving.host();
    var port = serving.port();
    var address = host.equals("0.0.0.0") || host.equals("::") ? "127.0.0.1" : host;
    var name = address.contains(":") ? "[" + address + "]" : address;
    var url =
        URI.create("http://" + name + ":" + (port == 0 ? ServingSettings.DEFAULT_PORT : port));
    try {
      return new LocalServer(
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
    try {
      var key = new Secret(TextFile.read(file, MAX_KEY).strip());
      if (key.reveal().isEmpty()) {
        throw new IOException(file + " is empty; remove it to get a new key");
      }
      if (!key.isPrintable()) {
        throw new IOException(
            file
                + " must contain one API key in printable ASCII without spaces; fix it, or remove"
                + " it to get a new key");
      }
      return key;
    } catch (TextFile.Unusable e) {
      throw new IOException(file + " " + e.getMessage(), e);
    }
  }

  /// Creates the file atomically. Servers that start at the same time get the same key, because a
  /// link, unlike a move, replaces nothing.
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
      // another server was faster; its key is used
    } catch (FileSystemException | UnsupportedOperationException _) {
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE); // no links on this file system
    } finally {
      Files.deleteIfExists(draft);
    }
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
}
