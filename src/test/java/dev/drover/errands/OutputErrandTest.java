package dev.drover.errands;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Ids;
import dev.drover.base.Json;
import dev.drover.base.Pause;
import dev.drover.brain.Visit;
import dev.drover.catalog.Blob;
import dev.drover.catalog.BlobId;
import dev.drover.catalog.FileId;
import dev.drover.catalog.WorkspaceId;
import dev.drover.files.Files;
import dev.drover.files.Outputs;
import dev.drover.files.StoredFile;
import dev.drover.hands.Egress;
import dev.drover.hands.HandSpec;
import dev.drover.hands.HandTap;
import dev.drover.hands.SandboxPool;
import dev.drover.hands.ToolCall;
import dev.drover.hands.bwrap.BwrapEngine;
import dev.drover.hands.local.LocalSandboxes;
import dev.drover.hands.local.MemoryMounts;
import dev.drover.hands.local.SandboxSettings;
import dev.drover.session.EventId;
import dev.drover.session.Feed;
import dev.drover.session.Job;
import dev.drover.session.Session;
import dev.drover.store.Store;
import dev.drover.store.blobs.DirectoryBlobs;
import dev.drover.store.sqlite.SqliteStore;
import dev.drover.testing.Commands;
import dev.drover.testing.Stage;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What becomes of what agents write to their outputs: real sandboxes, a real store, and agents
/// that do what they can against it.
@Tag("sandbox")
@Tag("database")
final class OutputErrandTest {
  private static final WorkspaceId WORKSPACE = new WorkspaceId("wrkspc_01Test");
  private static final long QUOTA = 100 << 20;
  private static final OutputLimits LIMITS = new OutputLimits(1_000, 2 << 20);

  @TempDir static Path directory;

  private static final Ids IDS = new Ids(new SecureRandom());
  private static final InstantSource CLOCK = InstantSource.system();
  private static Store store;
  private static DirectoryBlobs blobs;
  private static SandboxPool hands;

  private final List<String> lines = new ArrayList<>();
  private OutputErrand errand = errand(LIMITS);
  private Session session;

  @BeforeAll
  static void open() throws Exception {
    store = SqliteStore.open(directory.resolve("drover.db"), QUOTA, new Feed(), IDS, CLOCK);
    blobs = DirectoryBlobs.open(directory.resolve("blobs"), IDS, Pause.REAL);
    var sandboxes =
        new LocalSandboxes(
            directory,
            SandboxSettings.DEFAULT,
            BwrapEngine::new,
            MemoryMounts.NONE,
            Egress.NONE,
            IDS,
            Pause.REAL,
            CLOCK);
    hands = new SandboxPool(sandboxes, HandTap.NONE, 20, Duration.ofMinutes(15));
  }

  @AfterAll
  static void close() {
    for (var session : hands.kept()) {
      hands.discard(session);
    }
    hands.close();
    blobs.close();
    store.close();
  }

  private OutputErrand errand(OutputLimits limits) {
    return errand(limits, store.outputs());
  }

  private OutputErrand errand(OutputLimits limits, Outputs outputs) {
    return new OutputErrand(
        new OutputCollector(outputs, blobs, limits, IDS, CLOCK), hands, store.jobs());
  }

  @BeforeEach
  void session() {
    session = Stage.session(IDS, WORKSPACE, List.of());
    store.sessions().create(session, List.of());
  }

  private interface Use {
    void of(Visit visit) throws Exception;
  }

  private void visit(Use use) throws Exception {
    try (var grip = hands.provision(HandSpec.workspace(session.id()))) {
      use.of(new Visit(WORKSPACE, session.primary(), grip));
    }
  }

  /// A call with its errands, but no rest after it.
  private void call(String command) throws Exception {
    visit(
        visit -> {
          errand.before(visit);
          var call = inOutputs(command);
          var result = visit.grip().execute(call);
          assertThat(result.isError()).as(result.text()).isFalse();
          lines.addAll(errand.after(visit, call));
        });
  }

  private static ToolCall inOutputs(String command) {
    return bash("cd /mnt/session/outputs; " + command);
  }

