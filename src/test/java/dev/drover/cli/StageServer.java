package dev.drover.cli;

import dev.drover.api.AccessKey;
import dev.drover.api.Backend;
import dev.drover.api.ImageLimits;
import dev.drover.api.Server;
import dev.drover.api.UploadSettings;
import dev.drover.base.Ids;
import dev.drover.base.Secret;
import dev.drover.brain.ContextInspector;
import dev.drover.brain.Replays;
import dev.drover.desk.AccessDesk;
import dev.drover.desk.CatalogDesk;
import dev.drover.desk.FileDesk;
import dev.drover.desk.MemoryDesk;
import dev.drover.desk.SessionDesk;
import dev.drover.desk.SessionResourceDesk;
import dev.drover.desk.SkillDesk;
import dev.drover.errands.FileAccess;
import dev.drover.errands.FileProvision;
import dev.drover.profile.Profiles;
import dev.drover.settings.SettingValue;
import dev.drover.skills.Scratch;
import dev.drover.testing.NoBlobs;
import dev.drover.testing.NoPolicy;
import dev.drover.testing.NoSnapshots;
import dev.drover.testing.NoWebhooks;
import dev.drover.testing.PuppetHand;
import dev.drover.testing.Stage;
import dev.drover.testing.TestVaults;
import dev.drover.tools.Inventory;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

/// The real server on a real port: everything is real but the model and the hand.
final class StageServer implements ServerFactory {
  static final Secret KEY = new Secret("sk-drover-test");

  private static final Scratch SCRATCH = new Scratch(Path.of(System.getProperty("java.io.tmpdir")));

  private final Stage stage;
  private final AtomicReference<URI> url = new AtomicReference<>(URI.create("http://127.0.0.1:1"));

  StageServer(Stage stage) {
    this.stage = stage;
  }

  @Override
  public Endpoint serve(Map<String, String> flags) {
    return embed(flags);
  }

  @Override
  public Endpoint embed(Map<String, String> flags) {
    var store = stage.store();
    var ids = new Ids(new Random(8));
    var desk =
        new SessionDesk(
            store.catalogs(),
            store.files(),
            store.skills(),
            store.vaults(),
            TestVaults.repositories(store),
            store.sessions(),
            store.eventLog(),
            stage.wakes(),
            stage.model(),
            ids,
            InstantSource.system());
    var server =
        new Server(
            new Server.Settings(
                "127.0.0.1", 0, List.of(new AccessKey(KEY, Stage.WORKSPACE)), Server.Settings.PING),
            new Backend(
                desk,
                new ContextInspector(
                    store.eventLog(), stage.model(), Inventory.HANDS, Profiles.BUILT_IN),
                new CatalogDesk(
                    store.catalogs(),
                    store.skills(),
                    stage.model(),
                    Set.of(),
                    ids,
                    InstantSource.system()),
                new FileDesk(
                    store.files(), NoBlobs.INSTANCE, () -> {}, 1, ids, InstantSource.system()),
                new MemoryDesk(store.memories()),
                TestVaults.desk(store, ids),
                store.receipts(),
                new SessionResourceDesk(
                    store.sessionResources(),
                    store.catalogs(),
                    store.files(),
                    new FileProvision(store.sessionResources(), stage.hand(), NoBlobs.INSTANCE),
                    TestVaults.repositories(store),
                    ids,
                    InstantSource.system()),
                new FileAccess(new PuppetHand(), new NoSnapshots()),
                new SkillDesk(
                    store.skills(), NoBlobs.INSTANCE, SCRATCH, ids, InstantSource.system()),
                NoWebhooks.desk(store, ids),
                NoPolicy.desk(),
                new AccessDesk(store.access(), desk, store.nodes(), ids, InstantSource.system()),
                store.eventLog(),
                store.nodes(),
                store.jobs(),
                stage.feed(),
                stage.model(),
                new Replays(
                    stage.model(),
                    Inventory.HANDS,
                    Profiles.BUILT_IN,
                    Optional.empty(),
                    System::nanoTime,
                    Duration.ofSeconds(30)),
                ImageLimits.DEFAULT,
                UploadSettings.DEFAULT,
                SCRATCH,
                ids,
                InstantSource.system()));
    url.set(URI.create(server.url()));
    return new Endpoint(url.get(), KEY, () -> {}, server::close);
  }

  @Override
  public LocalServer local(Map<String, String> flags) {
    return new LocalServer(url.get(), Optional.of(KEY), Path.of("data", "api-key"));
  }

  @Override
  public List<SettingValue> settings(Map<String, String> flags) {
    throw new IllegalStateException("nothing asks");
  }
}
