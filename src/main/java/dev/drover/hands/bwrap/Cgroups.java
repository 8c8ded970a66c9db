package dev.drover.hands.bwrap;

import dev.drover.hands.Limits;
import dev.drover.hands.local.Host;
import dev.drover.session.HandId;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The kernel's control groups: one group for each hand, in every hierarchy that counts. The first
/// of these that the machine offers is used: version 2 with delegated controllers, version 1, none.
///
/// All of them are plain files below one root, so a test can pass its own tree.
final class Cgroups {
  /// What enforces the limits of a hand.
  enum Level {
    /// One group, which the kernel can kill as a whole.
    CGROUP_V2,
    /// A group per controller.
    CGROUP_V1,
    /// No groups: the kernel limits only the number of processes, and the hand itself checks their
    /// memory.
    RLIMITS
  }

  /// The groups of a hand.
  ///
  /// @param directories one in each hierarchy; empty without control groups
  record Group(List<Path> directories) {
    /// The files that a process writes itself into.
    List<Path> joins() {
      return directories.stream().map(directory -> directory.resolve("cgroup.procs")).toList();
    }
  }

  private final Level level;
  private final Map<String, Path> parents; // by controller; "" for version 2

  private Cgroups(Level level, Map<String, Path> parents) {
    this.level = level;
    this.parents = parents;
  }

  Level level() {
    return level;
  }

  /// @param root where they are mounted
  /// @param memberships the text of `/proc/self/cgroup`
  static Cgroups find(Path root, String memberships) {
    var own = new LinkedHashMap<String, String>();
    for (var line : memberships.lines().toList()) {
      var parts = line.split(":", 3);
      if (parts.length == 3) {
        own.put(parts[1], parts[2]);
      }
    }
    try {
      return new Cgroups(Level.CGROUP_V2, Map.of("", version2(root, own.getOrDefault("", "/"))));
    } catch (IOException e) {
      // Not mounted, or not delegated to us: try the next level.
    }
    try {
      return new Cgroups(Level.CGROUP_V1, version1(root, own));
    } catch (IOException e) {
      return new Cgroups(Level.RLIMITS, Map.of());
    }
  }

  private static Path version2(Path root, String own) throws IOException {
    var mine = root.resolve(own.substring(1));
    var controllers =
        List.of(Files.readString(mine.resolve("cgroup.controllers")).strip().split(" ", -1));
    if (!controllers.containsAll(List.of("memory", "pids"))) {
      throw new IOException("no controllers");
    }
    var wanted = controllers.contains("cpu") ? "+memory +pids +cpu" : "+memory +pids";
    try {
      Files.writeString(mine.resolve("cgroup.subtree_control"), wanted);
    } catch (IOException e) {
      // A group that has processes cannot delegate controllers: the server moves into a leaf.
      var leaf = Files.createDirectories(mine.resolve("drover-server"));
      for (var pid : Files.readAllLines(mine.resolve("cgroup.procs"))) {
        Files.writeString(leaf.resolve("cgroup.procs"), pid);
      }
      Files.writeString(mine.resolve("cgroup.subtree_control"), wanted);
    }
    var parent = writable(Files.createDirectories(mine.resolve("drover")));
    Files.writeString(parent.resolve("cgroup.subtree_control"), wanted);
    return parent;
  }

  private static Map<String, Path> version1(Path root, Map<String, String> own) throws IOException {
    var parents = new LinkedHashMap<String, Path>();
    for (var controller : List.of("memory", "pids", "cpu")) {
      for (var membership : own.entrySet()) {
        if (List.of(membership.getKey().split(",")).contains(controller)) {
          var hierarchy = root.resolve(membership.getKey());
          if (!Files.isDirectory(hierarchy)) {
            throw new IOException("not mounted");
          }
          var mine = hierarchy.resolve(membership.getValue().substring(1));
          var above = Files.isDirectory(mine) ? mine : hierarchy;
          parents.put(controller, writable(Files.createDirectories(above.resolve("drover"))));
        }
      }
    }
    if (!parents.keySet().containsAll(List.of("memory", "pids"))) {
      throw new IOException("no controllers");
    }
    return parents;
  }