  private void rest() throws Exception {
    visit(errand::atRest);
  }

  /// The rest after a command that has killed processes, which end when they end.
  private void restUntilCollected() {
    await()
        .until(
            () -> {
              rest();
              return !isOwed();
            });
  }

  /// A turn with one command, and the rest after it.
  private void turn(String command) throws Exception {
    call(command);
    rest();
    lines.addAll(errand.awaitLines(session.id()));
  }

  private List<StoredFile> files() {
    var all = new ArrayList<StoredFile>();
    var page = Optional.<String>empty();
    do {
      var found =
          store.files().list(WORKSPACE, new Files.Listing(100, page, Optional.of(session.id())));
      all.addAll(found.items());
      page = found.next();
    } while (page.isPresent());
    return all;
  }

  private Set<String> paths() {
    return files().stream()
        .map(file -> file.outputPath().orElseThrow())
        .collect(Collectors.toSet());
  }

  private StoredFile file(String path) {
    return files().stream()
        .filter(file -> file.outputPath().equals(Optional.of(path)))
        .findFirst()
        .orElseThrow();
  }

  private static String content(StoredFile file) throws Exception {
    try (var in = blobs.get(file.blob().orElseThrow()).orElseThrow()) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }

  private boolean isOwed() {
    return store.outputs().owed().contains(session.id());
  }

  @Test
  void whatAnAgentWritesIsAFileOfItsSession() throws Exception {
    turn("mkdir -p charts; echo a,b > report.csv; echo png > 'charts/a chart.png'; : > empty");
    assertThat(paths()).containsExactlyInAnyOrder("report.csv", "charts/a chart.png", "empty");
    var chart = file("charts/a chart.png");
    assertThat(chart.filename()).isEqualTo("a chart.png");
    assertThat(chart.mimeType()).isEqualTo("image/png");
    assertThat(chart.scope()).contains(session.id());
    assertThat(chart.size()).isEqualTo(4);
    assertThat(content(chart)).isEqualTo("png\n");
    assertThat(lines).isEmpty();
    assertThat(isOwed()).isFalse();
    var before = files();
    turn("cat report.csv; touch -r empty new; rm new");
    assertThat(files()).isEqualTo(before);
  }

  @Test
  void aNewContentReplacesTheFileOfItsPath() throws Exception {
    turn("echo one > f");
    var first = file("f");
    turn("echo two > f");
    assertThat(content(file("f"))).isEqualTo("two\n");
    assertThat(files()).hasSize(1);
    assertThat(content(store.files().get(WORKSPACE, first.id()))).isEqualTo("one\n");
    var second = file("f");
    turn("touch f; echo two > f"); // another state, the same content
    assertThat(file("f")).isEqualTo(second);
    turn("rm f");
    assertThat(file("f")).isEqualTo(second);
  }

  @Test
  void aFileThatAClientDeletedComesBackOnlyWithANewContent() throws Exception {
    turn("echo one > f");
    store.files().delete(WORKSPACE, file("f").id());
    turn("touch f");
    errand = errand(LIMITS); // another server
    turn("echo one > f");
    assertThat(files()).isEmpty();
    turn("echo two > f");
    assertThat(content(file("f"))).isEqualTo("two\n");
  }

  @Test
  void whatIsNoFileIsNotKeptAndTheModelIsToldOnce() throws Exception {
    turn(
        "mkfifo fifo; ln -s /etc/passwd link; mkdir locked; echo x > locked/x; chmod 0 locked; echo"
            + " x > closed; chmod 0 closed; truncate -s 3M large; echo ok > ok;"
            + " for type in b c; do mknod device $type 1 3 2>&1 && echo made; done;"
            + " perl -MIO::Socket::UNIX -e 'IO::Socket::UNIX->new(Local => \"sock\", Listen =>"
            + " 1)'");
    assertThat(paths()).containsExactly("ok");
    assertThat(lines)
        .containsExactlyInAnyOrder(
            "outputs: fifo was not kept: it is not a regular file",
            "outputs: link was not kept: it is not a regular file",
            "outputs: sock was not kept: it is not a regular file",
            "outputs: locked was not kept: the directory cannot be read, or is nested too deeply",
            "outputs: closed was not kept: it cannot be read; its mode is 000",
            "outputs: large was not kept: 3,145,728 bytes, the limit is 2,097,152 bytes");
    assertThat(isOwed()).isFalse();
    lines.clear();
    turn("echo more > more; chmod 700 locked");
    assertThat(lines).isEmpty();
    assertThat(paths()).containsExactlyInAnyOrder("ok", "more", "locked/x");
  }

