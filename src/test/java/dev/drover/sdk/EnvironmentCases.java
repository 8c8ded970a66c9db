package dev.drover.sdk;

import static dev.drover.sdk.RefusalCases.refused;
import static org.assertj.core.api.Assertions.assertThat;

import com.anthropic.core.JsonValue;
import com.anthropic.errors.BadRequestException;
import com.anthropic.errors.ConflictException;
import com.anthropic.errors.NotFoundException;
import com.anthropic.models.beta.environments.BetaCloudConfigParams;
import com.anthropic.models.beta.environments.BetaEnvironment;
import com.anthropic.models.beta.environments.BetaLimitedNetworkParams;
import com.anthropic.models.beta.environments.BetaPackagesParams;
import com.anthropic.models.beta.environments.BetaSelfHostedConfigParams;
import com.anthropic.models.beta.environments.BetaUnrestrictedNetwork;
import com.anthropic.models.beta.environments.EnvironmentCreateParams;
import com.anthropic.models.beta.environments.EnvironmentListParams;
import com.anthropic.models.beta.environments.EnvironmentUpdateParams;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Environments and their merge rules.
final class EnvironmentCases {
  private final Rig rig;

  EnvironmentCases(Rig rig) {
    this.rig = rig;
  }

  @Test
  void aNewEnvironmentHasDefaults() {
    var environment = rig.environment();
    var cloud = environment.config().asCloud();
    assertThat(cloud.networking().isUnrestricted()).isTrue();
    assertThat(cloud.packages().pip()).isEmpty();
    assertThat(environment.description()).isEmpty();
    assertThat(environment.scope().orElseThrow().asString()).isEqualTo("organization");
    assertThat(environment._additionalProperties())
        .containsEntry("state", JsonValue.from("active"));
    assertThat(rig.beta.environments().retrieve(environment.id())).isEqualTo(environment);
  }

  @Test
  void anUpdateKeepsWhatItDoesNotName() {
    var environments = rig.beta.environments();
    var made =
        environments.create(
            EnvironmentCreateParams.builder()
                .name(rig.name())
                .description("d")
                .config(cloud(limited().addAllowedHost("Api.example.com").build()))
                .metadata(
                    EnvironmentCreateParams.Metadata.builder()
                        .putAdditionalProperty("a", JsonValue.from("1"))
                        .putAdditionalProperty("b", JsonValue.from("2"))
                        .build())
                .build());
    assertThat(made.config().asCloud().networking().asLimited().allowMcpServers()).isFalse();
    var changed =
        environments.update(
            EnvironmentUpdateParams.builder()
                .environmentId(made.id())
                .description(Optional.<String>empty())
                .config(cloud(limited().allowPackageManagers(true).build()))
                .metadata(
                    EnvironmentUpdateParams.Metadata.builder()
                        .putAdditionalProperty("a", JsonValue.from(""))
                        .putAdditionalProperty("c", JsonValue.from("3"))
                        .build())
                .build());
    var network = changed.config().asCloud().networking().asLimited();
    assertThat(network.allowedHosts()).containsExactly("Api.example.com");
    assertThat(network.allowPackageManagers()).isTrue();
    assertThat(changed.description()).isEmpty();
    assertThat(changed.name()).isEqualTo(made.name());
    assertThat(changed.metadata()._additionalProperties()).containsOnlyKeys("b", "c");
    var open =
        environments.update(
            EnvironmentUpdateParams.builder()
                .environmentId(made.id())
                .config(
                    BetaCloudConfigParams.builder()
                        .type(JsonValue.from("cloud"))
                        .networking(
                            BetaUnrestrictedNetwork.builder()
                                .type(JsonValue.from("unrestricted"))
                                .build())
                        .build())
                .build());
    assertThat(open.config().asCloud().networking().isUnrestricted()).isTrue();
  }

