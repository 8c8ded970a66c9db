package dev.drover.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.pax.PaxStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("sandbox")
final class ApplyingTest {
  /// The end of the process at a step.
  private static final class Killed extends Error {
    private static final long serialVersionUID = 1;
  }

  static final PaxStream.Item[] TREE = {
    Directories.file("a", "ONE", 0755),
    Directories.file("dir/new/deep", "deep"),
    Directories.file("was-file/x", "x"),
    Directories.link("to-link", "a"),
    Directories.file("sub/b", "two"),
    Directories.file("from-link", "file")
  };

  @TempDir private Path home;
  private Path root;
  private Path scratch;

  @BeforeEach
  void write() throws IOException {
    root = Files.createDirectory(home.resolve("root"));
    scratch = Files.createDirectory(home.resolve("scratch"));
    fill(root);
  }

  static void fill(Path root) throws IOException {
    Directories.write(root, "a", "one");
    Files.setPosixFilePermissions(root.resolve("a"), PosixFilePermissions.fromString("rw-r-----"));
    Directories.write(root, "sub/b", "two");
    Directories.write(root, "sub/gone", "gone");
    Directories.write(root, "was-file", "file");
    Directories.write(root, "to-link", "file");
    Directories.write(root, "node_modules/kept", "kept");
    Files.createSymbolicLink(root.resolve("from-link"), Path.of("a"));
  }

  private void empty() throws IOException {
    try (var paths = Files.walk(root)) {
      for (var path : paths.sorted(java.util.Comparator.reverseOrder()).toList()) {
        if (!path.equals(root)) {
          Files.delete(path);
        }
      }
    }
  }

  private List<Change> changes(PaxStream.Item... items) throws IOException, InterruptedException {
    return new ReturnedTree(Directories.sent(root), scratch, 1 << 20)
        .compare(Directories.archive(items))
        .changes();
  }

  static void applied(Map<String, String> snapshot) {
    assertThat(snapshot)
        .containsEntry("a", "rwxr-x--- ONE")
        .containsEntry("dir/new/deep", "rw-r--r-- deep")
        .containsEntry("was-file/x", "rw-r--r-- x")
        .containsEntry("to-link", "link a")
        .containsEntry("from-link", "rw-r--r-- file")
        .containsEntry("node_modules/kept", "rw-r--r-- kept")
        .doesNotContainKeys("sub/gone", ApplyJournal.NAME);
  }

  @Test
  void allChangesAreAppliedAndPermissionsAreKept() throws Exception {
    new Applying(root, () -> false).apply(changes(TREE));
    applied(Directories.snapshot(root));
  }

  private List<String> steps() throws Exception {
    var steps = new ArrayList<String>();
    new Applying(root, () -> false, steps::add).apply(changes(TREE));
    empty();
    fill(root);
    return steps;
  }

  @Test
  void afterTheProcessIsKilledAtAnyStepTheNextOneUndoesIt() throws Exception {
    var steps = steps();
    assertThat(steps).hasSizeGreaterThan(20);
    var before = Directories.snapshot(root);
    var changes = changes(TREE);
    for (var step : steps) {
      assertThatThrownBy(() -> new Applying(root, () -> false, kill(step)).apply(changes))
          .isInstanceOf(Killed.class);
      var kept = Applying.recover(root);
      if (step.equals("done") || step.equals("removed")) {
        applied(Directories.snapshot(root));
        empty();
        fill(root);
      } else {
        assertThat(kept.orElse(List.of())).isEmpty();
        assertThat(Directories.snapshot(root)).as("killed at %s", step).isEqualTo(before);
      }
    }
  }

  private static java.util.function.Consumer<String> kill(String step) {
    return at -> {
      if (at.equals(step)) {
        throw new Killed();
      }
    };
  }

  @Test
  void anUndoThatIsItselfKilledIsBegunAgain() throws Exception {
    var before = Directories.snapshot(root);
    var changes = changes(TREE);
    var last = steps().stream().filter(step -> step.startsWith("placed")).toList().getLast();
    assertThatThrownBy(() -> new Applying(root, () -> false, kill(last)).apply(changes))
        .isInstanceOf(Killed.class);
    // what an undo that was killed leaves: some steps undone, the plan as it was
    try (var journal = ApplyJournal.find(root).orElseThrow();
        var tree = new OpenTree(root)) {
      var all = journal.steps();
      var some = new ArrayList<ApplyStep>();
      for (int i = 0; i < all.size(); i++) {
        some.add(i < all.size() / 2 ? ApplyStep.directory(".none" + i) : all.get(i));
      }
      new ApplyUndo(tree, journal).undo(some);
    }
    assertThat(Applying.recover(root)).contains(List.of());
    assertThat(Directories.snapshot(root)).isEqualTo(before);
  }

  @Test
  void cancelledAtAnyStepItLeavesTheDirectoryAsItWas() throws Exception {
    var steps = steps();
    var before = Directories.snapshot(root);
    var changes = changes(TREE);
    for (var step : steps.subList(0, steps.size() - 3)) {
      var cancelled = new AtomicBoolean();
      var applying =
          new Applying(
              root,
              cancelled::get,
              at -> {
                if (at.equals(step)) {
                  cancelled.set(true);
                }
              });
      assertThatExceptionOfType(NotApplied.class)
          .isThrownBy(() -> applying.apply(changes))
          .satisfies(e -> assertThat(e.conflicts()).isEmpty());
      assertThat(Directories.snapshot(root)).as("cancelled at %s", step).isEqualTo(before);
    }
  }

