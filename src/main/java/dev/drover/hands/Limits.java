package dev.drover.hands;

import dev.drover.settings.Section;
import java.math.BigDecimal;

/// The limits of one sandbox. Memory includes the temporary directories, which therefore get at
/// most half of it: a write to a full directory must fail before the kernel starts to kill
/// processes.
///
/// @param memory bytes
/// @param processes processes and threads
/// @param cpus processor time, in cores
/// @param file bytes of the largest file
/// @param workspace bytes of all directories of the session; they can briefly hold more, until this
///   is detected
/// @param entries the number of files and directories in them
/// @param tmp bytes of `/tmp`
/// @param home bytes of the home directory
/// @param shm bytes of `/dev/shm`
public record Limits(
    long memory,
    int processes,
    double cpus,
    long file,
    long workspace,
    long entries,
    long tmp,
    long home,
    long shm) {
  private static final long MIB = 1 << 20;

  public static final Limits DEFAULT =
      new Limits(
          2048 * MIB,
          512,
          2,
          10_240 * MIB,
          10_240 * MIB,
          1_000_000,
          512 * MIB,
          256 * MIB,
          64 * MIB);

  private static final long MAX_MIB = 1 << 24;
  private static final BigDecimal MIN_CPUS = new BigDecimal("0.01");
  private static final BigDecimal MAX_CPUS = new BigDecimal(1024);
  private static final BigDecimal DEFAULT_CPUS = new BigDecimal(2);

  public Limits {
    if (memory < 16 * MIB
        || processes < 8
        || cpus <= 0
        || file < 1
        || workspace < 1
        || entries < 1) {
      throw new IllegalArgumentException("a sandbox cannot live in " + memory + " bytes");
    }
    long sum = tmp + home + shm;
    if (sum > memory / 2) {
      double share = memory / 2.0 / sum;
      tmp = (long) (tmp * share) / 4096 * 4096;
      home = (long) (home * share) / 4096 * 4096;
      shm = (long) (shm * share) / 4096 * 4096;
    }
  }

  /// @param sandboxes the section of that name
  /// @param workspaces the section of that name
  public static Limits read(Section sandboxes, Section workspaces) {
    long memory = sandboxes.mebibytes("memory_mib", 64, MAX_MIB, DEFAULT.memory);
    var usual = DEFAULT.withMemory(memory);
    long tmp = sandboxes.mebibytes("tmp_mib", 1, MAX_MIB, usual.tmp);
    long home = sandboxes.mebibytes("home_mib", 1, MAX_MIB, usual.home);
    long shm = sandboxes.mebibytes("shm_mib", 1, MAX_MIB, usual.shm);
    if (tmp + home + shm > memory / 2) {
      throw sandboxes.problem(
          "memory_mib", "must be twice what tmp_mib, home_mib and shm_mib are together, or more");
    }
    return new Limits(
        memory,
        sandboxes.count("processes", 8, 1_000_000, DEFAULT.processes),
        sandboxes
            .decimal("cpus", MIN_CPUS, MAX_CPUS, "a number from 0.01 to 1024", DEFAULT_CPUS)
            .doubleValue(),
        workspaces.mebibytes("max_file_mib", 1, MAX_MIB, DEFAULT.file),
        workspaces.mebibytes("max_mib", 64, MAX_MIB, DEFAULT.workspace),
        workspaces.integer("max_entries", 1_000, 1_000_000_000, DEFAULT.entries),
        tmp,
        home,
        shm);
  }

  public Limits withMemory(long bytes) {
    return new Limits(bytes, processes, cpus, file, workspace, entries, tmp, home, shm);
  }

  public Limits withProcesses(int count) {
    return new Limits(memory, count, cpus, file, workspace, entries, tmp, home, shm);
  }

  public Limits withWorkspace(long bytes, long count) {
    return new Limits(memory, processes, cpus, file, bytes, count, tmp, home, shm);
  }

  public Limits withCpus(double cores) {
    return new Limits(memory, processes, cores, file, workspace, entries, tmp, home, shm);
  }
}
