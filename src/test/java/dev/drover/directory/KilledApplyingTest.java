package dev.drover.directory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.testing.ChildJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A process that applies changes to many directories at once is killed while each of them is at
/// another step.
@Timeout(60)
@Tag("sandbox")
final class KilledApplyingTest {
  @TempDir private Path home;

  @Test
  void afterSigkillAtAnyStepEveryDirectoryIsAsItWas() throws Exception {
    var steps = steps();
    assertThat(steps).hasSizeGreaterThan(20);
    for (int i = 0; i < steps.size(); i++) {
      ApplyingTest.fill(Files.createDirectory(root(home, i)));
    }
    var before = Directories.snapshot(root(home, 0));
    kill(steps);
    for (int i = 0; i < steps.size(); i++) {
      var step = steps.get(i);
      var root = root(home, i);
      boolean begun = !List.of("checked", "removed").contains(step);
      assertThat(Files.exists(root.resolve(ApplyJournal.NAME))).as(step).isEqualTo(begun);
      assertThat(Applying.recover(root).orElse(List.of())).as(step).isEmpty();
      var after = Directories.snapshot(root);
      if (step.equals("done") || step.equals("removed")) {
        ApplyingTest.applied(after);
      } else {
        assertThat(after).as(step).isEqualTo(before);
      }
    }
  }

  private static Path root(Path home, int i) {
    return home.resolve("root-" + i);
  }

  private List<String> steps() throws Exception {
    var steps = new ArrayList<String>();
    var root = Files.createDirectory(home.resolve("whole"));
    ApplyingTest.fill(root);
    new Applying(root, () -> false, steps::add).apply(changes(root));
    return steps;
  }

  private static List<Change> changes(Path root) throws IOException, InterruptedException {
    var scratch = Files.createDirectory(Path.of(root + "-scratch"));
    return new ReturnedTree(Directories.sent(root), scratch, 1 << 20)
        .compare(Directories.archive(ApplyingTest.TREE))
        .changes();
  }

  private void kill(List<String> steps) throws IOException, InterruptedException {
    var command = ChildJvm.command();
    command.addAll(List.of(Child.class.getName(), home.toString()));
    command.addAll(steps);
    var process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try (var out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      assertThat(out.readLine()).isEqualTo("every directory is at its step");
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  /// The process that is killed.
  static final class Child {
    private Child() {}

    /// @param arguments the home directory, and the step of each directory
    public static void main(String[] arguments) throws Exception {
      Thread.setDefaultUncaughtExceptionHandler(
          (_, e) -> {
            e.printStackTrace();
            Runtime.getRuntime().halt(1);
          });
      for (int i = 0; i < arguments.length - 1; i++) {
        var root = root(Path.of(arguments[0]), i);
        var step = arguments[i + 1];
        var changes = changes(root);
        var there = new CountDownLatch(1);
        Thread.ofPlatform().start(() -> apply(root, changes, step, there));
        there.await(); // one at a time, as a command applies them
      }
      System.out.println("every directory is at its step");
      new CountDownLatch(1).await();
    }

    private static void apply(Path root, List<Change> changes, String step, CountDownLatch there) {
      try {
        new Applying(root, () -> false, at -> stopAt(at, step, there)).apply(changes);
      } catch (NotApplied | IOException e) {
        throw new IllegalStateException(e);
      }
    }

    private static void stopAt(String at, String step, CountDownLatch there) {
      if (at.equals(step)) {
        there.countDown();
        try {
          new CountDownLatch(1).await();
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
      }
    }
  }
}
