package dev.drover;

import dev.drover.base.Ids;
import dev.drover.base.Pause;
import dev.drover.catalog.Blob;
import dev.drover.catalog.BlobFiles;
import dev.drover.catalog.BlobId;
import dev.drover.catalog.Blobs;
import dev.drover.catalog.WorkspaceId;
import dev.drover.files.Outputs;
import dev.drover.hands.Egress;
import dev.drover.hands.HandArchives;
import dev.drover.hands.HandFiles;
import dev.drover.hands.HandSpec;
import dev.drover.hands.LiveOutput;
import dev.drover.hands.MemoryPlace;
import dev.drover.hands.PackedTree;
import dev.drover.hands.Sandbox;
import dev.drover.hands.Sandboxes;
import dev.drover.hands.SkillDirectory;
import dev.drover.hands.ToolCall;
import dev.drover.hands.ToolResult;
import dev.drover.hands.local.MemoryMounts;
import dev.drover.hands.local.PackageMounts;
import dev.drover.memory.Memories;
import dev.drover.model.Answer;
import dev.drover.model.Capabilities;
import dev.drover.model.Listener;
import dev.drover.model.Model;
import dev.drover.model.Models;
import dev.drover.model.Prompt;
import dev.drover.session.Delivery;
import dev.drover.session.Emission;
import dev.drover.session.Emitted;
import dev.drover.session.Event;
import dev.drover.session.EventLog;
import dev.drover.session.Feed;
import dev.drover.session.HandId;
import dev.drover.session.Lease;
import dev.drover.session.Nodes;
import dev.drover.session.Receipt;
import dev.drover.session.Session;
import dev.drover.session.SessionId;
import dev.drover.session.SessionResource;
import dev.drover.session.SessionResourceId;
import dev.drover.session.SessionResources;
import dev.drover.session.Sessions;
import dev.drover.session.Snapshots;
import dev.drover.skills.Skill;
import dev.drover.skills.SkillVersion;
import dev.drover.skills.Skills;
import dev.drover.store.Store;
import dev.drover.store.StoreUnusable;
import dev.drover.testing.BlobsView;
import dev.drover.testing.EventLogView;
import dev.drover.testing.NodesView;
import dev.drover.testing.SandboxView;
import dev.drover.testing.SandboxesView;
import dev.drover.testing.SessionsView;
import dev.drover.testing.SkillsView;
import dev.drover.testing.StoreView;
import dev.drover.testing.Watched;
import dev.drover.webhooks.WebhookQueue;
import dev.drover.wire.EventCodec;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// The places at which a server may die: each write to the log, each model call, each action of a
/// hand, before and after. Notes the boundaries that are passed, and ends the process at the one
/// that is armed, as a power cut would.
///
/// A boundary is named by what happens there, not by how much happened before it. In how many
/// appends a turn is written depends on timing; which events are written does not. So an append is
/// named by its first event, and a process that is to die there dies at the append that holds this
/// event, whatever else is in it.
final class FaultPoints extends Wiring {
  /// How the process ends.
  static final int STATUS = 137;

  /// The reply that is interrupted has begun.
  static final String HELD = "model/interrupted:amid";

  private final Path workspaces;
  private final Map<String, Integer> passed = new HashMap<>();
  private final List<String> boundaries = new ArrayList<>();
  private String armed;
  private int left;

  /// @param fault armed from the start, as for [#arm]; empty: none
  FaultPoints(Path data, String fault) {
    workspaces = data.resolve("workspaces");
    armed = "";
    arm(fault);
  }

  /// Counts from here on.
  ///
  /// @param fault `<point>:<phase>:<n>`, the n-th passage from now; empty: none
  synchronized void arm(String fault) {
    passed.clear();
    boundaries.clear();
    int end = fault.lastIndexOf(':');
    armed = end < 0 ? "" : fault.substring(0, end);
    left = end < 0 ? 0 : Integer.parseInt(fault.substring(end + 1));
  }

  /// What was passed, in its order: `receive:before:1 receive:after:1`. Every run of a scenario
  /// passes each of them.
  synchronized String boundaries() {
    return String.join(" ", boundaries);
  }

  /// Passes a boundary.
  private synchronized void pass(String point) {
    boundaries.add(point + ":" + count(point));
  }

  /// Passes a point that some runs pass more often than others: no boundary, but it can be armed.
  ///
  /// @return how often it was passed
  private synchronized int count(String point) {
    int times = passed.merge(point, 1, Integer::sum);
    if (point.equals(armed) && --left == 0) {
      Runtime.getRuntime().halt(STATUS);
    }
    return times;
  }

