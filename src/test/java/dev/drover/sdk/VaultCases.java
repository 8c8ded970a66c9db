package dev.drover.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.anthropic.core.JsonValue;
import com.anthropic.errors.AnthropicServiceException;
import com.anthropic.errors.BadRequestException;
import com.anthropic.errors.NotFoundException;
import com.anthropic.models.beta.environments.EnvironmentCreateParams;
import com.anthropic.models.beta.sessions.events.BetaManagedAgentsStreamSessionEvents;
import com.anthropic.models.beta.vaults.BetaManagedAgentsVault;
import com.anthropic.models.beta.vaults.VaultCreateParams;
import com.anthropic.models.beta.vaults.VaultListParams;
import com.anthropic.models.beta.vaults.VaultUpdateParams;
import com.anthropic.models.beta.vaults.credentials.BetaManagedAgentsCredential;
import com.anthropic.models.beta.vaults.credentials.BetaManagedAgentsEnvironmentVariableCreateParams;
import com.anthropic.models.beta.vaults.credentials.BetaManagedAgentsInjectionLocationParams;
import com.anthropic.models.beta.vaults.credentials.BetaManagedAgentsMcpOAuthCreateParams;
import com.anthropic.models.beta.vaults.credentials.BetaManagedAgentsMcpOAuthRefreshParams;
import com.anthropic.models.beta.vaults.credentials.BetaManagedAgentsStaticBearerCreateParams;
import com.anthropic.models.beta.vaults.credentials.BetaManagedAgentsStaticBearerUpdateParams;
import com.anthropic.models.beta.vaults.credentials.CredentialArchiveParams;
import com.anthropic.models.beta.vaults.credentials.CredentialCreateParams;
import com.anthropic.models.beta.vaults.credentials.CredentialDeleteParams;
import com.anthropic.models.beta.vaults.credentials.CredentialListParams;
import com.anthropic.models.beta.vaults.credentials.CredentialMcpOAuthValidateParams;
import com.anthropic.models.beta.vaults.credentials.CredentialRetrieveParams;
import com.anthropic.models.beta.vaults.credentials.CredentialUpdateParams;
import com.anthropic.services.blocking.beta.VaultService;
import com.anthropic.services.blocking.beta.vaults.CredentialService;
import java.time.OffsetDateTime;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Vaults and credentials, as the client sees them.
final class VaultCases {
  private static final String SECRET = "canary-secret";
  private static final OffsetDateTime LATER = OffsetDateTime.parse("2999-01-01T00:00:00Z");

  private final Rig rig;

  VaultCases(Rig rig) {
    this.rig = rig;
  }

  private VaultService vaults() {
    return rig.beta.vaults();
  }

  private CredentialService credentials() {
    return vaults().credentials();
  }

  private BetaManagedAgentsVault vault() {
    return vaults().create(VaultCreateParams.builder().displayName("Alice").build());
  }

  private static BetaManagedAgentsStaticBearerCreateParams bearer(String url) {
    return BetaManagedAgentsStaticBearerCreateParams.builder()
        .type(JsonValue.from("static_bearer"))
        .mcpServerUrl(url)
        .token(SECRET)
        .build();
  }

  private BetaManagedAgentsCredential create(BetaManagedAgentsVault vault, String url) {
    return shown(
        credentials()
            .create(vault.id(), CredentialCreateParams.builder().auth(bearer(url)).build()));
  }

  private static BetaManagedAgentsCredential shown(BetaManagedAgentsCredential credential) {
    assertThat(credential.toString()).doesNotContain(SECRET);
    return credential;
  }

  private BetaManagedAgentsCredential get(BetaManagedAgentsCredential one) {
    return shown(
        credentials()
            .retrieve(one.id(), CredentialRetrieveParams.builder().vaultId(one.vaultId()).build()));
  }

