package dev.drover.hands;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Scope;
import dev.drover.hands.HandFiles.Expected;
import dev.drover.hands.HandFiles.Refused;
import dev.drover.hands.HandFiles.Why;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The operations on files through a hand, with an agent that does what it can against them.
public abstract class HandFilesContract extends SandboxContract {
  private static final long MB = 1 << 20;

  private HandFiles files() {
    return sandbox().files().orElseThrow();
  }

  private static HandPath path(String text) {
    return HandPath.of(text);
  }

  private HandTree tree() throws Exception {
    return files().tree(HandRoot.OUTPUTS, Optional.empty()).orElseThrow();
  }

  private static FileStamp stamp(Map<String, HandTree.Entry> entries, String path) {
    return Objects.requireNonNull(entries.get(path), path).stamp();
  }

  private Map<String, HandTree.Entry> entries() throws Exception {
    return tree().entries().stream()
        .collect(Collectors.toMap(entry -> entry.path().shown(), Function.identity()));
  }

  private String get(String path) throws Exception {
    try (var content = files().get(HandRoot.OUTPUTS, path(path), Optional.empty(), 64 * MB)) {
      return new String(content.readAllBytes(), UTF_8);
    }
  }

  private static void isRefused(Why why, ThrowingCallable it) {
    assertThatThrownBy(it)
        .isInstanceOfSatisfying(Refused.class, refused -> assertThat(refused.why()).isEqualTo(why));
  }

  private FileStamp put(String path, String content, Expected expected) throws Exception {
    var bytes = content.getBytes(UTF_8);
    var in = new ByteArrayInputStream(bytes);
    return files().put(HandRoot.OUTPUTS, path(path), 0644, in, bytes.length, expected);
  }

  private void remove(String path, Expected expected) throws Exception {
    files().remove(HandRoot.OUTPUTS, path(path), expected);
  }

  private static Expected content(String text) throws Exception {
    var digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
    return Expected.content(HexFormat.of().formatHex(digest));
  }

  @Test
  void aTreeHasEveryEntryAndIsNotRepeatedWhileNothingChanges() throws Exception {
    assertThat(tree().entries()).isEmpty();
    bash(
        "cd /mnt/session/outputs; mkdir -p a/b; echo one > a/b/one; ln -s /etc/passwd link; mkfifo"
            + " fifo; echo -n > $'odd\\xff\\n"
            + " name'; echo > .drover-7-0; echo > .drover-7-gone; echo > .drover-notes");
    var tree = tree();
    assertThat(tree.isCut()).isFalse();
    var entries = entries();
    assertThat(entries)
        .containsOnlyKeys("a", "a/b", "a/b/one", "link", "fifo", "odd%ff\n name", ".drover-notes");
    assertThat(stamp(entries, "a/b/one"))
        .matches(FileStamp::isFile)
        .matches(stamp -> stamp.size() == 4 && stamp.links() == 1);
    assertThat(stamp(entries, "a").isDirectory()).isTrue();
    assertThat(stamp(entries, "link")).matches(s -> !s.isFile() && !s.isDirectory());
    assertThat(files().tree(HandRoot.OUTPUTS, Optional.of(tree.cookie()))).isEmpty();
    for (var change :
        List.of("echo two > a/b/one", "chmod 755 a/b/one", "mv fifo f", "touch x", "rm -r a")) {
      var before = tree().cookie();
      bash("cd /mnt/session/outputs; " + change);
      assertThat(files().tree(HandRoot.OUTPUTS, Optional.of(before))).as(change).isPresent();
    }
  }

  @Test
  void theRootsAreThoseOfTheSession() throws Exception {
    bash("echo w > /workspace/w; echo o > /mnt/session/outputs/o");
    var workspace = files().tree(HandRoot.WORKSPACE, Optional.empty()).orElseThrow();
    assertThat(workspace.entries()).extracting(one -> one.path().shown()).containsExactly("w");
    assertThat(files().tree(HandRoot.TOOL_OUTPUTS, Optional.empty())).isPresent();
    for (var name : List.of("", "etc", "/etc", "..", "memory/none", "memory/../workspace")) {
      isRefused(Why.MISSING, () -> files().tree(new HandRoot(name), Optional.empty()));
    }
  }