  private <T> T around(String point, Supplier<T> act) {
    pass(point + ":before");
    var result = act.get();
    pass(point + ":after");
    return result;
  }

  @Override
  InstantSource clock() {
    var offset = System.getenv("CLOCK_OFFSET");
    var real = InstantSource.system();
    return offset == null ? real : () -> real.instant().plus(Duration.parse(offset));
  }

  @Override
  Store store(Config config, Feed feed, Ids ids) throws StoreUnusable {
    return observed(super.store(config, feed, ids));
  }

  private Store observed(Store store) {
    return new StoreView() {
      private final Log log = new Log(store.eventLog());
      private final WebhookQueue webhooks = watched(store.webhookQueue());

      @Override
      public Store store() {
        return store;
      }

      @Override
      public EventLog eventLog() {
        return log;
      }

      @Override
      public Sessions sessions() {
        return new Keeping(store.sessions());
      }

      @Override
      public SessionResources sessionResources() {
        return new Giving(store.sessionResources());
      }

      @Override
      public Outputs outputs() {
        return new Collecting(store.outputs());
      }

      @Override
      public Snapshots snapshots() {
        return Watched.by(point -> count("snapshots/" + point), Snapshots.class, store.snapshots());
      }

      @Override
      public Skills skills() {
        return new Stocking(store.skills());
      }

      @Override
      public WebhookQueue webhookQueue() {
        return webhooks;
      }

      @Override
      public Memories memories() {
        return Watched.by(point -> count("memory/" + point), Memories.class, store.memories());
      }

      @Override
      public Nodes nodes() {
        return new Claiming(store.nodes());
      }
    };
  }

  /// What is done with webhook events: only some scenarios have any.
  private WebhookQueue watched(WebhookQueue queue) {
    return Watched.by(point -> count("webhooks/" + point), WebhookQueue.class, queue);
  }

  private final class Log implements EventLogView {
    private final EventLog log;

    Log(EventLog log) {
      this.log = log;
    }

    @Override
    public EventLog log() {
      return log;
    }

    @Override
    public Receipt receive(SessionId id, List<Event.FromClient> events, Delivery delivery) {
      return around("receive", () -> log.receive(id, events, delivery));
    }

    /// An append that is refused, since something was received meanwhile, is made again.
    @Override
    public Emitted emitEvents(Lease lease, Emission emission) {
      var points = emission.entries().stream().map(entry -> point(entry.event())).toList();
      count("emit:before");
      points.forEach(point -> count(point + ":before"));
      var emitted = log.emitEvents(lease, emission);
      if (emitted instanceof Emitted.Appended && !points.isEmpty()) {
        note(points.getFirst());
        points.forEach(point -> count(point + ":after"));
      }
      count("emit:after");
      return emitted;
    }

    private static String point(Event event) {
      return "emit/" + EventCodec.type(event);
    }
  }

  /// Notes the boundaries of an append that was made.
  private synchronized void note(String point) {
    int times = passed.getOrDefault(point + ":after", 0) + 1;
    boundaries.add(point + ":before:" + times);
    boundaries.add(point + ":after:" + times);
  }

  private final class Keeping implements SessionsView {
    private final Sessions sessions;

    Keeping(Sessions sessions) {
      this.sessions = sessions;
    }

    @Override
    public Sessions sessions() {
      return sessions;
    }

    @Override
    public Optional<Lease> create(Session session, List<Event.FromClient> events) {
      return around("create", () -> sessions.create(session, events));
    }
  }

  /// What sessions are given, and what is taken from them: only some scenarios do that.
  private final class Giving implements SessionResources {
    private final SessionResources resources;

    Giving(SessionResources resources) {
      this.resources = resources;
    }

    @Override
    public void add(WorkspaceId workspace, SessionId session, SessionResource.Mounted file) {
      count("add:before");
      resources.add(workspace, session, file);
      count("add:after");
    }

    @Override
    public void remove(WorkspaceId workspace, SessionId session, SessionResourceId resource) {
      count("remove:before");
      resources.remove(workspace, session, resource);
      count("remove:after");
    }

    @Override
    public boolean replaceToken(
        WorkspaceId workspace, SessionId session, SessionResource.Repository after) {
      return resources.replaceToken(workspace, session, after);
    }

    @Override
    public List<SessionResource> of(SessionId session) {
      return resources.of(session);
    }
  }

  /// What is recorded of outputs: only some scenarios have any, and how often depends on timing.
  private final class Collecting implements Outputs {
    private final Outputs outputs;