  @Test
  void oddNamesAreMadeFitAndPathsStayDistinct() throws Exception {
    turn(
        "echo 1 > $'a\\xffb'; echo 2 > 'a%ffb'; echo 3 > 'a:b?'; echo 4 > $'a\\nb'; echo 5 >"
            + " 'ünï 🐎'; echo 6 > '...'");
    assertThat(files()).hasSize(6);
    assertThat(files())
        .extracting(StoredFile::filename)
        .containsExactlyInAnyOrder("a%ffb", "a%ffb", "a_b_", "a_b", "ünï 🐎", "...");
    assertThat(content(file("ünï 🐎"))).isEqualTo("5\n");
  }

  @Test
  void aDeepDirectoryIsToldAndTheRestIsKept() throws Exception {
    turn("echo ok > ok; perl -e 'for (1..300) { mkdir \"d\" or die; chdir \"d\" or die }'");
    assertThat(paths()).containsExactly("ok");
    assertThat(lines).hasSize(1).first().asString().contains("nested too deeply");
  }

  @Test
  void ofTooManyFilesAsManyAsAllowedAreKept() throws Exception {
    turn("seq 1100 | xargs -I{} sh -c 'echo {} > {}'");
    assertThat(files()).hasSize(LIMITS.files());
    assertThat(lines).hasSize(11);
    assertThat(lines.getFirst()).contains("a session keeps at most 1,000 outputs");
    assertThat(lines.getLast()).isEqualTo("outputs: 90 more were not kept");
    assertThat(isOwed()).isFalse();
  }

  @Test
  @Tag("proof")
  void tenThousandFilesAreKeptWithinSeconds() throws Exception {
    errand = errand(new OutputLimits(10_000, 2 << 20));
    call("perl -e 'for (1..10001) { open F, \">\", $_; print F \"content of $_\\n\"; close F }'");
    long start = System.nanoTime();
    rest();
    long kept = System.nanoTime();
    rest();
    long looked = System.nanoTime();
    call("echo changed > 1; echo new > new");
    rest();
    System.out.printf(
        "10,000 outputs: kept in %,d ms; without a change looked at in %,d ms; one changed: %,d"
            + " ms%n",
        (kept - start) / 1_000_000,
        (looked - kept) / 1_000_000,
        (System.nanoTime() - looked) / 1_000_000);
    assertThat(files()).hasSize(10_000);
    assertThat(content(file("1"))).isEqualTo("changed\n");
    assertThat(content(file("9876"))).isEqualTo("content of 9876\n");
    lines.addAll(errand.awaitLines(session.id()));
    assertThat(lines).hasSize(2).allMatch(line -> line.endsWith("keeps at most 10,000 outputs"));
    assertThat(isOwed()).isFalse();
  }

  /// On a slow machine, each call finds a collection that still runs.
  @Test
  void theLinesOfAnEarlierCollectionDoNotWaitForOneThatRuns() throws Exception {
    var adding = new CountDownLatch(1);
    var slow =
        (Outputs)
            Proxy.newProxyInstance(
                Outputs.class.getClassLoader(),
                new Class<?>[] {Outputs.class},
                (_, method, arguments) -> {
                  if (method.getName().equals("add")) {
                    adding.await();
                  }
                  return method.invoke(store.outputs(), arguments);
                });
    errand = errand(LIMITS, slow);
    visit(visit -> visit.grip().execute(inOutputs("mkfifo pipe")));
    rest();
    call("echo text > file");
    assertThat(lines).containsExactly("outputs: pipe was not kept: it is not a regular file");
    adding.countDown();
    restUntilCollected();
    assertThat(paths()).containsExactly("file");
  }