  private List<String> ids(BetaManagedAgentsVault vault, boolean archived) {
    var params = CredentialListParams.builder().includeArchived(archived).limit(1).build();
    return credentials().list(vault.id(), params).autoPager().stream()
        .map(BetaManagedAgentsCredential::id)
        .toList();
  }

  @Test
  void aVaultIsMadeChangedListedArchivedAndDeleted() {
    var made = vault();
    assertThat(made.archivedAt()).isEmpty();
    var changed =
        vaults()
            .update(
                made.id(),
                VaultUpdateParams.builder()
                    .displayName("Bob")
                    .metadata(
                        VaultUpdateParams.Metadata.builder()
                            .putAdditionalProperty("user", JsonValue.from("bob"))
                            .build())
                    .build());
    assertThat(changed.displayName()).isEqualTo("Bob");
    assertThat(vaults().retrieve(made.id())).isEqualTo(changed);
    assertThat(vaults().list(VaultListParams.builder().limit(1).build()).autoPager().stream())
        .extracting(BetaManagedAgentsVault::id)
        .contains(made.id());
    var credential = create(made, "https://mcp.example.com");
    assertThat(vaults().archive(made.id()).archivedAt()).isPresent();
    assertThat(get(credential).archivedAt()).isPresent();
    assertThatThrownBy(() -> create(made, "https://b.example.com"))
        .isInstanceOf(BadRequestException.class);
    assertThat(vaults().delete(made.id()).id()).isEqualTo(made.id());
    assertThatThrownBy(() -> get(credential)).isInstanceOf(NotFoundException.class);
  }

  @Test
  void aTokenIsReplacedArchivedAndDeleted() {
    var vault = vault();
    var made = create(vault, "https://mcp.example.com/mcp");
    assertThat(made.auth().asStaticBearer().mcpServerUrl())
        .isEqualTo("https://mcp.example.com/mcp");
    assertThat(made.displayName()).isEmpty();
    assertThatThrownBy(() -> create(vault, "https://MCP.example.com:443/mcp/"))
        .isInstanceOfSatisfying(
            AnthropicServiceException.class,
            e -> {
              assertThat(e.statusCode()).isEqualTo(409);
              assertThat(e.headers().values("x-should-retry")).containsExactly("false");
            });
    var update =
        CredentialUpdateParams.builder()
            .vaultId(vault.id())
            .displayName("Tracker")
            .auth(
                BetaManagedAgentsStaticBearerUpdateParams.builder()
                    .type(JsonValue.from("static_bearer"))
                    .token(SECRET)
                    .build())
            .build();
    assertThat(shown(credentials().update(made.id(), update)).displayName()).contains("Tracker");
    var archive = CredentialArchiveParams.builder().vaultId(vault.id()).build();
    assertThat(shown(credentials().archive(made.id(), archive)).archivedAt()).isPresent();
    assertThatThrownBy(() -> credentials().update(made.id(), update))
        .isInstanceOf(BadRequestException.class)
        .hasMessageContaining("Credential is archived.");
    var other = create(vault, "https://mcp.example.com/mcp");
    assertThat(ids(vault, false)).containsExactly(other.id());
    assertThat(ids(vault, true)).containsExactly(other.id(), made.id());
    var delete = CredentialDeleteParams.builder().vaultId(vault.id()).build();
    assertThat(credentials().delete(made.id(), delete).id()).isEqualTo(made.id());
    assertThatThrownBy(() -> get(made)).isInstanceOf(NotFoundException.class);
  }

