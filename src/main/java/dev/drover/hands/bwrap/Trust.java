package dev.drover.hands.bwrap;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// The certificates that the programs of a sandbox trust: those of the host, and perhaps one more.
///
/// @param added a certificate in PEM
record Trust(Optional<String> added) {
  /// The files below `/etc`.
  static final String CERTIFICATES = "ssl/certs/ca-certificates.crt";

  static final String OF_JAVA = "ssl/certs/java/cacerts";
  private static final String AUTHORITY = "ssl/certs/drover.crt";

  private static final System.Logger LOG = System.getLogger(Trust.class.getName());

  /// The usual password of a store of certificates, which protects nothing.
  private static final char[] PASSWORD = "changeit".toCharArray();

  /// Environment variables of programs that bring certificates of their own.
  Map<String, String> variables() {
    if (added.isEmpty()) {
      return Map.of();
    }
    var variables = new TreeMap<String, String>();
    variables.put("SSL_CERT_FILE", "/etc/" + CERTIFICATES);
    variables.put("CURL_CA_BUNDLE", "/etc/" + CERTIFICATES);
    variables.put("REQUESTS_CA_BUNDLE", "/etc/" + CERTIFICATES);
    variables.put("PIP_CERT", "/etc/" + CERTIFICATES);
    variables.put("GIT_SSL_CAINFO", "/etc/" + CERTIFICATES);
    variables.put("CARGO_HTTP_CAINFO", "/etc/" + CERTIFICATES);
    variables.put("AWS_CA_BUNDLE", "/etc/" + CERTIFICATES);
    variables.put("NODE_EXTRA_CA_CERTS", "/etc/" + AUTHORITY); // read in addition to its own
    return Collections.unmodifiableMap(variables);
  }

  /// What a file of the host is in the sandbox.
  byte[] shown(String name, byte[] content) {
    if (added.isEmpty()) {
      return content;
    }
    return switch (name) {
      case CERTIFICATES -> joined(content, added.get());
      case OF_JAVA -> store(content, added.get());
      default -> content;
    };
  }

  /// The files that the host need not have.
  Map<String, byte[]> files() {
    if (added.isEmpty()) {
      return Map.of();
    }
    var pem = added.get().getBytes(StandardCharsets.US_ASCII);
    return Map.of(AUTHORITY, pem, CERTIFICATES, pem);
  }

  private static byte[] joined(byte[] certificates, String pem) {
    var all = new ByteArrayOutputStream();
    all.writeBytes(certificates);
    all.writeBytes(("\n" + pem).getBytes(StandardCharsets.US_ASCII));
    return all.toByteArray();
  }

  /// In the older format, whose certificates are read without a password.
  private static byte[] store(byte[] ofHost, String pem) {
    try {
      var before = KeyStore.getInstance("JKS");
      before.load(new ByteArrayInputStream(ofHost), PASSWORD);
      var after = KeyStore.getInstance("JKS");
      after.load(null, null);
      for (var alias : Collections.list(before.aliases())) {
        after.setCertificateEntry(alias, before.getCertificate(alias));
      }
      after.setCertificateEntry(
          "drover",
          CertificateFactory.getInstance("X.509")
              .generateCertificate(
                  new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII))));
      var out = new ByteArrayOutputStream();
      after.store(out, PASSWORD);
      return out.toByteArray();
    } catch (GeneralSecurityException | IOException e) {
      LOG.log(
          Level.WARNING,
          "Java in sandboxes does not trust the certificates of this server: /etc/"
              + OF_JAVA
              + " cannot be read",
          e);
      return ofHost;
    }
  }
}