  @Test
  void packagesAreKeptByPackageManager() {
    var made =
        rig.beta
            .environments()
            .create(
                EnvironmentCreateParams.builder()
                    .name(rig.name())
                    .config(packed(BetaPackagesParams.builder().pip(List.of("pandas==2.2.0"))))
                    .build());
    assertThat(made.config().asCloud().packages().pip()).containsExactly("pandas==2.2.0");
    var both =
        rig.beta
            .environments()
            .update(
                EnvironmentUpdateParams.builder()
                    .environmentId(made.id())
                    .config(packed(BetaPackagesParams.builder().npm(List.of("prettier"))))
                    .build());
    assertThat(both.config().asCloud().packages().pip()).containsExactly("pandas==2.2.0");
    assertThat(both.config().asCloud().packages().npm()).containsExactly("prettier");
    refused(
        BadRequestException.class,
        () ->
            rig.beta
                .environments()
                .update(
                    EnvironmentUpdateParams.builder()
                        .environmentId(made.id())
                        .config(packed(BetaPackagesParams.builder().pip(List.of("-r file"))))
                        .build()),
        "");
  }

  private static BetaCloudConfigParams packed(BetaPackagesParams.Builder packages) {
    return BetaCloudConfigParams.builder()
        .type(JsonValue.from("cloud"))
        .packages(packages.type(BetaPackagesParams.Type.PACKAGES).build())
        .build();
  }

  @Test
  void whatAnUpdateMayNotDo() {
    var id = rig.environment().id();
    var update = EnvironmentUpdateParams.builder().environmentId(id);
    refused(
        BadRequestException.class,
        () ->
            rig.beta
                .environments()
                .update(
                    update
                        .config(
                            BetaSelfHostedConfigParams.builder()
                                .type(JsonValue.from("self_hosted"))
                                .build())
                        .build()),
        "invalid_config_type_change");
    var reserved =
        EnvironmentUpdateParams.Metadata.builder()
            .putAdditionalProperty("k".repeat(65), JsonValue.from("v"))
            .build();
    refused(
        BadRequestException.class,
        () ->
            rig.beta
                .environments()
                .update(
                    EnvironmentUpdateParams.builder().environmentId(id).metadata(reserved).build()),
        "invalid_metadata");
  }

  @Test
  void archiveAndDelete() {
    var environments = rig.beta.environments();
    var session = rig.beta.sessions().create(rig.session(Rig.coder()).build());
    var id = session.environmentId();
    refused(ConflictException.class, () -> environments.delete(id), "");
    var archived = environments.archive(id);
    assertThat(archived.archivedAt()).isPresent();
    assertThat(archived._additionalProperties()).containsEntry("state", JsonValue.from("archived"));
    assertThat(environments.archive(id)).isEqualTo(archived);
    refused(
        BadRequestException.class,
        () ->
            environments.update(
                EnvironmentUpdateParams.builder().environmentId(id).name("x").build()),
        "environment_archived");
    refused(
            BadRequestException.class,
            () -> rig.beta.sessions().create(rig.session(Rig.coder()).environmentId(id).build()),
            "")
        .hasMessageContaining("Environment " + id + " is archived.");
    assertThat(environments.list().items()).doesNotContain(archived);
    assertThat(
            environments
                .list(EnvironmentListParams.builder().includeArchived(true).build())
                .autoPager())
        .contains(archived);
    rig.beta.sessions().delete(session.id());
    var deleted = environments.delete(id);
    assertThat(deleted.id()).isEqualTo(id);
    assertThat(deleted._type()).isEqualTo(JsonValue.from("environment_deleted"));
    refused(NotFoundException.class, () -> environments.retrieve(id), "");
  }

  @Test
  void environmentsPageFromTheNewestOn() {
    var made = new ArrayList<BetaEnvironment>();
    for (int i = 0; i < 5; i++) {
      made.addFirst(rig.environment());
    }
    var list = rig.beta.environments().list(EnvironmentListParams.builder().limit(2).build());
    assertThat(list.items()).hasSize(2);
    assertThat(list.autoPager().stream().limit(5)).containsExactlyElementsOf(made);
    assertThat(List.copyOf(list.autoPager().stream().map(BetaEnvironment::id).toList()))
        .doesNotHaveDuplicates();
  }

  static BetaLimitedNetworkParams.Builder limited() {
    return BetaLimitedNetworkParams.builder().type(JsonValue.from("limited"));
  }

  static BetaCloudConfigParams cloud(BetaLimitedNetworkParams network) {
    return BetaCloudConfigParams.builder()
        .type(JsonValue.from("cloud"))
        .networking(network)
        .build();
  }
}