  @Test
  void manyFilesAndDeepDirectoriesAreListedWithinLimits() throws Exception {
    // More than 1,000 deep, the hand stops the command.
    bash(
        "cd /mnt/session/outputs; mkdir many; cd many; seq 20000 | xargs touch; cd ..;"
            + " perl -e 'for (1..500) { mkdir \"d\" or die; chdir \"d\" or die }'");
    var tree = tree();
    assertThat(tree.entries()).hasSizeGreaterThan(20_000).hasSizeLessThan(20_200);
    assertThat(tree.entries()).filteredOn(HandTree.Entry::isClosed).hasSize(1);
    assertThat(files().tree(HandRoot.OUTPUTS, Optional.of(tree.cookie()))).isEmpty();
  }

  @Test
  void aFileIsReadAsItIs() throws Exception {
    bash("cd /mnt/session/outputs; seq 3000000 > big; sha256sum < big > sum; : > empty");
    var digest = MessageDigest.getInstance("SHA-256");
    var big = stamp(entries(), "big");
    try (var content = files().get(HandRoot.OUTPUTS, path("big"), Optional.of(big), 64 * MB)) {
      assertThat(content.stamp()).isEqualTo(big);
      content.transferTo(new DigestOutputStream(OutputStream.nullOutputStream(), digest));
    }
    assertThat(get("sum")).startsWith(HexFormat.of().formatHex(digest.digest()));
    assertThat(get("empty")).isEmpty();
  }

  @Test
  void aReaderThatPausesDelaysNothingElse() throws Exception {
    bash("cd /mnt/session/outputs; head -c 20000000 /dev/zero > big");
    try (var content = files().get(HandRoot.OUTPUTS, path("big"), Optional.empty(), 64 * MB)) {
      assertThat(content.read()).isZero();
      for (int i = 0; i < 3; i++) {
        assertThat(bash("echo alive")).isEqualTo("alive");
        assertThat(tree().entries()).hasSize(1);
      }
      assertThat(content.readAllBytes()).hasSize(19_999_999);
    }
  }

  @Test
  void aStreamThatIsClosedEarlyEndsInTheHandToo() throws Exception {
    bash("cd /mnt/session/outputs; head -c 20000000 /dev/zero > big");
    for (int i = 0; i < 40; i++) {
      files().get(HandRoot.OUTPUTS, path("big"), Optional.empty(), 64 * MB).close();
    }
    assertThat(get("big")).hasSize(20_000_000);
    assertThat(bash("ls /proc | grep -c '^[0-9]'").strip()).isIn("3", "4", "5");
  }

  @ParameterizedTest
  @CsvSource({
    "fifo, UNFIT",
    "socket, UNFIT",
    "zero, UNFIT",
    "passwd, UNFIT",
    "away/passwd, UNFIT",
    "directory, UNFIT",
    "closed, DENIED",
    "locked/file, DENIED",
    "none, MISSING",
    "directory/none, MISSING",
    "sparse, TOO_LARGE",
    "../workspace/secret, FAILED",
    "/etc/passwd, FAILED",
    "directory/../plain, FAILED",
    "'', FAILED",
    "a//b, FAILED",
    "./plain, FAILED",
  })
  void whatIsNoFileOfTheSessionIsRefused(String name, Why why) throws Exception {
    bash(
        "echo secret > /workspace/secret; cd /mnt/session/outputs; mkfifo fifo; echo > plain;"
            + " perl -MIO::Socket::UNIX -e 'IO::Socket::UNIX->new(Local => \"socket\", Listen =>"
            + " 1)'; ln -s /dev/zero zero; ln -s /etc/passwd passwd; ln -s /etc away; mkdir"
            + " directory locked; echo > closed; chmod 0 closed; echo > locked/file; chmod 0"
            + " locked; truncate -s 70M sparse");
    isRefused(why, () -> get(name));
    bash("chmod 700 /mnt/session/outputs/locked");
  }

