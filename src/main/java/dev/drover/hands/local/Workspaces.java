package dev.drover.hands.local;

import dev.drover.base.FileLock;
import dev.drover.base.Ids;
import dev.drover.base.Pause;
import dev.drover.hands.HandName;
import dev.drover.hands.HandSpec;
import dev.drover.session.HandId;
import dev.drover.session.SessionId;
import dev.drover.session.SessionResource;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/// The directories of sessions, which a hand reads and writes and which outlive it. If the server
/// is root, the directories of each session belong to a separate uid, which all hands of the
/// session share, so that a hand can neither read the files of another session nor count against
/// its limits.
///
/// Only the server can access the root of a session's directories; a hand sees the seven
/// directories inside it, and one for each memory store of the session.
public final class Workspaces {
  private static final String HAND = "hand";
  private static final String ID = "id";
  private static final String MEMORY = "memory";
  private static final String ID_PREFIX = "home_";
  private static final int UIDS = 65_536;

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final Path root;
  private final boolean isRoot;
  private final boolean images;
  private final int firstUid;
  private final Ids ids;
  private final Pause pause;

  /// @param installed what the agent installs with package managers
  /// @param memory the directories of the session's memory stores
  /// @param image the disk image that is mounted over all of them except the uploads and what can
  ///   only be read, if the session has one
  /// @param uid the owner of the directories; empty if the server is not root
  public record Workspace(
      Path workspace,
      Path outputs,
      Path uploads,
      Path skills,
      Path toolOutputs,
      Path user,
      Path installed,
      List<Memory> memory,
      Optional<Path> image,
      OptionalInt uid) {}

  /// The directory of a memory store.
  ///
  /// @param slug its name in the sandbox
  public record Memory(String slug, boolean writable, Path directory) {}

  /// @param images whether a new session gets its own disk; existing sessions stay as they are
  Workspaces(Path root, int firstUid, boolean images, Ids ids, Pause pause) throws IOException {
    this.images = images;
    this.ids = ids;
    this.root = Directories.own(root);
    this.pause = pause;
    this.isRoot = Host.isRoot();
    this.firstUid = firstUid;
  }

  /// Returns the session's directories and creates missing ones.
  ///
  /// @param stores the session's memory stores
  Workspace open(SessionId session, List<SessionResource.Attached> stores)
      throws IOException, InterruptedException {
    var home = Directories.own(home(session));
    identify(home);
    var image = image(home);
    var made =
        new Workspace(
            Directories.made(home.resolve("workspace"), "rwx------"),
            Directories.made(home.resolve("outputs"), "rwx------"),
            Directories.made(home.resolve("uploads"), "rwxr-xr-x"),
            Directories.made(home.resolve("skills"), "rwxr-xr-x"),
            Directories.made(home.resolve("tool_outputs"), "rwx------"),
            Directories.made(home.resolve("user"), "rwx------"),
            Directories.made(home.resolve("installed"), "rwx------"),
            memory(session, stores),
            image,
            OptionalInt.empty());
    if (!isRoot) {
      return made;
    }
    int uid = Host.owner(made.workspace);
    if (uid == 0) {
      uid = nextUid();
    } else if (uid < firstUid || uid >= firstUid + UIDS) {
      throw new IOException(
          "the workspace of " + session + " belongs to uid " + uid + ", which is not a hand's");
    }
    Host.give(made.outputs, uid);
    Host.give(made.toolOutputs, uid);
    Host.give(made.user, uid);
    Host.give(made.installed, uid);
    for (var memory : made.memory) {
      if (memory.writable) {
        Host.give(memory.directory, uid);
      }
    }
    Host.give(made.workspace, uid); // last, because the owner is the record
    return new Workspace(
        made.workspace,
        made.outputs,
        made.uploads,
        made.skills,
        made.toolOutputs,
        made.user,
        made.installed,
        made.memory,
        made.image,
        OptionalInt.of(uid));
  }

  private List<Memory> memory(SessionId session, List<SessionResource.Attached> stores)
      throws IOException {
    var memory = new ArrayList<Memory>();
    for (var store : stores) {
      var root = Directories.own(home(session).resolve(MEMORY));
      var directory =
          Directories.made(
              root.resolve(store.slug()), store.writable() ? "rwx------" : "rwxr-xr-x");
      memory.add(new Memory(store.slug(), store.writable(), directory));
    }
    return memory;
  }

  /// The place of a memory store of the session.
  MemoryDirectory memory(SessionId session, String slug) {
    return new MemoryDirectory(home(session).resolve(MEMORY), slug, pause);
  }

  /// The directories get an id when they are first opened, which is new for every home.
  private void identify(Path home) throws IOException {
    var id = home.resolve(ID);
    if (!Files.exists(id)) {
      var next = home.resolve(ID + ".new");
      Files.writeString(next, ids.next(ID_PREFIX) + "\n");
      Files.move(next, id, StandardCopyOption.ATOMIC_MOVE);
    }
  }

