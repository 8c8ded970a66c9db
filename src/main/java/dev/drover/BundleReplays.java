package dev.drover;

import dev.drover.base.Fields;
import dev.drover.base.Ids;
import dev.drover.base.Json;
import dev.drover.brain.Recording;
import dev.drover.brain.ReplaySettings;
import dev.drover.brain.Replays;
import dev.drover.bundle.SessionBundle;
import dev.drover.cli.Replaying;
import dev.drover.profile.Assumption;
import dev.drover.session.SessionId;
import dev.drover.session.Stored;
import dev.drover.skills.Scratch;
import dev.drover.store.ImportCheck;
import dev.drover.tools.Inventory;
import dev.drover.wire.DefinitionCodec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The replay of exported sessions, with the models of this machine's settings.
final class BundleReplays implements Replaying {
  private static final Duration UNLIMITED = Duration.ofDays(1);

  private final Map<String, String> environment;
  private final Wiring wiring;

  BundleReplays(Map<String, String> environment) {
    this(environment, new Wiring());
  }

  /// @param wiring selects the models
  BundleReplays(Map<String, String> environment, Wiring wiring) {
    this.environment = environment;
    this.wiring = wiring;
  }

  @Override
  public Recorded open(Path bundle, Map<String, String> flags)
      throws IOException, InterruptedException {
    var config = Config.read(flags, environment);
    var ids = new Ids(new SecureRandom());
    var recording = read(bundle, ids);
    Deque<Runnable> open = new ArrayDeque<>();
    var replays =
        new Replays(
            new AllowedModels(wiring.models(config, ids, open::push), config.policy()),
            Inventory.of(wiring.tools(config, open::push), config.policy()),
            config.profiles().load(),
            Optional.empty(),
            System::nanoTime,
            UNLIMITED);
    return new Bundle(recording, replays, open);
  }

  /// Verifies the bundle as an import does.
  private static Recording read(Path bundle, Ids ids) throws IOException {
    var scratch = new Scratch(Path.of(System.getProperty("java.io.tmpdir")));
    try (var in = Files.newInputStream(bundle);
        var file = scratch.file()) {
      var log = SessionBundle.read(in, file, InstantSource.system().instant());
      ImportCheck.of(new SessionId(ids.next(SessionId.PREFIX)), log);
      var agent = DefinitionCodec.CODEC.request(Fields.of(log.agent(), "agent.json"));
      var events = new ArrayList<Stored>();
      log.events().forEachRemaining(events::add);
      return Recording.ofExported(agent, events);
    }
  }

  private record Bundle(Recording recording, Replays replays, Deque<Runnable> open)
      implements Recorded {
    @Override
    public Json.Obj requests(Settings settings) {
      return replays.requests(recording, read(settings)).json();
    }

    private static ReplaySettings read(Settings settings) {
      return new ReplaySettings(
          settings.model(), settings.contextTokens(), settings.strategy(), settings.profile());
    }

    @Override
    public Json.Obj assumptions(Settings settings, int most) {
      return replays.assumptions(recording, read(settings), most).json();
    }

    @Override
    public List<Long> points(int most) {
      return replays.points(recording, most);
    }

    @Override
    public Json.Obj step(long position, Optional<String> model) throws InterruptedException {
      return replays.step(recording, position, model).json();
    }

    @Override
    public Json.Obj remade(long position, Settings settings, Optional<String> without)
        throws InterruptedException {
      return replays
          .step(recording, position, read(settings), without.map(Assumption::named))
          .json();
    }

    @Override
    public void close() {
      while (!open.isEmpty()) {
        open.pop().run();
      }
    }
  }
}