  @Test
  void aFileThatChangesWhileItIsReadIsNotReadToItsEnd() throws Exception {
    bash("cd /mnt/session/outputs; head -c 20000000 /dev/zero > big; echo a > small");
    try (var content = files().get(HandRoot.OUTPUTS, path("big"), Optional.empty(), 64 * MB)) {
      assertThat(content.read()).isZero();
      bash("echo more >> /mnt/session/outputs/big");
      isRefused(Why.DIFFERENT, content::readAllBytes);
    }
    try (var content = files().get(HandRoot.OUTPUTS, path("big"), Optional.empty(), 64 * MB)) {
      assertThat(content.read()).isZero();
      bash("truncate -s 10000000 /mnt/session/outputs/big");
      isRefused(Why.DIFFERENT, content::readAllBytes);
    }
    var small = stamp(entries(), "small");
    bash("cd /mnt/session/outputs; echo b > other; mv other small");
    isRefused(
        Why.DIFFERENT, () -> files().get(HandRoot.OUTPUTS, path("small"), Optional.of(small), MB));
  }

  @Test
  void manyFilesAreReadInOneOperationAndARefusedOneLeavesTheOthers() throws Exception {
    bash(
        "cd /mnt/session/outputs; mkdir d; for i in $(seq 100); do echo $i > d/$i; done; head -c"
            + " 3000000 /dev/zero > big; : > empty; truncate -s 70M large; echo > closed; chmod 0"
            + " closed; mkfifo fifo; ln -s /etc/passwd link; echo a > changed; echo > gone");
    var entries = entries();
    var wanted = new ArrayList<HandTree.Entry>();
    for (int i = 1; i <= 100; i++) {
      wanted.add(Objects.requireNonNull(entries.get("d/" + i)));
    }
    var odd = List.of("large", "closed", "fifo", "link", "changed", "gone", "empty", "big", "d/7");
    odd.forEach(name -> wanted.add(Objects.requireNonNull(entries.get(name))));
    wanted.add(new HandTree.Entry(path("../workspace/x"), stamp(entries, "empty"), false));
    wanted.add(Objects.requireNonNull(entries.get("d/9")));
    bash("cd /mnt/session/outputs; echo b > other; mv other changed; rm gone");
    var seen = new ArrayList<String>();
    try (var contents = files().getAll(HandRoot.OUTPUTS, wanted, 64 * MB)) {
      for (var one : wanted) {
        try (var content = contents.next()) {
          assertThat(content.stamp()).isEqualTo(one.stamp());
          var bytes = content.readAllBytes();
          seen.add(bytes.length > 9 ? "long" : new String(bytes, UTF_8).strip());
        } catch (Refused refused) {
          seen.add(refused.why().toString());
        }
      }
    }
    assertThat(seen.subList(0, 100))
        .isEqualTo(IntStream.rangeClosed(1, 100).mapToObj(Integer::toString).toList());
    assertThat(seen.subList(100, seen.size()))
        .containsExactly(
            "TOO_LARGE",
            "DENIED",
            "UNFIT",
            "UNFIT",
            "DIFFERENT",
            "MISSING",
            "",
            "long",
            "7",
            "FAILED",
            "9");
  }

  @Test
  void whatIsNotReadOfManyFilesIsSkipped() throws Exception {
    bash(
        "cd /mnt/session/outputs; head -c 3000000 /dev/zero > a; head -c 3000000 /dev/zero > b;"
            + " echo end > c");
    var entries = entries();
    var wanted =
        List.of("a", "b", "c").stream()
            .map(name -> Objects.requireNonNull(entries.get(name)))
            .toList();
    try (var contents = files().getAll(HandRoot.OUTPUTS, wanted, 64 * MB)) {
      assertThat(contents.next().read()).isZero();
      contents.next();
      assertThat(new String(contents.next().readAllBytes(), UTF_8)).isEqualTo("end\n");
      assertThatThrownBy(contents::next).isInstanceOf(IOException.class);
    }
    for (int i = 0; i < 40; i++) {
      files().getAll(HandRoot.OUTPUTS, wanted, 64 * MB).close();
    }
    assertThat(get("c")).isEqualTo("end\n");
    var nowhere = new HandRoot("nowhere");
    try (var contents = files().getAll(nowhere, wanted, 64 * MB)) {
      isRefused(Why.MISSING, contents::next);
    }
  }