  /// The id of the session's directories; empty if there are none.
  Optional<String> id(SessionId session) throws IOException {
    try {
      var id = Files.readString(home(session).resolve(ID)).strip();
      return Optional.of(id).filter(_ -> Ids.wellFormed(ID_PREFIX, id));
    } catch (NoSuchFileException _) {
      return Optional.empty();
    }
  }

  /// Empty until a hand is created, which fills it. Sessions that began with plain directories keep
  /// them.
  private Optional<Path> image(Path home) throws IOException {
    var image = home.resolve("disk");
    if (images && !Files.exists(image) && !Files.exists(home.resolve("workspace"))) {
      Files.createFile(image);
    }
    return Optional.of(image).filter(Files::exists);
  }

  void discard(SessionId session) throws IOException {
    Tree.remove(home(session));
  }

  /// Takes the session's lock, which is held while a server searches or creates the session's hand.
  /// Empty if another server holds it for longer than `patience`.
  Optional<FileLock> lock(SessionId session, Duration patience)
      throws IOException, InterruptedException {
    return FileLock.take(Directories.own(home(session)).resolve(".lock"), patience, pause);
  }

  /// The sessions that have directories here.
  Set<SessionId> sessions() throws IOException {
    var sessions = new HashSet<SessionId>();
    try (var homes = Files.newDirectoryStream(root, SessionId.PREFIX + "*")) {
      for (var home : homes) {
        var name = home.getFileName().toString();
        if (Ids.wellFormed(SessionId.PREFIX, name)) {
          sessions.add(new SessionId(name));
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return sessions;
  }

  boolean exists(SessionId session) {
    return Files.isDirectory(home(session));
  }

  /// The newest hand of that name; it may be dead.
  Optional<HandId> hand(HandSpec spec) throws IOException {
    try {
      var id = Files.readString(record(spec)).strip();
      return Optional.of(new HandId(id)).filter(_ -> Ids.wellFormed(HandId.PREFIX, id));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /// Durable before the hand is created. Called with the session's lock held.
  void hand(HandSpec spec, HandId hand) throws IOException {
    var record = record(spec);
    var next = record.resolveSibling(record.getFileName() + ".new");
    Files.writeString(next, hand.value() + "\n");
    Files.move(next, record, StandardCopyOption.ATOMIC_MOVE);
  }

  private Path record(HandSpec spec) {
    var name = spec.name();
    return home(spec.session()).resolve(name.equals(HandName.WORKSPACE) ? HAND : HAND + "-" + name);
  }

  /// The newest hand of each name of the session; they may be dead.
  List<HandSpec> hands(SessionId session) throws IOException {
    var specs = new ArrayList<HandSpec>();
    try (var records = Files.newDirectoryStream(home(session), HAND + "{,-*}")) {
      for (var path : records) {
        var file = path.getFileName().toString();
        if (file.equals(HAND)) {
          specs.add(HandSpec.workspace(session));
        } else if (!file.endsWith(".new")) {
          specs.add(new HandSpec(session, new HandName(file.substring(HAND.length() + 1))));
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return specs;
  }

  /// The files that the session has been given.
  UploadDirectory uploads(SessionId session) {
    return new UploadDirectory(home(session), pause);
  }

  /// The skills of the session.
  SkillDirectories skills(SessionId session) {
    return new SkillDirectories(home(session), pause);
  }

  private Path home(SessionId session) {
    return root.resolve(SessionId.of(session.value()).value());
  }

  /// Counts up permanently, so a uid is reused only after all others. The first uid depends on the
  /// directory, so that two servers with separate directories on one host rarely share a uid, whose
  /// processes the kernel counts together.
  private int nextUid() throws IOException, InterruptedException {
    try (var _ =
        FileLock.take(root.resolve(".uids"), PATIENCE, pause)
            .orElseThrow(() -> new IOException("the counter of uids is in use"))) {
      return countUp();
    }
  }

  private int countUp() throws IOException {
    var counter = root.resolve(".next-uid");
    int n =
        Files.exists(counter)
            ? Integer.parseInt(Files.readString(counter).strip())
            : Math.floorMod(root.toAbsolutePath().hashCode(), UIDS);
    var next = root.resolve(".next-uid.new");
    Files.writeString(next, Integer.toString((n + 1) % UIDS));
    Files.move(next, counter, StandardCopyOption.ATOMIC_MOVE);
    return firstUid + n;
  }

  /// Directories that the server makes.
  public static final class Directories {
    private Directories() {}

    /// For the server alone.
    public static Path own(Path path) throws IOException {
      Files.createDirectories(path.toAbsolutePath().getParent());
      return made(path, "rwx------");
    }

    public static Path made(Path path, String mode) throws IOException {
      if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
        try {
          Files.createDirectory(path);
        } catch (FileAlreadyExistsException e) {
          if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            throw e;
          } // another server was faster
        }
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
      }
      return path;
    }
  }
}
