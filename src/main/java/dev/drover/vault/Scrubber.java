package dev.drover.vault;

import dev.drover.base.Secret;
import dev.drover.base.SecretForms;
import java.util.Collection;
import java.util.regex.Pattern;

/// Removes secrets from texts of other servers in all of their [SecretForms], and the tokens that
/// OAuth servers return.
final class Scrubber {
  private static final String GONE = "[redacted]";
  private static final String NAMES = "(access_token|refresh_token|id_token|client_secret)";
  private static final Pattern IN_JSON =
      Pattern.compile("(?i)(\"" + NAMES + "\"\\s*:\\s*)\"[^\"]*\"?");
  private static final Pattern IN_FORM = Pattern.compile("(?i)(" + NAMES + "=)[^&\\s\"<]*");

  private final SecretForms secrets;

  Scrubber(Collection<Secret> secrets) {
    this.secrets = new SecretForms(secrets);
  }

  String clean(String text) {
    var clean = secrets.replace(text, GONE);
    clean = IN_JSON.matcher(clean).replaceAll("$1\"" + GONE + "\"");
    return IN_FORM.matcher(clean).replaceAll("$1" + GONE);
  }
}