    Collecting(Outputs outputs) {
      this.outputs = outputs;
    }

    @Override
    public List<Output> known(SessionId session) {
      count("known:before");
      return outputs.known(session);
    }

    @Override
    public Set<String> present(SessionId session) {
      return outputs.present(session);
    }

    @Override
    public void add(WorkspaceId workspace, SessionId session, List<Found> contents) {
      count("book:before");
      outputs.add(workspace, session, contents);
      count("book:after");
    }

    @Override
    public void owe(SessionId session) {
      count("owe:before");
      outputs.owe(session);
      count("owe:after");
    }

    @Override
    public void collected(SessionId session) {
      count("collected:before");
      outputs.collected(session);
      count("collected:after");
    }

    @Override
    public boolean isOwed(SessionId session) {
      return outputs.isOwed(session);
    }

    @Override
    public Set<SessionId> owed() {
      return outputs.owed();
    }
  }

  @Override
  Blobs blobs(Config config, Ids ids) throws StoreUnusable, InterruptedException {
    var blobs = super.blobs(config, ids);
    return new BlobsView() {
      @Override
      public Blobs blobs() {
        return blobs;
      }

      @Override
      public Blob put(InputStream in, long limit) throws IOException, InterruptedException {
        count("put:before");
        var blob = blobs.put(in, limit);
        count("put:after");
        return blob;
      }

      @Override
      public Optional<Held> file(BlobId id) throws InterruptedException {
        count("file:before");
        var file = blobs.file(id);
        count("file:after");
        return file;
      }

      @Override
      public Batch batch() {
        return Watched.by(point -> count("batch/" + point), Batch.class, blobs.batch());
      }
    };
  }

  /// What skills there are: only some scenarios have any.
  private final class Stocking implements SkillsView {
    private final Skills skills;

    Stocking(Skills skills) {
      this.skills = skills;
    }

    @Override
    public Skills skills() {
      return skills;
    }

    @Override
    public Skill create(Skill skill, SkillVersion.Draft version, Blob content) {
      count("skill:before");
      var created = skills.create(skill, version, content);
      count("skill:after");
      return created;
    }

    @Override
    public SkillVersion add(SkillVersion.Draft version, Blob content) {
      count("version:before");
      var added = skills.add(version, content);
      count("version:after");
      return added;
    }
  }

  /// Looks at what a node takes over; that it looks and finds nothing is no point.
  private final class Claiming implements NodesView {
    private final Nodes nodes;

    Claiming(Nodes nodes) {
      this.nodes = nodes;
    }

    @Override
    public Nodes nodes() {
      return nodes;
    }

    @Override
    public List<Lease> claim(int limit) {
      var leases = nodes.claim(limit);
      if (!leases.isEmpty()) {
        count("takeover:after");
      }
      return leases;
    }
  }

  @Override
  Models models(Config config, Ids ids, Consumer<Runnable> onClose) {
    return observed(super.models(config, ids, onClose));
  }

  private Models observed(Models models) {
    return new Models() {
      @Override
      public Route route(String modelId) {
        var route = models.route(modelId);
        return new Route(new Asked(route.model()), route.name());
      }

      @Override
      public Capabilities capabilities(String modelId) {
        return models.capabilities(modelId);
      }

      @Override
      public List<String> ids() {
        return models.ids();
      }
    };
  }

  private static boolean held(Prompt prompt) {
    return FaultScenario.isInterrupted(prompt.messages());
  }

  private final class Asked implements Model {
    private final Model model;

    Asked(Model model) {
      this.model = model;
    }

    @Override
    public Answer answer(Prompt prompt, Listener listener) throws InterruptedException {
      pass("model:before");
      var answer =
          model.answer(
              prompt,
              new Listener() {
                @Override
                public void blockStarted(int index, String type) {
                  pass(held(prompt) ? HELD : "model:amid");
                  listener.blockStarted(index, type);
                }

                @Override
                public void callStarted(int index, String tool) {
                  listener.callStarted(index, tool);
                }

                @Override
                public void text(int index, String delta) {
                  listener.text(index, delta);
                }
              });
      pass("model:after");
      return answer;
    }
  }

  @Override
  Sandboxes sandboxes(
      Config config,
      MemoryMounts mounts,
      PackageMounts packages,
      Egress egress,
      LiveOutput output,
      Ids ids)
      throws IOException, InterruptedException {
    return observed(super.sandboxes(config, mounts, packages, egress, output, ids));
  }

