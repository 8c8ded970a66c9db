package dev.drover.templates;

import dev.drover.base.Ids;
import dev.drover.base.Json;
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
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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

  /// Precedes the exit code; a notice of the hand may come before.
  private static final String STATUS = "status ";

  /// Makes the sandboxes, at the first use.
  public interface Maker {
    /// @param registries whose a sandbox may reach
    Sandboxes make(Registries registries) throws IOException, InterruptedException;
  }

  /// Which package managers install in a sandbox.
  public interface Registries {
    /// Those of a build, named by the session of its sandbox; none for another session.
    Set<Manager> of(SessionId build);
  }

  private final Maker maker;
  private final Function<HandId, List<String>> refusals;
  private final Ids ids;
  private final Map<SessionId, Set<Manager>> builds = new ConcurrentHashMap<>();
  private final ReentrantLock making = new ReentrantLock();
  private @Nullable Sandboxes sandboxes;
  private boolean closed;

  /// @param refusals returns the connections that were refused to a hand since it was last asked,
  ///   as sentences without a full stop
  public TemplateWorkshop(Maker maker, Function<HandId, List<String>> refusals, Ids ids) {
    this.maker = maker;
    this.refusals = refusals;
    this.ids = ids;
  }

  /// Installs packages into a new directory.
  ///
  /// @param limit how long that may take
  /// @param most the number of bytes that it may have
  /// @return the manifest
  /// @throws TemplateFailure if a package manager fails
  Json.Obj install(Packages packages, Path tree, Duration limit, long most)
      throws TemplateFailure, IOException, InterruptedException {
    var build = new SessionId(ids.next(SessionId.PREFIX));
    var all = sandboxes();
    builds.put(build, packages.lists().keySet());
    try (var sandbox = all.provision(HandSpec.workspace(build))) {
      long until = System.nanoTime() + limit.toNanos();
      for (var manager : Manager.values()) {
        var list = packages.of(manager);
        if (!list.isEmpty() && !Recipe.known().contains(manager)) {
          throw TemplateFailure.of(manager, list, "this version of Drover does not use it", "");
        }
        if (!list.isEmpty()) {
          install(sandbox, manager, list, Duration.ofNanos(until - System.nanoTime()));
        }
      }
      return fetch(sandbox, tree, most);
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
        var fresh = maker.make(build -> builds.getOrDefault(build, Set.of()));
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

  /// The archive is made in the sandbox, since no path in there may be opened here.
  private static Json.Obj fetch(Sandbox sandbox, Path tree, long most)
      throws TemplateFailure, IOException, InterruptedException {
    HandFiles files =
        sandbox.files().orElseThrow(() -> new IOException("the sandbox has no files"));
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
      var manifest = unpacked(in, packing, tree, most);
      var left = joined(packing).left();
      if (!left.isEmpty()) {
        throw new TemplateFailure(
            "The packages of this environment have what a sandbox cannot show: " + left);
      }
      return manifest;
    } catch (TemplateTree.Refused | PaxRefused e) {
      throw new TemplateFailure(
          "The packages of this environment cannot be shown in sandboxes: " + e.getMessage(), e);
    } catch (HandFiles.Refused e) {
      throw new TemplateFailure(
          e.why() == HandFiles.Why.TOO_LARGE
              ? "The packages of this environment have more than %d MiB".formatted(most >> 20)
              : "The packages of this environment cannot be copied: " + e.getMessage(),
          e);
    }
  }

  /// An archive that ends too early says less than the reason why the hand ended it.
  private static Json.Obj unpacked(
      InputStream in, Scope.Task<PackedTree> packing, Path tree, long most)
      throws IOException, InterruptedException {
    try {
      return TemplateTree.unpack(in, Recipe.NAME, tree, most);
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
