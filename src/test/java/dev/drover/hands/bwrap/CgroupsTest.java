package dev.drover.hands.bwrap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.hands.Limits;
import dev.drover.hands.local.Tree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// On a tree of plain files, since no machine has every kind.
final class CgroupsTest {
  @TempDir Path root;

  private void file(String path, String text) throws IOException {
    var file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private String read(Path file) throws IOException {
    return Files.readString(file);
  }

  @Test
  void aDelegatedVersionTwoIsTheFirstChoice() throws Exception {
    file("unit/cgroup.controllers", "cpuset cpu io memory pids\n");
    file("unit/cgroup.procs", "");
    var cgroups = Cgroups.find(root, "0::/unit\n");
    assertThat(cgroups.level()).isEqualTo(Cgroups.Level.CGROUP_V2);
    assertThat(read(root.resolve("unit/cgroup.subtree_control"))).isEqualTo("+memory +pids +cpu");
    assertThat(read(root.resolve("unit/drover/cgroup.subtree_control")))
        .isEqualTo("+memory +pids +cpu");

    var directory = root.resolve("unit/drover/hand_1");
    // The kernel fills a new group with files; a plain file system does not, so only what must be
    // there is written.
    var group = cgroups.create("hand_1", Limits.DEFAULT);
    assertThat(group.directories()).containsExactly(directory);
    assertThat(group.joins()).containsExactly(directory.resolve("cgroup.procs"));
    assertThat(read(directory.resolve("memory.max"))).isEqualTo("2147483648");
    assertThat(read(directory.resolve("pids.max"))).isEqualTo("512");
  }

  @Test
  void aVersionTwoGroupIsKilledAtOnce() throws Exception {
    file("unit/cgroup.controllers", "memory pids\n");
    var group = Cgroups.find(root, "0::/unit\n").create("hand_1", Limits.DEFAULT);
    assertThat(Cgroups.kill(group)).isFalse();
    file("unit/drover/hand_1/cgroup.procs", "999999999\n");
    file("unit/drover/hand_1/cgroup.kill", "");
    assertThat(Cgroups.kill(group)).isTrue();
    assertThat(read(root.resolve("unit/drover/hand_1/cgroup.kill"))).isEqualTo("1");
  }

  @Test
  void aVersionOneHierarchyHoldsAGroupPerController() throws Exception {
    Files.createDirectories(root.resolve("memory/own"));
    Files.createDirectories(root.resolve("pids"));
    Files.createDirectories(root.resolve("cpu,cpuacct"));
    var cgroups = Cgroups.find(root, "4:memory:/own\n8:pids:/\n1:cpu,cpuacct:/unseen\n0::/\n");
    assertThat(cgroups.level()).isEqualTo(Cgroups.Level.CGROUP_V1);
    var group = cgroups.create("hand_1", Limits.DEFAULT);
    assertThat(group.directories())
        .containsExactly(
            root.resolve("memory/own/drover/hand_1"),
            root.resolve("pids/drover/hand_1"),
            root.resolve("cpu,cpuacct/drover/hand_1"));
    assertThat(read(root.resolve("memory/own/drover/hand_1/memory.limit_in_bytes")))
        .isEqualTo("2147483648");
    assertThat(read(root.resolve("pids/drover/hand_1/pids.max"))).isEqualTo("512");
  }

  @Test
  void withoutControllersThereAreOnlyProcessLimits() throws Exception {
    file("unified/cgroup.controllers", "hugetlb\n");
    var cgroups = Cgroups.find(root, "0::/\n");
    assertThat(cgroups.level()).isEqualTo(Cgroups.Level.RLIMITS);
    assertThat(cgroups.create("hand_1", Limits.DEFAULT).directories()).isEmpty();
  }

  @Test
  void removingWhatIsGoneIsFine() throws Exception {
    file("cgroup.controllers", "memory pids\n");
    var cgroups = Cgroups.find(root, "0::/\n");
    var group = cgroups.create("hand_1", Limits.DEFAULT);
    Tree.remove(group.directories().getFirst());
    assertThat(Cgroups.remove(group)).isTrue();
  }

  @Test
  void temporaryDirectoriesNeverGetMoreThanHalfTheMemory() {
    var small = Limits.DEFAULT.withMemory(128 << 20);
    assertThat(small.tmp() + small.home() + small.shm()).isBetween(50L << 20, 64L << 20);
    assertThat(Limits.DEFAULT.tmp()).isEqualTo(512L << 20);
  }

  @Test
  void emptyGroupsOfLongAgoAreRemoved() throws Exception {
    file("unit/cgroup.controllers", "memory pids\n");
    file("unit/cgroup.procs", "");
    var cgroups = Cgroups.find(root, "0::/unit\n");
    var now = Instant.now();
    group("hand_new", now);
    group("hand_old", now.minusSeconds(7_200));
    group("other_old", now.minusSeconds(7_200));
    file("unit/drover/hand_busy/cgroup.procs", "1\n");
    group("hand_busy", now.minusSeconds(7_200));
    cgroups.sweep(now.minusSeconds(3_600));
    assertThat(root.resolve("unit/drover").toFile().list())
        .contains("hand_new", "hand_busy", "other_old")
        .doesNotContain("hand_old");
  }

  private void group(String name, Instant made) throws IOException {
    var directory = Files.createDirectories(root.resolve("unit/drover").resolve(name));
    Files.setLastModifiedTime(directory, FileTime.from(made));
  }
}
