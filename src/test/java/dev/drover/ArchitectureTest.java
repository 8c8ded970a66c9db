package dev.drover;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.drover.base.Fields;
import dev.drover.base.Json;
import dev.drover.brain.Brain;
import dev.drover.catalog.Catalog;
import dev.drover.catalog.WorkspaceId;
import dev.drover.hands.BuiltInTool;
import dev.drover.http.Guard;
import dev.drover.session.EventLog;
import dev.drover.session.SessionResources;
import dev.drover.session.Sessions;
import dev.drover.store.Store;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.crypto.Cipher;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/// The walls of the house, one sentence each. The tree is the architecture.
@TestInstance(Lifecycle.PER_CLASS) // so that the classes, 200 MB, go with it
final class ArchitectureTest {
  private static final String ROOT = "dev.drover";
  private final JavaClasses drover =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(ROOT);
  private static final String[] LEAVES = {
    "hands.bwrap",
    "model.anthropic",
    "model.openai",
    "model.rehearsal",
    "store.blobs",
    "store.postgres",
    "store.sqlite"
  };

  @Test
  void thePartsFormNoCycle() {
    slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(drover);
  }

  @Test
  void eachPartUsesOnlyWhatItMay() {
    uses("base");
    uses("settings", "base");
    uses("http", "base", "settings");
    uses("pax", "base");
    uses("directory", "base", "pax");
    uses("catalog", "base");
    uses("access", "base", "catalog");
    uses("session", "base", "catalog");
    uses("policy", "base", "settings", "catalog", "http");
    uses("files", "base", "catalog", "session");
    uses("skills", "base", "catalog", "session");
    uses("memory", "base", "catalog", "session");
    uses("webhooks", "base", "settings", "session", "catalog", "http");
    uses("vault", "base", "settings", "catalog", "http");
    uses("hands", "base", "settings", "session", "catalog");
    uses("gateway", "base", "settings", "session", "catalog", "hands", "http", "policy");
    uses("model", "base", "settings", "session", "http");
    uses("profile", "base", "settings", "session");
    uses("tools", "base", "session", "catalog", "hands", "policy");
    uses("mcp", "base", "session", "catalog", "hands", "tools", "http", "gateway");
    uses("reading", "base", "session", "hands", "tools");
    uses("web", "base", "settings", "session", "catalog", "hands", "http", "tools");
    uses(
        "brain",
        "base",
        "settings",
        "session",
        "catalog",
        "files",
        "hands",
        "tools",
        "model",
        "profile",
        "policy");
    uses(
        "errands",
        "base",
        "settings",
        "session",
        "catalog",
        "files",
        "skills",
        "memory",
        "vault",
        "hands",
        "brain");
    uses("snapshot", "base", "settings", "session", "catalog", "hands", "brain");
    uses("templates", "base", "settings", "session", "catalog", "hands", "pax");
    uses(
        "desk",
        "base",
        "access",
        "session",
        "catalog",
        "files",
        "skills",
        "memory",
        "vault",
        "webhooks",
        "brain",
        "errands",
        "model",
        "profile",
        "policy");
    uses("bundle", "base", "pax", "session", "wire");
    uses("wire", "base", "access", "session", "catalog", "skills", "memory", "vault", "webhooks");
    uses(
        "store",
        "base",
        "access",
        "settings",
        "http",
        "session",
        "catalog",
        "files",
        "skills",
        "memory",
        "webhooks",
        "vault",
        "profile",
        "wire");
    uses(
        "api",
        "base",
        "access",
        "settings",
        "session",
        "catalog",
        "files",
        "memory",
        "skills",
        "webhooks",
        "vault",
        "brain",
        "errands",
        "model",
        "profile",
        "desk",
        "policy",
        "reading",
        "wire",
        "bundle");
    uses(
        "telemetry",
        "base",
        "settings",
        "catalog",
        "session",
        "hands",
        "tools",
        "webhooks",
        "model",
        "profile",
        "wire",
        "gateway",
        "api");
    uses("cli", "base", "settings", "http", "pax", "directory", "policy");
    // Its https servers need certificates, which only the gateway's TLS makes. Its simulated
    // sessions are run by a real harness.
    uses(
        "bench", "base", "session", "catalog", "files", "hands", "tools", "reading", "model",
        "profile", "brain", "store", "wire", "http", "gateway");
  }

