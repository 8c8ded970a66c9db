package dev.drover.templates;

import dev.drover.base.Ids;
import dev.drover.base.Json;
import dev.drover.base.Pause;
import dev.drover.base.Scope;
import dev.drover.catalog.Packages;
import dev.drover.catalog.Packages.Manager;
import dev.drover.hands.HandFiles;
import dev.drover.hands.HandSpec;
import dev.drover.hands.PackedTree;
import dev.drover.hands.Sandbox;
import dev.drover.hands.Sandboxes;
import dev.drover.hands.ToolCall;
import dev.drover.hands.ToolResult;
import dev.drover.pax.PaxRefused;
import dev.drover.session.EventId;
import dev.drover.session.HandId;
import dev.drover.session.SessionId;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Installs packages in sandboxes that are made for nothing else: with a user of their own, no
/// files of a session and no credentials, and with the package registries alone to reach. Safe for
/// many threads.
public final class TemplateWorkshop implements AutoCloseable {
  private static final int PIPE = 1 << 18;
  private static final int MOST_REFUSALS = 3;

  /// The part of the time for an installation that copying may take besides.
  private static final int COPYING = 4;

  /// Precedes the exit code; a notice of the hand may come before.
  private static final String STATUS = "status ";

  /// Makes the sandboxes, at the first use.
  public interface Maker {
    /// @param builds what each sandbox is for
    Sandboxes make(Builds builds) throws IOException, InterruptedException;
  }

  /// What a sandbox is made for, named by its session.
  public interface Builds {
    /// The package managers that install in it; none for another session.
    Set<Manager> managers(SessionId build);

    /// The packages of apt that it shows, a directory. Empty if there are none.
    Optional<Path> system(SessionId build);
  }

  private record Build(Set<Manager> managers, Optional<Path> system) {
    static final Build NONE = new Build(Set.of(), Optional.empty());
  }

  /// @param until when all must be installed, as [System#nanoTime] has it
  private record Time(long until, Duration copying) {
    Duration left() {
      return Duration.ofNanos(until - System.nanoTime());
    }
  }

  private final Maker maker;
  private final Function<HandId, List<String>> refusals;
  private final AptFiles apt;
  private final Path root;
  private final Ids ids;
  private final Pause pause;
  private final Map<SessionId, Build> builds = new ConcurrentHashMap<>();
  private final ReentrantLock making = new ReentrantLock();
  private @Nullable Sandboxes sandboxes;
  private boolean closed;

  /// @param refusals returns the connections that were refused to a hand since it was last asked,
  ///   as sentences without a full stop
  /// @param root of the machine's file system
  /// @param sources a file of sources of apt that is used instead of those of the machine
  public TemplateWorkshop(
      Maker maker,
      Function<HandId, List<String>> refusals,
      Path root,
      Optional<Path> sources,
      Ids ids,
      Pause pause) {
    this.maker = maker;
    this.refusals = refusals;
    this.root = root;
    this.apt = new AptFiles(root, sources);
    this.ids = ids;
    this.pause = pause;
  }

  AptFiles apt() {
    return apt;
  }

  /// Installs packages into a new directory. Those of apt come first and in a sandbox of their own,
  /// so that the sandbox of the other package managers has them.
  ///
  /// @param limit how long that may take
  /// @param most the number of bytes that it may have
  /// @return the manifest
  /// @throws TemplateFailure if a package manager fails
  Json.Obj install(Packages packages, Path tree, Duration limit, long most)
      throws TemplateFailure, IOException, InterruptedException {
    var time = new Time(System.nanoTime() + limit.toNanos(), limit.dividedBy(COPYING));
    check(packages);
    var others = EnumSet.noneOf(Manager.class);
    others.addAll(packages.lists().keySet());
    if (!others.remove(Manager.APT)) {
      return install(packages, others, Optional.empty(), tree, time, most);
    }
    var system = install(packages, EnumSet.of(Manager.APT), Optional.empty(), tree, time, most);
    if (others.isEmpty()) {
      return system;
    }
    var second = tree.resolveSibling("others");
    long left = most - TemplateTree.bytes(system);
    install(packages, others, Optional.of(tree), second, time, left);
    TemplateTree.merge(second, tree);
    return TemplateTree.manifest(tree);
  }