  @Test
  void aFileThatIsSwappedForALinkAllTheTimeNeverLeaksWhatTheLinkNames() throws Exception {
    bash(
        "echo inside > /tmp/file; cd /mnt/session/outputs; mkdir d; cp /tmp/file d/passwd;"
            + " perl -e 'while (1) { symlink \"/etc/passwd\", \"t\"; rename \"t\", \"f\"; link"
            + " \"d/passwd\", \"t\"; rename \"t\", \"f\"; rename \"d\", \"e\"; symlink \"/etc\","
            + " \"d\"; unlink \"d\"; rename \"e\", \"d\" }' > /dev/null 2>&1 &");
    int read = 0;
    for (int i = 0; i < 2_000; i++) {
      try {
        assertThat(get(i % 2 == 0 ? "f" : "d/passwd")).isEqualTo("inside\n");
        read++;
      } catch (Refused refused) {
        assertThat(refused.why()).isIn(Why.UNFIT, Why.DIFFERENT, Why.MISSING);
      }
      if (i % 50 == 0) {
        assertThat(tree().entries()).allMatch(one -> !one.path().shown().contains("shadow"));
      }
    }
    assertThat(read).isPositive();
    bash("pkill perl || kill %1");
  }

  @Test
  void aFileIsPutOnlyWhereItIsExpected() throws Exception {
    var stamp = put("a/b/new", "one", Expected.NOTHING);
    assertThat(stamp.isFile()).isTrue();
    assertThat(stamp(entries(), "a/b/new").inode()).isEqualTo(stamp.inode());
    assertThat(get("a/b/new")).isEqualTo("one");
    isRefused(Why.DIFFERENT, () -> put("a/b/new", "two", Expected.NOTHING));
    isRefused(Why.DIFFERENT, () -> put("a/b/new", "two", content("other")));
    assertThat(get("a/b/new")).isEqualTo("one");
    put("a/b/new", "two", content("one"));
    assertThat(get("a/b/new")).isEqualTo("two");
    put("a/b/new", "three", Expected.ANYTHING);
    assertThat(get("a/b/new")).isEqualTo("three");
    isRefused(Why.DIFFERENT, () -> put("a/gone", "x", content("one")));
    isRefused(Why.DIFFERENT, () -> put("a/b", "x", content("one")));
    isRefused(Why.DIFFERENT, () -> put("a/b", "x", Expected.NOTHING));
    bash("mkdir -p /mnt/session/outputs/e/mpty; cd /mnt/session/outputs; ln -s /tmp l");
    put("e/mpty", "file", Expected.NOTHING);
    assertThat(get("e/mpty")).isEqualTo("file");
    isRefused(Why.UNFIT, () -> put("l/x", "x", Expected.ANYTHING));
    assertThat(
            bash("cd /mnt/session/outputs; find . -name '.drover*'; stat -c %a a/b/new; ls /tmp"))
        .isEqualTo("644");
  }

  @Test
  void aContentThatEndsEarlyChangesNothing() throws Exception {
    put("file", "old", Expected.NOTHING);
    var broken =
        new InputStream() {
          @Override
          public int read() throws IOException {
            throw new IOException("broken");
          }

          @Override
          public int read(byte[] bytes, int from, int length) throws IOException {
            return read();
          }
        };
    assertThatThrownBy(
            () -> files().put(HandRoot.OUTPUTS, path("file"), 0644, broken, 100, Expected.ANYTHING))
        .hasMessageContaining("broken");
    assertThatThrownBy(
            () ->
                files()
                    .put(
                        HandRoot.OUTPUTS,
                        path("file"),
                        0644,
                        new ByteArrayInputStream(new byte[50]),
                        100,
                        Expected.ANYTHING))
        .hasMessageContaining("shorter");
    assertThat(get("file")).isEqualTo("old");
    var large = new byte[30_000_000];
    Arrays.fill(large, (byte) 'x');
    var in = new ByteArrayInputStream(large);
    files().put(HandRoot.OUTPUTS, path("file"), 0600, in, large.length, content("old"));
    assertThat(
            bash("tr -d x < /mnt/session/outputs/file | wc -c; wc -c < /mnt/session/outputs/file"))
        .isEqualTo("0\n30000000");
  }