  @Test
  void aSimpleNameMeansOneType() {
    var types = drover.that(describe("are top-level", JavaClass::isTopLevelClass));
    assertThat(types.stream().map(JavaClass::getSimpleName).filter(name -> !isPackage(name)))
        .doesNotHaveDuplicates();
  }

  private static boolean isPackage(String name) {
    return name.equals("package-info");
  }

  @Test
  void leavesNeverMeet() {
    for (var leaf : LEAVES) {
      noClasses()
          .that()
          .resideInAPackage(in(leaf))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              Arrays.stream(LEAVES)
                  .filter(other -> !other.equals(leaf))
                  .map(ArchitectureTest::in)
                  .toArray(String[]::new))
          .check(drover);
    }
  }

  @Test
  void onlyMainNamesALeaf() {
    for (var leaf : LEAVES) {
      noClasses()
          .that()
          .resideOutsideOfPackages(in(leaf), ROOT)
          .should()
          .dependOnClassesThat()
          .resideInAPackage(in(leaf))
          .check(drover);
    }
  }

  @Test
  void sqlStaysInTheStore() {
    noClasses()
        .that()
        .resideOutsideOfPackage(in("store"))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.sql..", "javax.sql..", "org.sqlite..", "org.postgresql..")
        .check(drover);
  }

  @Test
  void theJsonLibraryStaysBehindOneDoor() {
    noClasses()
        .that()
        .resideOutsideOfPackage(in("base"))
        .should()
        .dependOnClassesThat()
        .resideInAPackage("tools.jackson..")
        .check(drover);
  }

  @Test
  void onlyTheVaultDecryptsAndTheBrainAndTheHandsDoNotKnowIt() {
    noClasses()
        .that()
        .resideOutsideOfPackage(in("vault"))
        .should()
        .dependOnClassesThat()
        .belongToAnyOf(Cipher.class)
        .check(drover);
    noClasses()
        .that()
        .resideInAnyPackage(in("brain"), in("hands"), in("session"), in("model"))
        .should()
        .dependOnClassesThat()
        .resideInAPackage(in("vault"))
        .check(drover);
  }

  @Test
  void onlySkillsReadArchives() {
    noClasses()
        .that()
        .resideOutsideOfPackage(in("skills"))
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.apache.commons.compress..")
        .check(drover);
  }

  @Test
  void onlyTheWebToolsReadPagesAndDocuments() {
    noClasses()
        .that()
        .resideOutsideOfPackage(in("web"))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.jsoup..", "org.apache.pdfbox..")
        .check(drover);
  }

  @Test
  void onlyTheGatewaysTlsMakesCertificates() {
    noClasses()
        .that()
        .resideOutsideOfPackage(in("gateway.tls"))
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.bouncycastle..")
        .check(drover);
  }

  @Test
  void processesAreStartedForEnginesOfTheHandsAndByTheBenchAndForGitAndTheBrowserOfAUser() {
    noClasses()
        .that()
        .resideOutsideOfPackages(in("hands.local"), in("hands.bwrap"), in("bench"), in("directory"))
        .and()
        .doNotHaveSimpleName("BrowserOpener")
        .should()
        .dependOnClassesThat()
        .belongToAnyOf(ProcessBuilder.class, Process.class)
        .check(drover);
  }

  @Test
  void whoUsesAHandKnowsNothingOfTheMachineThatItRunsOn() {
    noClasses()
        .that()
        .resideOutsideOfPackages(in("hands.local"), in("hands.bwrap"), ROOT)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(in("hands.local"), in("hands.bwrap"))
        .check(drover);
  }

  @Test
  void requestsLeaveThroughOneRoom() {
    noClasses()
        .that()
        .resideOutsideOfPackage(in("http"))
        .should()
        .dependOnClassesThat()
        .resideInAPackage("java.net.http..")
        .check(drover);
  }

  /// Model servers, search engines and buckets are the operator's choice, and the command line asks
  /// the server of its user. Whoever else names a host is guarded.
  @Test
  void onlyServersThatTheOperatorConfiguresAreReachedWithoutAGuard() {
    var unguarded =
        drover.stream()
            .filter(type -> !type.isEquivalentTo(Guard.class))
            .filter(
                type ->
                    type.getFieldAccessesFromSelf().stream()
                        .anyMatch(access -> access.getTargetOwner().isEquivalentTo(Guard.class)))
            .map(JavaClass::getSimpleName);
    assertThat(unguarded)
        .containsExactlyInAnyOrder(
            "Api", "Doctor", "FloorServer", "ModelServer", "S3Client", "Wiring");
  }

  @Test
  void onlyTheDeskTakesWhatClientsWantAndOnlyItAndTheBrainsWakeABrain() {
    calls(Brain.class, "wake").outside("desk", "brain");
    calls(EventLog.class, "receive").outside("desk", "store", "telemetry", "bench");
    calls(Sessions.class, "create", "fork", "importSession", "update", "archive", "delete")
        .outside("desk", "store", "telemetry", "bench");
    calls(SessionResources.class, "add", "remove").outside("desk", "store");
    calls(Catalog.class, "create", "update", "archive", "delete").outside("desk", "store");
  }

  /// The methods without a workspace: the server calls them for a session or an object that it has
  /// already, never for an id that a client sends.
  private static final List<String> OF_THE_SERVER =
      List.of(
          "EventLog.claim(SessionId)",
          "EventLog.getEvents(SessionId, Slice)",
          "EventLog.inbox(SessionId)",
          "EventLog.measure(SessionId, Slice)",
          "EventLog.receive(SessionId, List, Delivery)",
          "EventLog.sends(SessionId, Duration)",
          "Files.unreferenced(Collection)",
          "Memories.clear(MemoryStoreId)",
          "Nodes.holding(SessionId)",
          "Outputs.collected(SessionId)",
          "Outputs.isOwed(SessionId)",
          "Outputs.known(SessionId)",
          "Outputs.owe(SessionId)",
          "Outputs.present(SessionId)",
          "Placeholders.report(String, CredentialId)",
          "SessionResources.of(SessionId)",
          "Sessions.getSession(SessionId)",
          "Sessions.overviews(List)",
          "Skills.of(SessionId)",
          "Snapshots.callsAfter(SessionId, long)",
          "Snapshots.head(SessionId)",
          "Snapshots.home(SessionId)",
          "Snapshots.isHeldElsewhere(SessionId)",
          "Snapshots.isRequested(SessionId)",
          "Snapshots.keep(SessionId, Snapshot, Blob, int)",
          "Snapshots.newest(SessionId)",
          "Snapshots.request(SessionId)",
          "Snapshots.settle(SessionId, String)",
          "Snapshots.unchanged(SessionId, Snapshot, long)",
          "Snapshots.untold(SessionId)",
          "ToolOutputs.of(SessionId)",
          "VaultStore.claimRefresh(CredentialId, long, boolean, Duration)",
          "VaultStore.endRefresh(CredentialId, long, boolean, Duration)",
          "VaultStore.keys(VaultId)",
          "VaultStore.replaceKey(VaultId, VaultKey, VaultKey)",
          "VaultStore.secrets(CredentialId)",
          "WebhookQueue.claim(WebhookEndpointId, int, Duration)",
          "WebhookQueue.record(WebhookEndpointId, List, UnaryOperator)");

  @Test
  void whatHasAnIdIsReadAndChangedTogetherWithItsWorkspace() {
    var stores = Arrays.stream(Store.class.getMethods()).map(Method::getReturnType);
    var without =
        Stream.concat(stores, Stream.of(Catalog.class))
            .filter(type -> type.isInterface() && type.getName().startsWith(ROOT))
            .flatMap(type -> Arrays.stream(type.getDeclaredMethods()))
            .filter(method -> takesAnId(method) && !takesAWorkspace(method))
            .map(ArchitectureTest::signature)
            .toList();
    assertThat(without).containsExactlyInAnyOrderElementsOf(OF_THE_SERVER);
  }

  private static boolean takesAnId(Method method) {
    var id = Pattern.compile("\\b(?!WorkspaceId\\b)\\w+Id\\b");
    return Modifier.isPublic(method.getModifiers())
        && Arrays.stream(method.getGenericParameterTypes())
            .anyMatch(
                type ->
                    id.matcher(type.getTypeName()).find()
                        || (method.getDeclaringClass() == Catalog.class && type == String.class));
  }

  private static boolean takesAWorkspace(Method method) {
    return Arrays.stream(method.getParameterTypes())
        .anyMatch(
            type ->
                type == WorkspaceId.class
                    || Arrays.stream(type.getMethods())
                        .anyMatch(part -> part.getReturnType() == WorkspaceId.class));
  }

  private static String signature(Method method) {
    return Arrays.stream(method.getParameterTypes())
        .map(Class::getSimpleName)
        .collect(
            Collectors.joining(
                ", ",
                method.getDeclaringClass().getSimpleName() + "." + method.getName() + "(",
                ")"));
  }

  @Test
  void theDeskKnowsNothingOfWhatRequestsLookLike() {
    noClasses()
        .that()
        .resideInAPackage(in("desk"))
        .should()
        .dependOnClassesThat()
        .belongToAnyOf(Json.class, Fields.class)
        .check(drover);
  }

  @Test
  void onlyTheToolsKnowWhichToolsAHandHas() {
    noClasses()
        .that()
        .resideOutsideOfPackages(in("hands"), in("tools"))
        .should()
        .dependOnClassesThat()
        .belongToAnyOf(BuiltInTool.class)
        .check(drover);
  }

  @Test
  void threadsCarryNoHiddenState() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .belongToAnyOf(ThreadLocal.class, InheritableThreadLocal.class)
        .check(drover);
  }

  @Test
  void theClockSleepAndChanceAreHandedIn() {
    var elsewhere = noClasses().that().resideOutsideOfPackages(in("base"), ROOT).should();
    elsewhere.callMethod(java.time.Instant.class, "now").check(drover);
    elsewhere.callMethod(System.class, "currentTimeMillis").check(drover);
    elsewhere.callMethod(Thread.class, "sleep", long.class).check(drover);
    elsewhere.callMethod(Thread.class, "sleep", java.time.Duration.class).check(drover);
    elsewhere.callMethod(Math.class, "random").check(drover);
    elsewhere.callMethod(java.util.UUID.class, "randomUUID").check(drover);
    elsewhere
        .accessClassesThat()
        .belongToAnyOf(ThreadLocalRandom.class, java.security.SecureRandom.class)
        .check(drover);
  }

  /// Calls of methods, and references to them.
  private record Calls(JavaClasses all, Class<?> owner, List<String> methods) {
    void outside(String... parts) {
      noClasses()
          .that()
          .resideOutsideOfPackages(
              Arrays.stream(parts).map(ArchitectureTest::in).toArray(String[]::new))
          .should()
          .accessTargetWhere(
              describe(
                  "is one of " + methods + " of " + owner.getSimpleName(),
                  access ->
                      methods.contains(access.getTarget().getName())
                          && access.getTargetOwner().isAssignableTo(owner)))
          .check(all);
    }
  }

  private Calls calls(Class<?> owner, String... methods) {
    return new Calls(drover, owner, List.of(methods));
  }

  private void uses(String part, String... parts) {
    var allowed = Arrays.stream(parts).map(ArchitectureTest::in).toArray(String[]::new);
    classes()
        .that()
        .resideInAPackage(in(part))
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(allowed)
                .or(resideInAnyPackage(in(part)))
                .or(not(resideInAnyPackage(ROOT + ".."))))
        .because("the arrows of the picture hold")
        .check(drover);
    assertThat(Arrays.stream(parts).filter(other -> !isUsed(other, part)))
        .as("parts that %s may use and does not", part)
        .isEmpty();
  }

  private boolean isUsed(String part, String by) {
    return drover.that(resideInAPackage(in(by))).stream()
        .flatMap(one -> one.getDirectDependenciesFromSelf().stream())
        .anyMatch(arrow -> resideInAPackage(in(part)).test(arrow.getTargetClass()));
  }

  private static String in(String part) {
    return ROOT + "." + part + "..";
  }
}
