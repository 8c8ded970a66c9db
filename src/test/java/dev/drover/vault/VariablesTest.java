package dev.drover.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Ids;
import dev.drover.base.Page;
import dev.drover.base.Pause;
import dev.drover.base.Problem;
import dev.drover.base.Secret;
import dev.drover.catalog.AgentId;
import dev.drover.catalog.Definition;
import dev.drover.catalog.Environment.Networking;
import dev.drover.catalog.EnvironmentId;
import dev.drover.catalog.ModelConfig;
import dev.drover.catalog.VaultId;
import dev.drover.catalog.WorkspaceId;
import dev.drover.session.Feed;
import dev.drover.session.Session;
import dev.drover.session.SessionId;
import dev.drover.session.ThreadId;
import dev.drover.store.Store;
import dev.drover.store.sqlite.SqliteStore;
import dev.drover.vault.CredentialAuth.EnvironmentVariable;
import dev.drover.vault.CredentialAuth.StaticBearer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Which placeholders a sandbox gets, and what they stand for.
@Tag("database")
@Timeout(60)
final class VariablesTest {
  private static final Use USE =
      new Use(
          VaultRig.WORKSPACE, Use.Purpose.EGRESS_HEADER, Optional.of("sesn_1"), Optional.empty());

  @TempDir private Path directory;
  private final Ids ids = Ids.secure();
  private Store store;
  private VaultRig rig;
  private VaultId vault;
  private String session;

  @BeforeEach
  void open() throws Exception {
    store =
        SqliteStore.open(directory.resolve("drover.db"), new Feed(), ids, InstantSource.system());
    rig = new VaultRig(store, TestKeys.one());
    vault = rig.vault();
    session = session();
  }

  @AfterEach
  void close() {
    rig.close();
    store.close();
  }

  private String session() {
    var made =
        new Session(
            new SessionId(ids.next(SessionId.PREFIX)),
            new Session.Origin(
                VaultRig.WORKSPACE,
                new ThreadId(ids.next(ThreadId.PREFIX)),
                new AgentId("agent_1"),
                1,
                new EnvironmentId("env_1"),
                new Networking.Unrestricted(),
                Instant.now()),
            new Session.Editable(
                new Definition(
                    "A",
                    "",
                    new ModelConfig("rehearsal", Optional.empty(), "standard"),
                    "",
                    List.of()),
                "",
                Map.of(),
                Optional.empty()));
    store.sessions().create(made, List.of());
    return made.id().value();
  }

  private Credential variable(VaultId in, String name, String secret) {
    var auth = new EnvironmentVariable(name, Optional.empty(), true, true);
    return rig.create(in, auth, Map.of(SecretField.SECRET_VALUE, secret));
  }

  private Variables variables() {
    return rig.secrets.variables();
  }

  private Map<String, String> issue(String of, VaultId... vaults) {
    return variables().issue(VaultRig.WORKSPACE, of, List.of(vaults));
  }

  @Test
  void aSandboxGetsAPlaceholderForEachVariableOfItsVaults() {
    var other = rig.vault();
    variable(vault, "A", "canary-1");
    var preferred = variable(other, "A", "canary-2");
    variable(vault, "B", "canary-3");
    rig.create(vault, new StaticBearer("https://a.example"), Map.of(SecretField.TOKEN, "x"));
    var issued = issue(session, other, vault);
    assertThat(issued).containsOnlyKeys("A", "B");
    assertThat(issued.values()).doesNotHaveDuplicates().allMatch(it -> it.matches("drvph_\\w{24}"));
    assertThat(issue(session, other, vault)).isEqualTo(issued);
    assertThat(issue(session(), other, vault).values())
        .doesNotContainAnyElementsOf(issued.values());
    assertThat(variables().of(session))
        .filteredOn(it -> it.auth().name().equals("A"))
        .singleElement()
        .satisfies(
            it -> {
              assertThat(it.placeholder()).isEqualTo(issued.get("A"));
              assertThat(it.credential().id()).isEqualTo(preferred.id());
            });
    assertThat(issue(session, rig.vault())).isEmpty();
  }

  @Test
  void aChangeTakesEffectAtTheNextUseAndAnArchivedOneStandsForNothing() {
    var one = variable(vault, "A", "canary-1");
    issue(session, vault);
    assertThat(reveal(one)).hasValue("canary-1");
    rig.replace(one, SecretField.SECRET_VALUE, "canary-2");
    assertThat(reveal(one)).hasValue("canary-2");
    store.vaults().archive(VaultRig.WORKSPACE, vault, one.id(), Instant.now());
    assertThat(variables().of(session)).isEmpty();
    assertThat(reveal(one)).isEmpty();
  }

  private Optional<String> reveal(Credential credential) {
    return variables().reveal(USE, credential.id(), "a.example:443").map(Secret::reveal);
  }

  private List<String> receipts() {
    return rig.receipts().stream()
        .map(it -> it.purpose() + " " + it.host() + " " + it.uses())
        .toList();
  }

  @Test
  void theFirstUseOfAMinuteHasItsReceiptBeforeItHappensAndTheFurtherOnesAreCounted() {
    rig.now.set(Instant.parse("2026-11-27T12:00:10Z"));
    var one = variable(vault, "A", "canary-1");
    reveal(one);
    assertThat(receipts()).containsExactly("egress_header a.example:443 1");
    for (int i = 0; i < 9; i++) {
      reveal(one);
    }
    variables().reveal(USE, one.id(), "b.example:443");
    assertThat(receipts())
        .containsExactly("egress_header a.example:443 1", "egress_header b.example:443 1");
    rig.now.set(rig.now.get().plus(Duration.ofMinutes(1)));
    reveal(one);
    assertThat(receipts())
        .endsWith("egress_header a.example:443 9", "egress_header a.example:443 1")
        .hasSize(4);
    reveal(one);
    reveal(one);
    rig.secrets.close();
    assertThat(receipts()).endsWith("egress_header a.example:443 2").hasSize(5);
    assertThat(rig.receipts().stream().mapToLong(UseReceipt::uses).sum()).isEqualTo(14);
  }

  @Test
  void withoutAReceiptNoSecretLeaves() {
    var one = variable(vault, "A", "canary-1");
    var refused = new ArrayList<String>();
    var away =
        new Receipts() {
          @Override
          public void add(UseReceipt.Draft draft) {
            refused.add(draft.host());
            throw Problem.unavailable("the store is away", new IllegalStateException());
          }

          @Override
          public Page<UseReceipt> list(WorkspaceId workspace, Listing listing) {
            throw new UnsupportedOperationException();
          }
        };
    try (var counted = new CountedReceipts(away, Pause.REAL, InstantSource.system())) {
      var draft = new UseReceipt.Draft(USE, vault, one.id(), "a.example");
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> counted.add(draft)).isInstanceOf(Problem.class);
      }
    }
    assertThat(refused).hasSize(2);
  }
}
