package dev.drover.vault;

import java.util.List;

/// Stores the placeholders of sessions: the texts that stand for the secrets of credentials in
/// their sandboxes. A session keeps the placeholder of a credential for as long as both exist.
/// Durable when a call returns; safe for many threads; blocking.
public interface Placeholders {
  /// What every placeholder begins with. Letters and digits follow.
  String PREFIX = "drvph_";

  /// Stores placeholders of a session, except for those of credentials that have one.
  ///
  /// @param session the id of the session
  /// @return the placeholder that each of these credentials has now, in the same order
  /// @throws dev.drover.base.Problem `NOT_FOUND` without such a session
  List<Draft> issue(String session, List<Draft> drafts);

  /// A placeholder of a credential.
  record Draft(CredentialId credential, String text) {}

  /// The placeholders of a session whose credentials are active, each with its credential as it is
  /// now.
  List<Issued> of(String session);

  /// A placeholder that stands for a secret.
  record Issued(String text, Credential credential) {}

  /// Notes that the client is informed of a credential that the environment of the session makes
  /// useless.
  ///
  /// @return false if it was noted before, or there is no such placeholder
  boolean report(String session, CredentialId credential);
}