  /// Another server may have accepted the packages, with other package managers.
  private void check(Packages packages) throws TemplateFailure {
    for (var manager : Manager.values()) {
      var list = packages.of(manager);
      if (!list.stream().allMatch(Packages::canBe)) {
        throw TemplateFailure.of(
            manager, list, "one of them begins with a hyphen or has control characters", "");
      }
      var missing = missing(manager, packages);
      if (!list.isEmpty() && missing.isPresent()) {
        throw TemplateFailure.of(
            manager, list, "the server's machine cannot, because " + missing.get(), "");
      }
    }
  }

  /// What apt installs may be the other package managers.
  private Optional<String> missing(Manager manager, Packages packages) {
    if (manager == Manager.APT) {
      return apt.missing();
    }
    return packages.of(Manager.APT).isEmpty() ? Recipe.of(manager).missing(root) : Optional.empty();
  }

  /// @param system the packages of apt that the sandbox shows
  private Json.Obj install(
      Packages packages,
      Set<Manager> managers,
      Optional<Path> system,
      Path tree,
      Time time,
      long most)
      throws TemplateFailure, IOException, InterruptedException {
    var build = new SessionId(ids.next(SessionId.PREFIX));
    var all = sandboxes();
    builds.put(build, new Build(Set.copyOf(managers), system));
    try (var sandbox = all.provision(HandSpec.workspace(build))) {
      for (var manager : managers) {
        if (manager == Manager.APT) {
          files(sandbox).archives().unpackPath(AptFiles.AT, apt.archive());
        }
        install(sandbox, manager, packages.of(manager), time.left());
      }
      var manifest = fetch(sandbox, tree, most, time.left().plus(time.copying()));
      if (!managers.contains(Manager.APT) && Files.exists(tree.resolve(TemplateTree.SYSTEM))) {
        throw new TemplateFailure(
            "The packages of this environment changed the system without apt.");
      }
      return manifest;
    } catch (Sandboxes.Unavailable e) {
      throw new TemplateFailure(
          "The packages of this environment could not be installed: " + e.getMessage(), e);
    } finally {
      all.discard(build);
      builds.remove(build);
    }
  }

  private Sandboxes sandboxes() throws IOException, InterruptedException {
    making.lockInterruptibly();
    try {
      if (closed) {
        throw new IOException("the server is stopping");
      }
      var made = sandboxes;
      if (made == null) {
        var fresh = maker.make(described());
        fresh.kept().stream()
            .filter(build -> !builds.containsKey(build))
            .forEach(fresh::discard); // of a server that died
        made = fresh;
        sandboxes = fresh;
      }
      return made;
    } finally {
      making.unlock();
    }
  }

  private Builds described() {
    return new Builds() {
      @Override
      public Set<Manager> managers(SessionId build) {
        return builds.getOrDefault(build, Build.NONE).managers();
      }

      @Override
      public Optional<Path> system(SessionId build) {
        return builds.getOrDefault(build, Build.NONE).system();
      }
    };
  }

  private void install(Sandbox sandbox, Manager manager, List<String> packages, Duration left)
      throws TemplateFailure, InterruptedException {
    var list = Recipe.LISTS + "/" + manager.word();
    var written =
        run(
            sandbox,
            "write",
            Json.obj("file_path", list, "content", String.join("\n", packages) + "\n"));
    if (written.isError()) {
      throw TemplateFailure.of(manager, packages, "the list could not be written", written.text());
    }
    var result =
        run(
            sandbox,
            "bash",
            Json.obj(
                "command",
                Recipe.of(manager).command(),
                "timeout_ms",
                Math.max(1_000, left.toMillis())));
    var text = result.text();
    int status = text.startsWith(STATUS) ? 0 : text.indexOf("\n" + STATUS) + 1;
    if (result.isError() || !text.startsWith(STATUS, status)) {
      throw TemplateFailure.of(manager, packages, "it did not end", end(text));
    }
    int line = text.indexOf('\n', status) < 0 ? text.length() : text.indexOf('\n', status);
    var code = text.substring(status + STATUS.length(), line);
    if (!code.equals("0")) {
      throw TemplateFailure.of(
          manager,
          packages,
          "it ended with exit code " + code,
          end(text.substring(line)) + network(sandbox));
    }
  }