  private Sandboxes observed(Sandboxes sandboxes) {
    return new SandboxesView() {
      @Override
      public Sandboxes sandboxes() {
        return sandboxes;
      }

      @Override
      public Sandbox provision(HandSpec spec) throws Unavailable, InterruptedException {
        pass("provision:before");
        var sandbox = sandboxes.provision(spec);
        pass("provision:after");
        return new Deadly(sandbox, spec.session());
      }

      @Override
      public Optional<Sandbox> attach(HandSpec spec, HandId hand) throws InterruptedException {
        pass("attach:before");
        var sandbox = sandboxes.attach(spec, hand);
        pass("attach:after");
        return sandbox.map(found -> new Deadly(found, spec.session()));
      }
    };
  }

  /// Archives that are made and unpacked: before, after, and at each piece of them.
  private final class Packing implements HandArchives {
    private final HandArchives archives;

    Packing(HandArchives archives) {
      this.archives = archives;
    }

    @Override
    public PackedTree pack(String base, String name, long most, OutputStream to)
        throws IOException, InterruptedException {
      count("pack:before");
      var tree =
          archives.pack(
              base,
              name,
              most,
              new FilterOutputStream(to) {
                @Override
                public void write(byte[] bytes, int from, int length) throws IOException {
                  count("pack:piece");
                  out.write(bytes, from, length);
                }
              });
      count("pack:after");
      return tree;
    }

    @Override
    public PackedTree packPath(String path, long most, OutputStream to)
        throws IOException, InterruptedException {
      return archives.packPath(path, most, to);
    }

    @Override
    public void unpack(InputStream from) throws IOException, InterruptedException {
      count("unpack:before");
      archives.unpack(
          new FilterInputStream(from) {
            @Override
            public int read(byte[] bytes, int at, int most) throws IOException {
              count("unpack:piece");
              return in.read(bytes, at, most);
            }
          });
      count("unpack:after");
    }

    @Override
    public void unpackPath(String path, InputStream archive)
        throws IOException, InterruptedException {
      archives.unpackPath(path, archive);
    }
  }

  /// A hand whose shell commands wait, once they have had their effect, until this has seen it: so
  /// it is known when one is under way.
  private final class Deadly implements SandboxView {
    private final Sandbox sandbox;
    private final Path workspace;

    Deadly(Sandbox sandbox, SessionId session) {
      this.sandbox = sandbox;
      workspace = workspaces.resolve(session.value()).resolve("workspace");
    }

    @Override
    public Sandbox sandbox() {
      return sandbox;
    }

    @Override
    public void provide(List<SessionResource.Mounted> files, BlobFiles contents)
        throws IOException, InterruptedException {
      count("provide:before");
      sandbox.provide(
          files,
          id -> {
            count("content:before");
            var file = contents.file(id);
            count("content:after");
            return file;
          });
      count("provide:after");
    }

    @Override
    public void provideSkills(List<SkillDirectory> skills)
        throws IOException, InterruptedException {
      count("skills:before");
      sandbox.provideSkills(skills.stream().map(this::counted).toList());
      count("skills:after");
    }

    private SkillDirectory counted(SkillDirectory skill) {
      return new SkillDirectory(
          skill.name(),
          directory -> {
            count("unpack:before");
            skill.content().write(directory);
            count("unpack:after");
          });
    }

    @Override
    public Optional<HandFiles> files() {
      return sandbox
          .files()
          .map(
              files ->
                  Watched.by(
                      point -> count("hand/" + point),
                      HandFiles.class,
                      files,
                      result -> result instanceof HandArchives all ? new Packing(all) : result));
    }

    @Override
    public MemoryPlace memory(String slug) {
      return Watched.by(point -> count("place/" + point), MemoryPlace.class, sandbox.memory(slug));
    }

    @Override
    public ToolResult execute(ToolCall call, BooleanSupplier leaves) throws InterruptedException {
      pass("execute:before");
      var watcher =
          call.name().equals("bash")
              ? Thread.ofVirtual().start(this::letGo)
              : Thread.currentThread();
      try {
        var result = sandbox.execute(call, leaves);
        pass("execute:after");
        return result;
      } finally {
        if (watcher != Thread.currentThread()) {
          watcher.interrupt();
        }
      }
    }

    private void letGo() {
      try {
        while (!Files.exists(workspace.resolve(FaultScenario.FILE))) {
          Pause.REAL.pause(Duration.ofMillis(5));
        }
        pass("execute:amid");
        Files.createFile(workspace.resolve(FaultScenario.GO));
      } catch (FileAlreadyExistsException _) {
        // let go by one who died
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException _) {
        // it is over
      }
    }
  }
}