  @Test
  void aFileIsNotKeptBeforeItsWriterPauses() throws Exception {
    call("echo begun > log; " + Commands.repeat("echo more >> log") + " > /dev/null 2>&1 &");
    rest();
    assertThat(files()).isEmpty();
    assertThat(isOwed()).isTrue();
    call("kill %1; wait; echo end >> log");
    restUntilCollected();
    assertThat(content(file("log"))).startsWith("begun\n").endsWith("end\n");
  }

  @Test
  void aLivingProcessDelaysOnlyWhatItMayStillWrite() throws Exception {
    call("echo done > done; sleep 1000 > /dev/null 2>&1 &");
    rest();
    visit(
        visit ->
            await()
                .until(
                    () -> {
                      errand.atRest(visit);
                      return paths().contains("done");
                    }));
    assertThat(isOwed()).isTrue();
  }

  @Test
  void aFileThatIsSwappedForALinkNeverShowsWhatTheLinkNames() throws Exception {
    call(
        "echo inside > /tmp/in; perl -e 'while (1) { symlink \"/etc/passwd\", \"t\"; rename \"t\","
            + " \"f\"; open F, \">\", \"t\"; print F \"inside\\n\"; close F; rename \"t\", \"f\" }'"
            + " > /dev/null 2>&1 &");
    for (int i = 0; i < 50; i++) {
      rest();
    }
    call("kill %1");
    rest();
    for (var file : files()) {
      assertThat(content(file)).isIn("inside\n", "");
    }
  }

  @Test
  void aDirectoryThatIsSwappedForALinkNeverShowsWhatTheLinkNames() throws Exception {
    call(
        "mkdir d; echo inside > d/passwd; perl -e 'while (1) { rename \"d\", \"r\"; symlink"
            + " \"/etc\", \"d\"; unlink \"d\"; rename \"r\", \"d\" }' > /dev/null 2>&1 &");
    for (int i = 0; i < 50; i++) {
      rest();
    }
    call("kill %1; wait");
    restUntilCollected();
    assertThat(files()).isNotEmpty();
    for (var file : files()) {
      assertThat(content(file)).isIn("inside\n", "");
    }
  }

  @Test
  void aFileWithTwoNamesIsTwoOutputs() throws Exception {
    turn("echo one > a; ln a b; ln /etc/passwd c 2> /dev/null; ln /workspace/.. d 2> /dev/null; :");
    assertThat(paths()).containsExactlyInAnyOrder("a", "b");
    assertThat(file("a").blob()).isEqualTo(file("b").blob());
  }

  @Test
  void whatDoesNotFitIntoTheQuotaIsToldAndTheRestIsKept() throws Exception {
    errand = errand(new OutputLimits(1_000, 200 << 20));
    turn("echo small > a; head -c 110000000 /dev/zero > b; echo small too > c");
    assertThat(paths()).containsExactlyInAnyOrder("a", "c");
    assertThat(lines).hasSize(1).first().asString().contains("b was not kept: This workspace may");
  }

  @Test
  void whatDidNotFitIntoTheQuotaIsKeptOnceItFits() throws Exception {
    errand = errand(new OutputLimits(1_000, 200 << 20));
    var id = new FileId(IDS.next(FileId.PREFIX));
    long most = 80 << 20;
    store
        .files()
        .create(
            new StoredFile(
                id,
                WORKSPACE,
                "large",
                "text/plain",
                most,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                CLOCK.instant(),
                Optional.empty()),
            new Blob(new BlobId("a".repeat(64) + "-" + IDS.next("")), most));
    turn("head -c 30000000 /dev/zero > f");
    turn("echo ok > ok"); // another attempt
    assertThat(paths()).containsExactly("ok");
    assertThat(lines).hasSize(1).first().asString().contains("f was not kept: This workspace may");
    lines.clear();
    store.files().delete(WORKSPACE, id);
    turn(":");
    assertThat(paths()).containsExactlyInAnyOrder("f", "ok");
    assertThat(lines).isEmpty();
    store.files().delete(WORKSPACE, file("f").id()); // the other tests have the same quota
  }

