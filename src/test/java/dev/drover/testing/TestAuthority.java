package dev.drover.testing;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/// The authority of the certificates of the hosts of a test.
public final class TestAuthority {
  private static final char[] NO_PASSWORD = {};
  private static final X500Name NAME = new X500Name("CN=authority of tests");
  private static final Duration DAY = Duration.ofDays(1);

  private final KeyPair keys;
  private final X509Certificate certificate;

  public TestAuthority() throws GeneralSecurityException, IOException {
    keys = keys();
    certificate = made(NAME, keys, NAME, keys, Instant.now().plus(DAY), List.of());
  }

  private static KeyPair keys() throws GeneralSecurityException {
    var generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(256);
    return generator.generateKeyPair();
  }

  /// @param hosts none: the certificate of an authority
  private static X509Certificate made(
      X500Name issuer,
      KeyPair issuerKeys,
      X500Name subject,
      KeyPair keys,
      Instant end,
      List<String> hosts)
      throws GeneralSecurityException, CertIOException {
    var builder =
        new JcaX509v3CertificateBuilder(
            issuer,
            BigInteger.valueOf(System.nanoTime()),
            Date.from(end.minus(DAY.multipliedBy(9))),
            Date.from(end),
            subject,
            keys.getPublic());
    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(hosts.isEmpty()));
    if (!hosts.isEmpty()) {
      var names =
          hosts.stream()
              .map(
                  host ->
                      new GeneralName(
                          host.matches("[0-9.]+") ? GeneralName.iPAddress : GeneralName.dNSName,
                          host))
              .toArray(GeneralName[]::new);
      builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names));
    }
    try {
      var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(issuerKeys.getPrivate());
      return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
    } catch (OperatorCreationException e) {
      throw new GeneralSecurityException(e);
    }
  }

  /// What a server with a good certificate needs.
  public SSLContext server(String... hosts) throws GeneralSecurityException, IOException {
    return server(Instant.now().plus(DAY), hosts);
  }

  /// With a certificate that has expired.
  public SSLContext expired(String... hosts) throws GeneralSecurityException, IOException {
    return server(Instant.now().minus(DAY), hosts);
  }

  private SSLContext server(Instant end, String... hosts)
      throws GeneralSecurityException, IOException {
    var own = keys();
    var subject = new X500Name("CN=server");
    return context(own, made(NAME, keys, subject, own, end, List.of(hosts)));
  }

  /// With a certificate that no authority has signed.
  public static SSLContext selfSigned(String... hosts)
      throws GeneralSecurityException, IOException {
    var own = keys();
    var subject = new X500Name("CN=server");
    var end = Instant.now().plus(DAY);
    return context(own, made(subject, own, subject, own, end, List.of(hosts)));
  }

  private static SSLContext context(KeyPair keys, X509Certificate certificate)
      throws GeneralSecurityException, IOException {
    var store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry(
        "server", keys.getPrivate(), NO_PASSWORD, new X509Certificate[] {certificate});
    var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(store, NO_PASSWORD);
    var context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    return context;
  }

  /// Its certificate as a file in PEM.
  public Path file(Path directory) throws IOException, GeneralSecurityException {
    var lines =
        Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(certificate.getEncoded());
    return Files.writeString(
        directory.resolve("authority.pem"),
        "-----BEGIN CERTIFICATE-----\n" + lines + "\n-----END CERTIFICATE-----\n");
  }

  /// What a client needs that trusts these certificates.
  public static SSLContext client(X509Certificate... trusted)
      throws GeneralSecurityException, IOException {
    var store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    for (int i = 0; i < trusted.length; i++) {
      store.setCertificateEntry("t" + i, trusted[i]);
    }
    var managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    managers.init(store);
    var context = SSLContext.getInstance("TLS");
    context.init(null, managers.getTrustManagers(), null);
    return context;
  }

  public X509Certificate certificate() {
    return certificate;
  }
}
