package dev.drover;

import dev.drover.base.Secret;
import dev.drover.catalog.WorkspaceId;
import dev.drover.gateway.GitRepositories;
import dev.drover.session.SessionId;
import dev.drover.session.SessionResource;
import dev.drover.session.SessionResource.Repository;
import dev.drover.session.SessionResources;
import dev.drover.session.Sessions;
import dev.drover.vault.Keyring;
import dev.drover.vault.SealedSecret;
import dev.drover.vault.SecretField;
import dev.drover.vault.Use;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/// The repositories of sessions and their tokens, for the gateway. Both are read at each use, so
/// another token counts at once.
record GitSecrets(Sessions sessions, SessionResources resources, Keyring keyring)
    implements GitRepositories {
  @Override
  public List<Repository> of(SessionId session) {
    return SessionResource.repositories(resources.of(session));
  }

  @Override
  public WorkspaceId workspace(SessionId session) {
    return sessions.getSession(session).workspace();
  }

  @Override
  public Optional<Secret> token(SessionId session, Repository repository, URI to) {
    return repository
        .token()
        .map(
            token ->
                keyring.ofRepository(
                    new Use(
                        sessions.getSession(session).workspace(),
                        Use.Purpose.GIT,
                        Optional.of(session.value()),
                        Optional.empty()),
                    repository.id().value(),
                    new SealedSecret(
                        SecretField.TOKEN, token.version(), token.keyVersion(), token.value()),
                    to));
  }
}