  /// A group that an earlier server created as root exists but cannot be used.
  private static Path writable(Path group) throws IOException {
    if (!Files.isWritable(group)) {
      throw new IOException("not delegated");
    }
    return group;
  }

  /// Creates the groups of a hand and sets its limits.
  Group create(String hand, Limits limits) throws IOException {
    var directories = new ArrayList<Path>();
    try {
      for (var parent : parents.entrySet()) {
        var directory = parent.getValue().resolve(hand);
        if (!directories.contains(directory)) { // two controllers may share a hierarchy
          directories.add(Files.createDirectory(directory));
        }
        for (var setting : settings(parent.getKey(), limits).entrySet()) {
          var file = directory.resolve(setting.getKey());
          if (Files.exists(file) || !optional(setting.getKey())) {
            Files.writeString(file, setting.getValue());
          }
        }
      }
    } catch (IOException e) {
      for (var directory : directories) {
        Files.deleteIfExists(directory);
      }
      throw e;
    }
    return new Group(List.copyOf(directories));
  }

  private static Map<String, String> settings(String controller, Limits limits) {
    var memory = Long.toString(limits.memory());
    var processes = Integer.toString(limits.processes());
    var quota = Long.toString((long) (limits.cpus() * 100_000));
    var settings = new LinkedHashMap<String, String>();
    switch (controller) {
      case "" -> {
        settings.put("memory.max", memory);
        settings.put("memory.swap.max", "0");
        settings.put("pids.max", processes);
        settings.put("cpu.max", quota + " 100000");
      }
      case "memory" -> {
        settings.put("memory.limit_in_bytes", memory);
        settings.put("memory.memsw.limit_in_bytes", memory);
      }
      case "pids" -> settings.put("pids.max", processes);
      default -> {
        settings.put("cpu.cfs_period_us", "100000");
        settings.put("cpu.cfs_quota_us", quota);
      }
    }
    return settings;
  }

  /// Kernels without swap accounting or bandwidth control lack these.
  private static boolean optional(String file) {
    return file.contains("swap") || file.contains("memsw") || file.startsWith("cpu.");
  }

  /// Kills every process in the group. Returns false if there was none.
  static boolean kill(Group group) {
    boolean some = false;
    for (var directory : group.directories()) {
      try {
        var pids = Host.text(directory.resolve("cgroup.procs")).lines().toList();
        some |= !pids.isEmpty();
        var atOnce = directory.resolve("cgroup.kill");
        if (!pids.isEmpty() && Files.exists(atOnce)) {
          Files.writeString(atOnce, "1");
          continue;
        }
        for (var pid : pids) {
          ProcessHandle.of(Long.parseLong(pid)).ifPresent(ProcessHandle::destroyForcibly);
        }
      } catch (IOException | IllegalStateException e) {
        // The group is gone, or a process of it is.
      }
    }
    return some;
  }

  /// Whether a process is in the group.
  static boolean populated(Group group) {
    for (var procs : group.joins()) {
      try {
        if (!Host.text(procs).isBlank()) {
          return true;
        }
      } catch (IOException e) {
        // The group is gone.
      }
    }
    return false;
  }

  /// Removes the group. Returns false if a process is still in it.
  static boolean remove(Group group) {
    boolean gone = true;
    for (var directory : group.directories()) {
      try {
        Files.deleteIfExists(directory);
      } catch (IOException e) {
        gone = false;
      }
    }
    return gone;
  }

  /// Removes the empty groups of hands that were created before `before`. After a server's data
  /// directory is deleted, no record of these groups remains. A group with a process in it is kept.
  void sweep(Instant before) {
    for (var parent : Set.copyOf(parents.values())) {
      try (var groups = Files.newDirectoryStream(parent, HandId.PREFIX + "*")) {
        for (var group : groups) {
          if (Files.getLastModifiedTime(group).toInstant().isBefore(before)) {
            remove(new Group(List.of(group)));
          }
        }
      } catch (IOException | DirectoryIteratorException e) {
        // Another server removes them, too.
      }
    }
  }
}