  @Test
  void aCredentialWithOauthIsShownAndTested() {
    var vault = vault();
    var refresh =
        BetaManagedAgentsMcpOAuthRefreshParams.builder()
            .tokenEndpoint("https://auth.example.com/token")
            .clientId("me")
            .refreshToken(SECRET)
            .scope("read")
            .clientSecretBasicTokenEndpointAuth(SECRET)
            .build();
    var auth =
        BetaManagedAgentsMcpOAuthCreateParams.builder()
            .type(JsonValue.from("mcp_oauth"))
            .mcpServerUrl("https://nowhere.invalid/mcp")
            .accessToken(SECRET)
            .expiresAt(LATER)
            .refresh(refresh)
            .build();
    var made =
        shown(
            credentials().create(vault.id(), CredentialCreateParams.builder().auth(auth).build()));
    assertThat(get(made)).isEqualTo(made);
    var shown = made.auth().asMcpOAuth();
    assertThat(shown.expiresAt().orElseThrow().toInstant()).isEqualTo(LATER.toInstant());
    assertThat(shown.refresh().orElseThrow().scope()).contains("read");
    assertThat(shown.refresh().orElseThrow().tokenEndpointAuth().isClientSecretBasic()).isTrue();
    var tested =
        credentials()
            .mcpOAuthValidate(
                made.id(), CredentialMcpOAuthValidateParams.builder().vaultId(vault.id()).build());
    assertThat(tested.status().asString()).isEqualTo("unknown");
    assertThat(tested.hasRefreshToken()).isTrue();
    assertThat(tested.mcpProbe().orElseThrow().method()).isEqualTo("initialize");
    assertThat(tested.mcpProbe().orElseThrow().httpResponse()).isEmpty();
    assertThat(tested.refresh()).isEmpty();
  }

  private BetaManagedAgentsCredential variable(BetaManagedAgentsVault vault) {
    var auth =
        BetaManagedAgentsEnvironmentVariableCreateParams.builder()
            .type(JsonValue.from("environment_variable"))
            .secretName("API_TOKEN")
            .secretValue(SECRET)
            .limitedNetworking(List.of("api.example.com", "*.example.org"))
            .injectionLocation(
                BetaManagedAgentsInjectionLocationParams.builder().header(true).build())
            .build();
    return shown(
        credentials().create(vault.id(), CredentialCreateParams.builder().auth(auth).build()));
  }

  @Test
  void aVariableHasHostsAndPlaces() {
    var made = variable(vault());
    var shown = made.auth().asEnvironmentVariable();
    assertThat(shown.secretName()).isEqualTo("API_TOKEN");
    assertThat(shown.networking().asLimited().allowedHosts())
        .containsExactly("api.example.com", "*.example.org");
    assertThat(shown.injectionLocation().header()).isTrue();
    assertThat(shown.injectionLocation().body()).isFalse();
  }

  @Test
  void aVariableForHostsThatTheEnvironmentDoesNotAllowIsAnError() {
    var vault = vault();
    var made = variable(vault);
    var closed =
        rig.beta
            .environments()
            .create(
                EnvironmentCreateParams.builder()
                    .name(rig.name())
                    .config(EnvironmentCases.cloud(EnvironmentCases.limited().build()))
                    .build());
    var params = rig.session(Rig.coder()).environmentId(closed.id()).addVaultId(vault.id()).build();
    try (var talk = new Talk(rig, rig.beta.sessions().create(params).id())) {
      assertThat(SessionResourceCases.run(talk, rig, "echo $API_TOKEN")).startsWith("drvph_");
      var error =
          talk.last(BetaManagedAgentsStreamSessionEvents::isSessionError).asSessionError().error();
      assertThat(error.asCredentialHostUnreachable().credentialId()).isEqualTo(made.id());
      assertThat(error.asCredentialHostUnreachable().vaultId()).isEqualTo(vault.id());
    }
  }

  @Test
  void aSessionHasVaults() {
    var vault = vault();
    var session =
        rig.beta.sessions().create(rig.session(Rig.coder()).addVaultId(vault.id()).build());
    assertThat(session.vaultIds()).containsExactly(vault.id());
    vaults().archive(vault.id());
    assertThat(rig.beta.sessions().retrieve(session.id()).vaultIds()).containsExactly(vault.id());
    assertThatThrownBy(
            () ->
                rig.beta.sessions().create(rig.session(Rig.coder()).addVaultId(vault.id()).build()))
        .isInstanceOf(BadRequestException.class);
  }
}
