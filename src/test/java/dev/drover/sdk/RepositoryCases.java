package dev.drover.sdk;

import static dev.drover.sdk.RefusalCases.refused;
import static org.assertj.core.api.Assertions.assertThat;

import com.anthropic.core.JsonValue;
import com.anthropic.errors.BadRequestException;
import com.anthropic.models.beta.sessions.BetaManagedAgentsGitHubRepositoryResourceParams;
import com.anthropic.models.beta.sessions.events.BetaManagedAgentsStreamSessionEvents;
import com.anthropic.models.beta.sessions.resources.ResourceDeleteParams;
import com.anthropic.models.beta.sessions.resources.ResourceListParams;
import com.anthropic.models.beta.sessions.resources.ResourceRetrieveParams;
import com.anthropic.models.beta.sessions.resources.ResourceUpdateParams;
import com.anthropic.services.blocking.beta.sessions.ResourceService;
import dev.drover.testing.GitHost;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The git repositories of sessions.
abstract class RepositoryCases {
  private static final String TOKEN = "canary-sdk-token";

  private final Rig rig;
  private final ResourceService resources;
  @TempDir private Path directory;
  private GitHost host;

  RepositoryCases(Rig rig) {
    this.rig = rig;
    resources = rig.beta.sessions().resources();
  }

  @BeforeEach
  void host() throws Exception {
    host = new GitHost(directory);
    host.create("acme/app", TOKEN, Map.of("a.txt", "one\n"));
    host.commit("acme/app", "side", Map.of("a.txt", "two\n"));
  }

  @AfterEach
  void close() {
    host.close();
  }

  private BetaManagedAgentsGitHubRepositoryResourceParams.Builder params(String token) {
    return BetaManagedAgentsGitHubRepositoryResourceParams.builder()
        .type(JsonValue.from("github_repository"))
        .url(host.url("acme/app"))
        .authorizationToken(token);
  }

  @Test
  void aSessionIsCreatedWithARepositoryWhichTheAgentFinds() {
    var params = params(TOKEN).branchCheckout("side").mountPath("/workspace/src/app").build();
    var session = rig.beta.sessions().create(rig.session(Rig.coder()).addResource(params).build());
    var shown = session.resources().getFirst().asGitHubRepository();
    assertThat(shown.url()).isEqualTo(host.url("acme/app"));
    assertThat(shown.mountPath()).isEqualTo("/workspace/src/app");
    assertThat(shown.checkout().orElseThrow().asBranch().name()).isEqualTo("side");
    assertThat(shown.toString()).doesNotContain(TOKEN);
    var list = ResourceListParams.builder().sessionId(session.id()).build();
    assertThat(rig.witness.valid(resources.list(list).items().getFirst()).asGitHubRepository())
        .isEqualTo(shown);
    var one =
        ResourceRetrieveParams.builder().sessionId(session.id()).resourceId(shown.id()).build();
    assertThat(resources.retrieve(one).asGitHubRepository()).isEqualTo(shown);
    var delete =
        ResourceDeleteParams.builder().sessionId(session.id()).resourceId(shown.id()).build();
    refused(BadRequestException.class, () -> resources.delete(delete), "");
    try (var talk = new Talk(rig, session.id())) {
      assertThat(SessionResourceCases.run(talk, rig, "cat src/app/a.txt")).isEqualTo("two");
    }
  }

  @Test
  void aRefusedTokenIsAnErrorUntilItIsReplaced() {
    var session =
        rig.beta
            .sessions()
            .create(rig.session(Rig.coder()).addResource(params("wrong").build()).build());
    var id = session.resources().getFirst().asGitHubRepository().id();
    try (var talk = new Talk(rig, session.id())) {
      assertThat(SessionResourceCases.run(talk, rig, "ls app")).contains("No such file");
      var error =
          talk.last(BetaManagedAgentsStreamSessionEvents::isSessionError).asSessionError().error();
      assertThat(error.asRepositoryAuthentication().repositoryUrl()).contains(host.url("acme/app"));
      assertThat(error.asRepositoryAuthentication().retryStatus().isRetrying()).isTrue();
      var update =
          ResourceUpdateParams.builder()
              .sessionId(session.id())
              .resourceId(id)
              .authorizationToken(TOKEN)
              .build();
      var updated = rig.witness.valid(resources.update(update)).asGitHubRepository();
      assertThat(updated.id()).isEqualTo(id);
      assertThat(SessionResourceCases.run(talk, rig, "ls app")).isEqualTo("a.txt");
    }
  }

  private BetaManagedAgentsGitHubRepositoryResourceParams of(String repository) {
    return params(TOKEN).url(host.url(repository)).mountPath("/workspace/" + repository).build();
  }

  @Test
  void eachKindOfFailureHasItsError() {
    host.refuse("acme/forbidden", 403);
    host.refuse("acme/odd", 418);
    var session =
        rig.beta
            .sessions()
            .create(
                rig.session(Rig.coder())
                    .addResource(of("acme/forbidden"))
                    .addResource(of("acme/none"))
                    .addResource(of("acme/odd"))
                    .addResource(params(TOKEN).branchCheckout("none").build())
                    .build());
    try (var talk = new Talk(rig, session.id())) {
      rig.model.says("Done.");
      talk.say("Go.");
      talk.untilIdle();
      assertThat(talk.last(BetaManagedAgentsStreamSessionEvents::isSessionError).asSessionError())
          .satisfies(error -> assertThat(error.error().isRepositoryCheckout()).isTrue());
    }
  }
}