  /// Why the network was refused, which package managers say in their own words only.
  private String network(Sandbox sandbox) {
    return refusals.apply(sandbox.id()).stream()
        .distinct()
        .limit(MOST_REFUSALS)
        .map(words -> "\n[network: " + words + ".]")
        .collect(Collectors.joining());
  }

  private ToolResult run(Sandbox sandbox, String tool, Json.Obj input) throws InterruptedException {
    return sandbox.execute(new ToolCall(new EventId(ids.next(EventId.PREFIX)), tool, input));
  }

  private static String end(String text) {
    return text.substring(Math.max(0, text.length() - TemplateFailure.TAIL));
  }

  /// The archive is made in the sandbox, since no path in there may be opened here. Processes that
  /// an installation has left could slow that down, so it has a limit of its own.
  private Json.Obj fetch(Sandbox sandbox, Path tree, long most, Duration left)
      throws TemplateFailure, IOException, InterruptedException {
    var files = files(sandbox);
    var late = new AtomicBoolean();
    try (var scope = new Scope();
        var in = new PipedInputStream(PIPE)) {
      var out = new PipedOutputStream(in);
      var packing =
          scope.fork(
              () -> {
                try (out) {
                  return files.archives().packPath(Recipe.TREE, most, out);
                }
              });
      scope.fork(
          () -> {
            pause.pause(left);
            late.set(true);
            sandbox.close();
            return true;
          });
      var manifest = unpacked(in, packing, tree, most);
      var kinds = joined(packing).left();
      if (!kinds.isEmpty()) {
        throw new TemplateFailure(
            "The packages of this environment have what a sandbox cannot show: " + kinds);
      }
      return manifest;
    } catch (TemplateTree.Refused | PaxRefused e) {
      throw new TemplateFailure(
          "The packages of this environment cannot be shown in sandboxes: " + e.getMessage(), e);
    } catch (HandFiles.Refused e) {
      check(late);
      throw new TemplateFailure(
          e.why() == HandFiles.Why.TOO_LARGE
              ? "The packages of this environment have more than %d MiB".formatted(most >> 20)
              : "The packages of this environment cannot be copied: " + e.getMessage(),
          e);
    } catch (IOException e) {
      check(late);
      throw e;
    }
  }

  private static void check(AtomicBoolean late) throws TemplateFailure {
    if (late.get()) {
      throw new TemplateFailure(
          "The packages of this environment could not be copied in time. Processes that their"
              + " installation has left may be the reason.");
    }
  }

  private static HandFiles files(Sandbox sandbox) throws IOException {
    return sandbox.files().orElseThrow(() -> new IOException("the sandbox has no files"));
  }

  /// An archive that ends too early says less than the reason why the hand ended it.
  private static Json.Obj unpacked(
      InputStream in, Scope.Task<PackedTree> packing, Path tree, long most)
      throws IOException, InterruptedException {
    try {
      return TemplateTree.unpack(in, Recipe.NAME, tree, new TemplateTree.Most(most));
    } catch (PaxRefused e) {
      in.close();
      joined(packing);
      throw e;
    }
  }

  private static PackedTree joined(Scope.Task<PackedTree> packing)
      throws IOException, InterruptedException {
    try {
      return packing.join();
    } catch (IllegalStateException e) {
      throw e.getCause() instanceof IOException cause ? cause : new IOException(e);
    }
  }

  @Override
  public void close() {
    making.lock();
    try {
      closed = true;
      if (sandboxes != null) {
        sandboxes.close();
      }
    } finally {
      making.unlock();
    }
  }
}
