package dev.drover.templates;

import dev.drover.base.FileLock;
import dev.drover.base.Pause;
import dev.drover.base.Threads;
import dev.drover.catalog.Packages;
import dev.drover.catalog.Packages.Manager;
import dev.drover.hands.Sandboxes;
import dev.drover.session.SessionError;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;

/// The templates of a data directory: for each set of packages that an environment has, a directory
/// that all sandboxes of its sessions show. The first session that needs one has it made; the
/// others wait for it. Servers that share the data directory share the templates. Safe for many
/// threads.
public final class Templates implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Templates.class.getName());

  /// How long a sandbox waits for another server that examines the templates.
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /// Installations that run at the same time.
  private static final int AT_ONCE = 2;

  private final TemplateShelf shelf;
  private final TemplateKey keys;
  private final TemplateWorkshop workshop;
  private final TemplateSettings settings;
  private final InstantSource clock;
  private final Map<String, CompletableFuture<Outcome>> builds = new ConcurrentHashMap<>();
  private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
  private final Set<String> verified = ConcurrentHashMap.newKeySet();
  private final Semaphore atOnce = new Semaphore(AT_ONCE);
  private volatile boolean closed;

  /// @param failure why there is no template; empty if there is one
  private record Outcome(Optional<String> failure) {
    static final Outcome MADE = new Outcome(Optional.empty());
  }

  /// @param data the data directory
  /// @param root of the file system of the machine, which sandboxes show
  /// @param sources where package managers install from
  public Templates(
      Path data,
      Path root,
      Map<String, String> sources,
      TemplateWorkshop workshop,
      TemplateSettings settings,
      InstantSource clock,
      Pause pause) {
    this.shelf = new TemplateShelf(data.resolve("templates"), pause);
    this.keys = new TemplateKey(root, sources, workshop.apt());
    this.workshop = workshop;
    this.settings = settings;
    this.clock = clock;
  }

  /// The package managers with which the machine can install packages of environments.
  ///
  /// @param root of its file system
  /// @param sources a file of sources of apt that is used instead of those of the machine
  public static Set<Manager> managers(Path root, Optional<Path> sources) {
    var managers = EnumSet.allOf(Manager.class);
    managers.removeAll(missing(root, sources).keySet());
    return managers;
  }

  /// The package managers with which the machine cannot install packages, each with the reason, as
  /// a clause about the machine ("it has no …").
  ///
  /// @param root of its file system
  /// @param sources a file of sources of apt that is used instead of those of the machine
  public static Map<Manager, String> missing(Path root, Optional<Path> sources) {
    var missing = new EnumMap<Manager, String>(Manager.class);
    for (var manager : Manager.values()) {
      var why =
          manager == Manager.APT
              ? new AptFiles(root, sources).missing()
              : Recipe.of(manager).missing(root);
      why.ifPresent(reason -> missing.put(manager, reason));
    }
    return missing;
  }

  /// Returns when the template of these packages exists. Interrupting the thread does not end its
  /// installation.
  ///
  /// @throws Sandboxes.Unavailable if they cannot be installed, with an error for the client
  public void await(Packages packages) throws Sandboxes.Unavailable, InterruptedException {
    if (packages.isEmpty()) {
      return;
    }
    String key;
    try {
      key = keys.of(packages);
    } catch (IOException e) {
      LOG.log(Level.WARNING, "the configuration of apt cannot be read", e);
      throw unavailable(
          "The packages of this environment cannot be installed: the configuration of apt of the"
              + " server's machine cannot be read. See the server's log.");
    }
    if (verified.contains(key) && shelf.has(key)) {
      return;
    }
    try {
      var failure = build(key, packages).get().failure();
      if (failure.isPresent()) {
        throw unavailable(failure.get());
      }
    } catch (ExecutionException e) {
      LOG.log(Level.ERROR, "the packages of an environment could not be installed", e.getCause());
      throw unavailable("Internal error of Drover. See its log.");
    }
  }

  private static Sandboxes.Unavailable unavailable(String why) {
    return new Sandboxes.Unavailable(
        why + "\nThis call did not run.",
        new SessionError(SessionError.Type.UNKNOWN, why, SessionError.Retry.RETRYING));
  }

  /// The template of these packages, for a hand. It stays as long as the hand's directory exists.
  ///
  /// @throws Sandboxes.Unavailable if it does not exist; [#await] makes it
  public Optional<Path> use(Packages packages, Path hand)
      throws Sandboxes.Unavailable, IOException, InterruptedException {
    if (packages.isEmpty()) {
      return Optional.empty();
    }
    var key = keys.of(packages);
    try (var _ = shelf.lock(key, PATIENCE).orElseThrow(Templates::busy)) {
      if (!shelf.has(key)) {
        throw busy();
      }
      return Optional.of(shelf.use(key, hand, clock.instant()));
    }
  }

  private static Sandboxes.Unavailable busy() {
    return new Sandboxes.Unavailable(
        "The packages of this environment are being installed. This call did not run. Try again.");
  }

  private CompletableFuture<Outcome> build(String key, Packages packages) {
    var mine = new CompletableFuture<Outcome>();
    var running = builds.putIfAbsent(key, mine);
    if (running != null) {
      return running;
    }
    var thread =
        Thread.ofVirtual()
            .name("template-" + key)
            .unstarted(
                () -> {
                  try {
                    mine.complete(made(key, packages));
                  } catch (Throwable e) {
                    mine.completeExceptionally(e);
                  } finally {
                    builds.remove(key, mine);
                    threads.remove(Thread.currentThread());
                  }
                });
    threads.add(thread);
    thread.start();
    if (closed) {
      thread.interrupt();
    }
    return mine;
  }

  /// Makes the template unless another server has made it, or has failed a moment ago.
  private Outcome made(String key, Packages packages) throws IOException, InterruptedException {
    try (var lock = locked(key)) {
      if (lock.isEmpty()) {
        return new Outcome(
            Optional.of("Another server has been installing the packages for too long."));
      }
      if (isWhole(key)) {
        return Outcome.MADE;
      }
      var failed = shelf.failure(key, clock.instant().minus(settings.pause()));
      if (failed.isPresent()) {
        return new Outcome(failed);
      }
      atOnce.acquire();
      try {
        return attempt(key, packages);
      } finally {
        atOnce.release();
      }
    }
  }

  private record Held(Optional<FileLock> lock) implements AutoCloseable {
    boolean isEmpty() {
      return lock.isEmpty();
    }

    @Override
    public void close() {
      lock.ifPresent(FileLock::close);
    }
  }

  private Held locked(String key) throws IOException, InterruptedException {
    return new Held(shelf.lock(key, settings.limit().plus(PATIENCE)));
  }

  private boolean isWhole(String key) throws IOException {
    if (!shelf.has(key)) {
      return false;
    }
    if (verified.contains(key)) {
      return true;
    }
    if (shelf.isWhole(key)) {
      verified.add(key);
      return true;
    }
    LOG.log(Level.WARNING, "a template is damaged and is made anew: " + key);
    shelf.remove(key);
    return false;
  }

  private Outcome attempt(String key, Packages packages) throws IOException, InterruptedException {
    var draft = shelf.draft(key);
    long start = System.nanoTime();
    try {
      var manifest =
          workshop.install(packages, draft.resolve("tree"), settings.limit(), settings.most());
      shelf.keep(key, draft, manifest, packages);
      verified.add(key);
      LOG.log(
          Level.INFO,
          "the packages of an environment were installed: template %s, %d bytes, %d ms"
              .formatted(
                  key, TemplateTree.bytes(manifest), (System.nanoTime() - start) / 1_000_000));
      shelf.shrink(settings.most(), key);
      verified.removeIf(one -> !shelf.has(one)); // removed, here or by another server
      return Outcome.MADE;
    } catch (TemplateFailure e) {
      return failed(key, draft, String.valueOf(e.getMessage()));
    } catch (IOException e) {
      if (Thread.interrupted() || closed) {
        throw new InterruptedException();
      }
      LOG.log(Level.WARNING, "the packages of an environment could not be stored", e);
      return failed(
          key,
          draft,
          "The packages of this environment could not be stored. See the server's log.");
    }
  }

  private Outcome failed(String key, Path draft, String why) throws IOException {
    LOG.log(Level.WARNING, "the packages of an environment were not installed: template " + key);
    shelf.discard(draft);
    var text =
        why
            + "\nAnother attempt is made at the next call, %d s after this one at the earliest."
                .formatted(settings.pause().toSeconds());
    shelf.failed(key, text, clock.instant());
    return new Outcome(Optional.of(text));
  }

  /// Ends the installations that run, and waits for their end.
  @Override
  public void close() {
    closed = true;
    Threads.stop(threads);
    workshop.close();
  }
}
