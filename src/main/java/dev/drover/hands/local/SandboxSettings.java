package dev.drover.hands.local;

import dev.drover.hands.Limits;
import dev.drover.settings.Section;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/// The settings for sandboxes, the same for all sandboxes of a server.
///
/// @param limits the limits of each sandbox
/// @param watchdog how long a hand to which no server is attached keeps running
/// @param heartbeat the interval of pings to a hand; after three without an answer it is considered
///   dead
/// @param patience how long a new sandbox may take to answer
/// @param longestCall the longest time of a command, whatever the model requests
/// @param firstUid when the server is root: the first of 65,536 uids, one for each workspace
/// @param cgroups where the kernel's control groups are mounted
/// @param storage the storage of the files of sessions
/// @param variables environment variables of all sandboxes, without secrets
/// @param etc files of their `/etc` by name, instead of those that they usually have
public record SandboxSettings(
    Limits limits,
    Duration watchdog,
    Duration heartbeat,
    Duration patience,
    Duration longestCall,
    int firstUid,
    Path cgroups,
    Storage storage,
    Map<String, String> variables,
    Map<String, String> etc) {
  public static final SandboxSettings DEFAULT =
      new SandboxSettings(
          Limits.DEFAULT,
          Duration.ofSeconds(60),
          Duration.ofSeconds(10),
          Duration.ofSeconds(20),
          Duration.ofMinutes(10),
          700_000,
          Path.of("/sys/fs/cgroup"),
          Storage.DEFAULT,
          Map.of(),
          Map.of());

  public SandboxSettings {
    variables = Map.copyOf(variables);
    etc = Map.copyOf(etc);
  }

  /// @param root the section of all settings
  public static SandboxSettings read(Section root) {
    var sandboxes = root.section("sandboxes");
    var workspaces = root.section("workspaces");
    return new SandboxSettings(
        Limits.read(sandboxes, workspaces),
        sandboxes.millis("unattended_ms", 5_000, 86_400_000, DEFAULT.watchdog),
        DEFAULT.heartbeat,
        sandboxes.millis("start_ms", 1_000, 600_000, DEFAULT.patience),
        sandboxes.millis("longest_call_ms", 1_000, 86_400_000, DEFAULT.longestCall),
        sandboxes.count("first_uid", 1_000, 2_000_000_000, DEFAULT.firstUid),
        DEFAULT.cgroups,
        Storage.read(workspaces),
        DEFAULT.variables,
        DEFAULT.etc);
  }

  public SandboxSettings withLimits(Limits value) {
    return new SandboxSettings(
        value,
        watchdog,
        heartbeat,
        patience,
        longestCall,
        firstUid,
        cgroups,
        storage,
        variables,
        etc);
  }

  public SandboxSettings withWatchdog(Duration value) {
    return new SandboxSettings(
        limits,
        value,
        heartbeat,
        patience,
        longestCall,
        firstUid,
        cgroups,
        storage,
        variables,
        etc);
  }

  public SandboxSettings withHeartbeat(Duration value) {
    return new SandboxSettings(
        limits, watchdog, value, patience, longestCall, firstUid, cgroups, storage, variables, etc);
  }

  public SandboxSettings withPatience(Duration value) {
    return new SandboxSettings(
        limits,
        watchdog,
        heartbeat,
        value,
        longestCall,
        firstUid,
        cgroups,
        storage,
        variables,
        etc);
  }

  public SandboxSettings withCgroups(Path value) {
    return new SandboxSettings(
        limits,
        watchdog,
        heartbeat,
        patience,
        longestCall,
        firstUid,
        value,
        storage,
        variables,
        etc);
  }

  public SandboxSettings withStorage(Storage value) {
    return new SandboxSettings(
        limits,
        watchdog,
        heartbeat,
        patience,
        longestCall,
        firstUid,
        cgroups,
        value,
        variables,
        etc);
  }

  public SandboxSettings withFirstUid(int value) {
    return new SandboxSettings(
        limits,
        watchdog,
        heartbeat,
        patience,
        longestCall,
        value,
        cgroups,
        storage,
        variables,
        etc);
  }

  public SandboxSettings withLongestCall(Duration value) {
    return new SandboxSettings(
        limits, watchdog, heartbeat, patience, value, firstUid, cgroups, storage, variables, etc);
  }

  public SandboxSettings withVariables(Map<String, String> value) {
    return new SandboxSettings(
        limits, watchdog, heartbeat, patience, longestCall, firstUid, cgroups, storage, value, etc);
  }

  public SandboxSettings withEtc(Map<String, String> value) {
    return new SandboxSettings(
        limits,
        watchdog,
        heartbeat,
        patience,
        longestCall,
        firstUid,
        cgroups,
        storage,
        variables,
        value);
  }
}