  @Test
  void aFileThatAClientDeletesMakesRoomForAnother() throws Exception {
    errand = errand(new OutputLimits(2, 2 << 20));
    turn("echo 1 > a; echo 2 > b");
    turn("echo 3 > c");
    turn("echo two > b"); // it only replaces a file
    assertThat(paths()).containsExactlyInAnyOrder("a", "b");
    assertThat(content(file("b"))).isEqualTo("two\n");
    store.files().delete(WORKSPACE, file("a").id());
    turn(":");
    assertThat(paths()).containsExactlyInAnyOrder("b", "c");
    assertThat(lines).containsExactly("outputs: c was not kept: a session keeps at most 2 outputs");
    lines.clear();
    turn("echo one > a"); // there is no room for it anymore
    assertThat(paths()).containsExactlyInAnyOrder("b", "c");
    assertThat(lines).containsExactly("outputs: a was not kept: a session keeps at most 2 outputs");
    store.files().delete(WORKSPACE, file("b").id());
    errand = errand(new OutputLimits(2, 2 << 20)); // another server
    turn("echo 4 > d; rm a");
    assertThat(paths()).containsExactlyInAnyOrder("c", "d");
  }

  @Test
  void whatAServerCouldNotCollectIsCollectedByAJob() throws Exception {
    visit(
        visit -> {
          errand.before(visit);
          visit.grip().execute(bash("echo kept > /mnt/session/outputs/f"));
        });
    errand.close(); // the server dies
    hands.release(session.id());
    errand = errand(LIMITS);
    var collection =
        new OutputCollection(store.jobs(), store.sessions(), store.snapshots(), hands, errand);
    assertThat(isOwed()).isTrue();
    collection.look();
    handleJobs(collection);
    assertThat(content(file("f"))).isEqualTo("kept\n");
    assertThat(isOwed()).isFalse();
  }

  @Test
  void aSessionThatRestsWithoutAHandIsLeftToAJobIfItIsOwed() throws Exception {
    errand.atRestWithoutHand(session.id());
    assertThat(store.jobs().claim(Set.of(Job.COLLECT_OUTPUTS), 100))
        .extracting(Job::key)
        .doesNotContain(session.id().value());
    visit(
        visit -> {
          errand.before(visit);
          visit.grip().execute(bash("echo kept > /mnt/session/outputs/f"));
        });
    hands.release(session.id());
    errand.atRestWithoutHand(session.id());
    handleJobs(
        new OutputCollection(store.jobs(), store.sessions(), store.snapshots(), hands, errand));
    assertThat(content(file("f"))).isEqualTo("kept\n");
    assertThat(isOwed()).isFalse();
  }

  private void handleJobs(OutputCollection collection) throws Exception {
    var jobs = store.jobs().claim(Set.of(Job.COLLECT_OUTPUTS), 100);
    assertThat(jobs).extracting(Job::key).contains(session.id().value());
    for (var job : jobs) {
      collection.handle(job);
      store.jobs().done(job);
    }
  }

  private static ToolCall bash(String command) {
    return new ToolCall(
        new EventId(IDS.next(EventId.PREFIX)), "bash", Json.obj("command", command));
  }

  @Test
  void aDeletedSessionKeepsNoOutputs() throws Exception {
    turn("echo one > f");
    call("echo two > g");
    store.sessions().delete(WORKSPACE, session.id());
    assertThat(store.outputs().known(session.id())).isEmpty();
    assertThat(isOwed()).isFalse();
    visit(visit -> errand.atRest(visit));
    assertThat(files()).isEmpty();
  }

  @Test
  void callsOfOneTurnAreCollectedOnTheWay() throws Exception {
    IntStream.range(0, 3)
        .forEach(
            i -> {
              try {
                call("echo " + i + " > " + i);
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });
    await().until(() -> paths().equals(Set.of("0", "1", "2")));
  }
}