  @Test
  void aFileIsRemovedOnlyIfItIsExpectedAndItsEmptyDirectoriesWithIt() throws Exception {
    put("a/b/c", "one", Expected.NOTHING);
    put("a/other", "two", Expected.NOTHING);
    isRefused(Why.DIFFERENT, () -> remove("a/b/c", content("two")));
    isRefused(Why.UNFIT, () -> remove("a/b", Expected.ANYTHING));
    isRefused(Why.MISSING, () -> remove("a/none", Expected.ANYTHING));
    assertThat(get("a/b/c")).isEqualTo("one");
    remove("a/b/c", content("one"));
    assertThat(entries()).containsOnlyKeys("a", "a/other");
    bash("cd /mnt/session/outputs; ln -s /etc/passwd a/link");
    remove("a/link", Expected.ANYTHING);
    remove("a/other", Expected.ANYTHING);
    assertThat(entries()).isEmpty();
  }

  /// The agent replaces the file all the time, each time with a larger number; none may be lost to
  /// a put that expects an older one.
  @Test
  void whatTheAgentWritesMeanwhileIsNeverLost() throws Exception {
    bash(
        "cd /mnt/session/outputs; echo 0 > f; perl -e 'for (my $i = 1; ; $i++) { open F, \">\","
            + " \"t\"; print F \"$i\\n\"; close F; rename \"t\", \"f\"; select undef, undef, undef,"
            + " 0.001 }' > /dev/null 2>&1 &");
    int last = 0;
    int puts = 0;
    for (int i = 0; i < 300 || puts == 0; i++) {
      String seen;
      try {
        seen = get("f");
      } catch (Refused refused) {
        assertThat(refused.why()).isEqualTo(Why.DIFFERENT);
        continue;
      }
      int number = Integer.parseInt(seen.strip());
      if (number < 0) {
        continue; // ours
      }
      assertThat(number).isGreaterThanOrEqualTo(last);
      last = number;
      try {
        put("f", -number + "\n", content(seen));
        puts++;
      } catch (Refused refused) {
        assertThat(refused.why()).isEqualTo(Why.DIFFERENT);
      }
    }
    bash("pkill perl || kill %1");
  }

  @Test
  void anInterruptedOperationEndsAndFreesItsPlace() throws Exception {
    bash("cd /mnt/session/outputs; head -c 20000000 /dev/zero > big");
    for (int i = 0; i < 20; i++) {
      try (var scope = new Scope()) {
        scope.fork(
            () -> {
              var in = new BlockingContent();
              return files().put(HandRoot.OUTPUTS, path("never"), 0644, in, 100, Expected.ANYTHING);
            });
      }
    }
    assertThat(get("big")).hasSize(20_000_000);
    assertThat(entries()).containsOnlyKeys("big");
  }

  /// Waits for ever.
  private static final class BlockingContent extends InputStream {
    @Override
    public int read() throws IOException {
      try {
        new CountDownLatch(1).await();
        return -1;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException();
      }
    }

    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
      return read();
    }
  }

  @Test
  void aHandIsAtWorkWhileAProcessLives() throws Exception {
    assertThat(files().isAtWork()).isFalse();
    bash("echo x");
    assertThat(files().isAtWork()).isFalse();
    bash("sleep 1000 > /dev/null 2>&1 &");
    assertThat(files().isAtWork()).isTrue();
    bash("kill %1; wait");
    await().until(() -> !files().isAtWork());
  }

  @Test
  void aStoppedCommandTakesNoOperationAlong() throws Exception {
    bash("cd /mnt/session/outputs; head -c 20000000 /dev/zero > big");
    try (var content = files().get(HandRoot.OUTPUTS, path("big"), Optional.empty(), 64 * MB)) {
      assertThat(content.read()).isZero();
      error("bash", "command", "sleep 1000", "timeout_ms", 100);
      assertThat(content.readAllBytes()).hasSize(19_999_999);
    }
  }

  @Test
  void theOperationsOfADeadHandFail() throws Exception {
    var files = files();
    sandbox().close();
    assertThatThrownBy(() -> files.tree(HandRoot.OUTPUTS, Optional.empty()))
        .isInstanceOf(IOException.class)
        .isNotInstanceOf(Refused.class);
  }
}
