package dev.drover.gateway.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Date;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/// The certificate authority whose signatures the programs in sandboxes trust. It answers them in
/// place of hosts, with certificates that it makes. Safe for many threads.
public final class Authority {
  private static final Duration LIFE = Duration.ofDays(3650);
  private static final Duration LEAF = Duration.ofDays(7);
  private static final Duration KEPT = Duration.ofDays(1);

  /// How far clocks may differ.
  private static final Duration EARLIER = Duration.ofDays(1);

  /// The number of hosts whose certificates are kept.
  private static final int MOST = 1_000;

  private static final int LONGEST_NAME = 64; // a common name
  private static final String HTTP = "http/1.1";
  private static final char[] NO_PASSWORD = {};
  private static final Base64.Encoder LINES = Base64.getMimeEncoder(64, new byte[] {'\n'});

  private final PrivateKey key;
  private final X509Certificate certificate;
  private final KeyPair leaf;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final Map<String, Kept> contexts = new LinkedHashMap<>();

  private record Kept(SSLContext context, Instant since) {}

  /// @param made what [#make] returned
  /// @param random for serial numbers; it must not be predictable
  public Authority(byte[] made, InstantSource clock, RandomGenerator random) {
    this.clock = clock;
    this.random = random;
    var parts = new String(made, StandardCharsets.US_ASCII).split("\n", -1);
    try {
      var encoded = new PKCS8EncodedKeySpec(Base64.getDecoder().decode(parts[0]));
      key = KeyFactory.getInstance("EC").generatePrivate(encoded);
      certificate =
          (X509Certificate)
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(
                      new ByteArrayInputStream(Base64.getDecoder().decode(parts[1])));
      leaf = keys();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the certificate authority cannot be read", e);
    }
  }

  /// A new authority: its private key and its certificate, to be kept as a secret.
  public static byte[] make(InstantSource clock, RandomGenerator random) {
    try {
      var keys = keys();
      var id = new byte[4];
      random.nextBytes(id);
      var name =
          new X500NameBuilder()
              .addRDN(BCStyle.O, "Drover")
              .addRDN(BCStyle.CN, "Drover sandboxes " + HexFormat.of().formatHex(id))
              .build();
      var builder = builder(name, keys, name, keys, LIFE, clock, random);
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
      builder.addExtension(
          Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
      var encoded = Base64.getEncoder();
      var text =
          encoded.encodeToString(keys.getPrivate().getEncoded())
              + "\n"
              + encoded.encodeToString(signed(builder, keys.getPrivate()).getEncoded());
      return text.getBytes(StandardCharsets.US_ASCII);
    } catch (GeneralSecurityException | OperatorCreationException | CertIOException e) {
      throw new IllegalStateException("no certificate authority can be made", e);
    }
  }

  private static KeyPair keys() throws GeneralSecurityException {
    var generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return generator.generateKeyPair();
  }

  private static X509v3CertificateBuilder builder(
      X500Name issuer,
      KeyPair issuerKeys,
      X500Name subject,
      KeyPair keys,
      Duration life,
      InstantSource clock,
      RandomGenerator random)
      throws GeneralSecurityException, CertIOException {
    var serial = new byte[16];
    random.nextBytes(serial);
    var now = clock.instant();
    var builder =
        new JcaX509v3CertificateBuilder(
            issuer,
            new BigInteger(1, serial),
            Date.from(now.minus(EARLIER)),
            Date.from(now.plus(life)),
            subject,
            keys.getPublic());
    var utilities = new JcaX509ExtensionUtils();
    builder.addExtension(
        Extension.subjectKeyIdentifier,
        false,
        utilities.createSubjectKeyIdentifier(keys.getPublic()));
    builder.addExtension(
        Extension.authorityKeyIdentifier,
        false,
        utilities.createAuthorityKeyIdentifier(issuerKeys.getPublic()));
    return builder;
  }

  private static X509Certificate signed(X509v3CertificateBuilder builder, PrivateKey key)
      throws GeneralSecurityException, OperatorCreationException {
    var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(key);
    return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
  }

  /// Its certificate in PEM.
  public String certificate() {
    try {
      return "-----BEGIN CERTIFICATE-----\n"
          + LINES.encodeToString(certificate.getEncoded())
          + "\n-----END CERTIFICATE-----\n";
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a certificate that was read cannot be written", e);
    }
  }

  /// Answers the TLS handshake of a program as a host.
  ///
  /// @param in what the program sends, from the first byte of the handshake
  /// @param host a name or an address, which the certificate is for
  /// @throws TlsFailure if the handshake fails; [TlsFailure#why] is a part of a sentence
  public TlsLine accept(Line program, InputStream in, String host) throws TlsFailure {
    var tooNew = new AtomicBoolean();
    try {
      var socket = new LineSocket(program, in);
      var tls = (SSLSocket) context(host).getSocketFactory().createSocket(socket, host, 0, true);
      tls.setUseClientMode(false);
      tls.setHandshakeApplicationProtocolSelector(
          (_, offered) -> {
            tooNew.set(!offered.contains(HTTP));
            return offered.contains(HTTP) ? HTTP : null;
          });
      tls.startHandshake();
      return new TlsLine(tls, program);
    } catch (IOException e) {
      throw new TlsFailure(
          tooNew.get()
              ? "the program needs HTTP/2, and only HTTP/1.1 can be used where secrets are put in"
              : "the program does not accept the certificate of this sandbox's gateway, or ended"
                  + " the TLS handshake",
          e);
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw new TlsFailure("no certificate can be made for it", e);
    }
  }

  private SSLContext context(String host)
      throws GeneralSecurityException, OperatorCreationException, IOException {
    synchronized (contexts) {
      var kept = kept(host);
      if (kept != null) {
        return kept;
      }
    }
    var made = contextOf(leaf(host));
    synchronized (contexts) {
      var faster = kept(host);
      if (faster != null) {
        return faster;
      }
      if (contexts.size() >= MOST) {
        contexts.remove(contexts.keySet().iterator().next());
      }
      contexts.put(host, new Kept(made, clock.instant()));
      return made;
    }
  }

  private @Nullable SSLContext kept(String host) {
    var kept = contexts.get(host);
    if (kept != null && kept.since.plus(KEPT).isBefore(clock.instant())) {
      contexts.remove(host);
      return null;
    }
    return kept == null ? null : kept.context;
  }

  private SSLContext contextOf(X509Certificate certificate)
      throws GeneralSecurityException, IOException {
    var store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry(
        "leaf",
        leaf.getPrivate(),
        NO_PASSWORD,
        new X509Certificate[] {certificate, this.certificate});
    var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, NO_PASSWORD);
    var context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    return context;
  }

  private X509Certificate leaf(String host)
      throws GeneralSecurityException, OperatorCreationException, CertIOException {
    var issuer = X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
    var name = host.length() <= LONGEST_NAME ? host : "a host with a long name";
    var subject = new X500NameBuilder().addRDN(BCStyle.CN, name).build();
    var own = new KeyPair(certificate.getPublicKey(), key);
    var builder = builder(issuer, own, subject, leaf, LEAF, clock, random);
    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
    builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
    builder.addExtension(
        Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth));
    boolean address = host.startsWith("[") || Character.isDigit(host.charAt(host.length() - 1));
    builder.addExtension(
        Extension.subjectAlternativeName,
        false,
        new GeneralNames(
            address
                ? new GeneralName(GeneralName.iPAddress, host.replaceAll("[\\[\\]]", ""))
                : new GeneralName(GeneralName.dNSName, host)));
    return signed(builder, key);
  }
}
