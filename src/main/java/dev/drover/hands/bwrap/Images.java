package dev.drover.hands.bwrap;

import dev.drover.hands.local.Host;
import dev.drover.hands.local.SandboxSettings;
import dev.drover.hands.local.Spawner;
import dev.drover.hands.local.Storage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/// Disk images of sessions: sparse files with an ext4 file system, each mounted only by its
/// session's sandbox. `hand launch` creates and mounts them; this class determines whether and how
/// that is possible.
///
/// @param reason why images cannot be used; empty if they can
/// @param template the empty image that new ones are copied from
record Images(String reason, Path template, Path mkfs, Path fsck, long bytes, long inodes) {
  private static final long MIB = 1 << 20;
  private static final int INODE = 256; // bytes
  private static final long PATIENCE = 20; // seconds

  /// Only local file systems: on a shared one, two machines could mount the same image.
  private static final Set<String> LOCAL =
      Set.of("ext2", "ext3", "ext4", "xfs", "btrfs", "f2fs", "tmpfs", "zfs");

  /// Tries it: creates a template and an image, and mounts the image.
  ///
  /// @param homes the directory of the sessions' directories
  /// @throws IOException when images are required and cannot be used
  static Images find(Path homes, Path program, SandboxSettings settings, Spawner spawner)
      throws IOException, InterruptedException {
    var limits = settings.limits();
    // The space that ext4 itself needs is added.
    long journal = limits.workspace() < 1 << 30 ? 4 * MIB : 16 * MIB;
    long bytes =
        (limits.workspace() + limits.entries() * INODE + limits.workspace() / 64 + 2 * journal)
            / MIB
            * MIB;
    var template = program.resolveSibling("disk-%d-%d".formatted(bytes, limits.entries()));
    var images =
        new Images("", template, tool("mkfs.ext4"), tool("e2fsck"), bytes, limits.entries());
    var kind = settings.storage().kind();
    var reason = kind == Storage.Kind.DIRECTORY ? "as set" : images.obstacle(homes).orElse("");
    if (reason.isEmpty()) {
      reason = images.attempt(homes, program, spawner);
    }
    if (kind == Storage.Kind.IMAGE && !reason.isEmpty()) {
      throw new IOException("disk images are not available: " + reason);
    }
    return new Images(reason, template, images.mkfs, images.fsck, images.bytes, images.inodes);
  }

  boolean usable() {
    return reason.isEmpty();
  }

  /// The arguments of `hand launch` for an image.
  List<String> words(Path image) {
    return List.of(
        "--image",
        image.toString(),
        template.toString(),
        mkfs.toString(),
        fsck.toString(),
        Long.toString(bytes),
        Long.toString(inodes));
  }

  private Optional<String> obstacle(Path homes) throws IOException {
    var type = Files.getFileStore(homes).type();
    if (!Host.isRoot()) {
      return Optional.of("disk images need root");
    }
    if (!Files.isExecutable(mkfs) || !Files.isExecutable(fsck)) {
      return Optional.of(
          "mkfs.ext4 is not installed; on Debian or Ubuntu: apt-get install e2fsprogs");
    }
    return LOCAL.contains(type)
        ? Optional.empty()
        : Optional.of("the data directory is on " + type);
  }

  private String attempt(Path homes, Path program, Spawner spawner)
      throws IOException, InterruptedException {
    var probe = Files.createTempFile(homes.getParent(), ".probe-", "");
    var log = Files.createTempFile(homes.getParent(), ".probe-", ".log");
    try {
      var builder =
          new ProcessBuilder(
              program.toString(),
              "image",
              probe.toString(),
              template.toString(),
              mkfs.toString(),
              Long.toString(bytes),
              Long.toString(inodes));
      builder.redirectInput(Path.of("/dev/null").toFile()).redirectOutput(log.toFile());
      var process = spawner.start(builder.redirectErrorStream(true));
      if (!process.waitFor(PATIENCE, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return "a disk image could not be mounted within " + PATIENCE + " s";
      }
      return process.exitValue() == 0
          ? ""
          : "a disk image cannot be mounted: " + Host.text(log).strip();
    } finally {
      Files.deleteIfExists(probe);
      Files.deleteIfExists(log);
    }
  }

  private static Path tool(String name) {
    return List.of("/usr/sbin", "/sbin", "/usr/bin").stream()
        .map(directory -> Path.of(directory, name))
        .filter(Files::isExecutable)
        .findFirst()
        .orElse(Path.of("/usr/sbin", name));
  }
}
