package dev.drover.gateway;

import java.util.Locale;

/// Whether an agent may be connected to a target.
public sealed interface Verdict {
  /// @param rule why, in a word, for records
  record Allowed(String rule) implements Verdict {}

  /// @param words a sentence for the model, without a full stop: what was refused and why
  record Refused(Reason reason, String words) implements Verdict {}

  /// Why a connection was refused or failed.
  enum Reason {
    /// The host is in a form that is not accepted.
    FORM,
    /// The environment does not allow the host.
    HOST,
    /// The environment does not allow the port.
    PORT,
    /// The host has an address that is not public.
    ADDRESS,
    /// The request or the TLS handshake names another host than the connection.
    MISMATCH,
    /// The protocol is not one that may be used there.
    PROTOCOL,
    /// The request is not valid HTTP.
    MALFORMED,
    /// A secret would leave this machine's networks without encryption.
    UNENCRYPTED,
    /// The certificate of the host is not valid.
    CERTIFICATE,
    /// The request is not one that git may send, or the git server of a repository refused it.
    GIT,
    /// A limit was reached.
    LIMIT,
    /// The host has no address, or there is no server, or it does not answer.
    UNREACHABLE;

    /// The label in metrics.
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