  @Test
  void everyConflictIsListedAndNothingIsWritten() throws Exception {
    var changes = changes(TREE);
    Directories.write(root, "a", "mine");
    Files.delete(root.resolve("sub/gone"));
    Directories.write(root, "dir/new/deep", "mine");
    Files.delete(root.resolve("to-link"));
    Files.createDirectory(root.resolve("to-link"));
    var before = Directories.snapshot(root);
    assertThatExceptionOfType(NotApplied.class)
        .isThrownBy(() -> new Applying(root, () -> false).apply(changes))
        .satisfies(
            e ->
                assertThat(e.conflicts())
                    .containsExactlyInAnyOrder(
                        new Conflict("a", "changed here meanwhile"),
                        new Conflict("sub/gone", "was deleted here meanwhile"),
                        new Conflict("dir/new/deep", "exists here meanwhile"),
                        new Conflict("to-link", "changed here meanwhile")));
    assertThat(Directories.snapshot(root)).isEqualTo(before);
  }

  @Test
  void aLinkOnTheWayIsNeverFollowed() throws Exception {
    var changes = changes(TREE);
    var outside = Files.createDirectory(home.resolve("outside"));
    Files.createSymbolicLink(root.resolve("dir"), outside);
    assertThatExceptionOfType(NotApplied.class)
        .isThrownBy(() -> new Applying(root, () -> false).apply(changes))
        .satisfies(
            e ->
                assertThat(e.conflicts())
                    .containsExactly(new Conflict("dir/new/deep", "is behind a link here")));
    assertThat(outside).isEmptyDirectory();
  }

  /// At each step, another process changes what is about to be replaced.
  @Test
  void whatOthersWriteDuringTheApplicationIsKept() throws Exception {
    var steps = steps();
    var changes = changes(TREE);
    var outside = Files.createDirectory(home.resolve("outside"));
    for (var step : steps) {
      if (!step.startsWith("prepared") && !step.equals("planned")) {
        continue;
      }
      for (var other : List.of("a", "sub/gone", "to-link", "dir", "from-link")) {
        var applying =
            new Applying(
                root,
                () -> false,
                at -> {
                  if (at.equals(step)) {
                    disturb(root.resolve(other), outside);
                  }
                });
        assertThatExceptionOfType(Exception.class).isThrownBy(() -> applying.apply(changes));
        assertThat(root.resolve(other)).as("%s at %s", other, step).isSymbolicLink();
        assertThat(outside).isEmptyDirectory();
        assertThat(root.resolve(ApplyJournal.NAME)).doesNotExist();
        Files.delete(root.resolve(other));
        assertThat(root.resolve("sub/b")).hasContent("two");
        empty();
        fill(root);
      }
    }
  }

  private static void disturb(Path path, Path outside) {
    try {
      Files.deleteIfExists(path);
      Files.createSymbolicLink(path, outside);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void aFileThatIsSavedAfterACrashIsKeptBesideTheEarlierOne() throws Exception {
    var changes = changes(TREE);
    assertThatThrownBy(
            () -> new Applying(root, () -> false, kill("placed " + index(changes))).apply(changes))
        .isInstanceOf(Killed.class);
    Directories.write(root, "a", "saved since");
    assertThat(Applying.recover(root))
        .contains(
            List.of(
                new Conflict(
                    "a", "changed here meanwhile; its earlier content is in a.before-drover")));
    assertThat(root.resolve("a")).hasContent("saved since");
    assertThat(root.resolve("a.before-drover")).hasContent("one");
    assertThat(root.resolve("sub/gone")).hasContent("gone");
  }

  /// The last step, so that all others were carried out.
  private int index(List<Change> changes) throws Exception {
    try (var tree = new OpenTree(root)) {
      return new ApplyCheck(tree, changes).steps().size() - 1;
    }
  }

  @Test
  void contentsAreComparedOnceMoreBeforeTheyArePut() throws Exception {
    var changes = changes(TREE);
    var content = changes.stream().filter(one -> one.path().equals("a")).findFirst().orElseThrow();
    Files.writeString(content.content().orElseThrow(), "not what was compared");
    var before = Directories.snapshot(root);
    assertThatExceptionOfType(NotApplied.class)
        .isThrownBy(() -> new Applying(root, () -> false).apply(changes))
        .satisfies(
            e ->
                assertThat(e.conflicts())
                    .containsExactly(new Conflict("a", "has lost its new content")));
    assertThat(Directories.snapshot(root)).isEqualTo(before);
  }

  @Test
  void twoProcessesDoNotApplyAtOnce() throws Exception {
    var changes = changes(TREE);
    var seen = new AtomicInteger();
    new Applying(
            root,
            () -> false,
            at -> {
              if (at.equals("planned")) {
                assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> Applying.recover(root))
                    .withMessage("another drover is applying changes to this directory");
                seen.incrementAndGet();
              }
            })
        .apply(changes);
    assertThat(seen).hasValue(1);
    applied(Directories.snapshot(root));
  }
}
