package dev.drover.directory;

import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/// Names of files that usually contain secrets.
final class SecretNames {
  private static final Pattern FILES =
      Pattern.compile(
          "\\.env.*|id_.*|.*\\.(pem|key|p12|pfx|ppk|jks|keystore|kdbx|tfstate|tfvars|ovpn)"
              + "|.*\\.tfstate\\.backup|credentials.*|\\.netrc|_netrc|\\.npmrc|\\.pypirc|\\.pgpass"
              + "|\\.htpasswd|\\.git-credentials|service[-_]account.*\\.json|secrets?\\.(json|ya?ml|toml)");
  private static final Set<String> DIRECTORIES =
      Set.of(".ssh", ".aws", ".azure", ".gnupg", ".kube", ".docker", ".gcloud");

  private SecretNames() {}

  static boolean contains(String path) {
    var segments = path.toLowerCase(Locale.ROOT).split("/", -1);
    return FILES.matcher(segments[segments.length - 1]).matches()
        || Arrays.stream(segments).limit(segments.length - 1L).anyMatch(DIRECTORIES::contains);
  }
}
