package dev.drover.gateway.tls;

import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateNotYetValidException;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/// TLS connections to hosts, in place of programs in sandboxes. The certificate of a host must be
/// valid for it and signed by an authority that this server trusts. Safe for many threads.
public final class UpstreamTls {
  private static final String[] HTTP = {"http/1.1"};

  private final SSLContext context;

  /// @param authorities a file with certificates in PEM, which are trusted besides those that this
  ///   JVM trusts
  /// @throws IOException if the file cannot be read, or contains something else
  public UpstreamTls(Optional<Path> authorities) throws IOException {
    try {
      context = SSLContext.getInstance("TLS");
      context.init(
          null,
          authorities.isEmpty() ? null : trusting(authorities.get()).getTrustManagers(),
          null);
    } catch (GeneralSecurityException e) {
      throw new IOException("no authority can be trusted: " + e.getMessage(), e);
    }
  }

  private static TrustManagerFactory trusting(Path file)
      throws IOException, GeneralSecurityException {
    var store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    int number = 0;
    for (var manager : managers(null).getTrustManagers()) {
      if (manager instanceof X509TrustManager known) {
        for (var certificate : known.getAcceptedIssuers()) {
          store.setCertificateEntry("jvm" + number++, certificate);
        }
      }
    }
    try (var in = Files.newInputStream(file)) {
      var added = CertificateFactory.getInstance("X.509").generateCertificates(in);
      if (added.isEmpty()) {
        throw new IOException(file + " contains no certificate in PEM");
      }
      for (var certificate : added) {
        store.setCertificateEntry("file" + number++, certificate);
      }
    } catch (CertificateException e) {
      throw new IOException(file + " contains something that is no certificate in PEM", e);
    }
    return managers(store);
  }

  private static TrustManagerFactory managers(@Nullable KeyStore store)
      throws GeneralSecurityException {
    var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return factory;
  }

  /// Makes the TLS handshake with a host.
  ///
  /// @param line connected to it
  /// @param host a name or an address, which the certificate must be for
  /// @throws TlsFailure if the handshake fails
  public TlsLine connect(Line line, String host, int port) throws TlsFailure {
    try {
      var socket = new LineSocket(line, Channels.newInputStream(line));
      var name = host.replaceAll("[\\[\\]]", "");
      var tls = (SSLSocket) context.getSocketFactory().createSocket(socket, name, port, true);
      var parameters = tls.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      parameters.setApplicationProtocols(HTTP);
      tls.setSSLParameters(parameters);
      tls.startHandshake();
      return new TlsLine(tls, line);
    } catch (IOException e) {
      throw new TlsFailure(why(e), e);
    }
  }

  private static String why(Throwable thrown) {
    var why = "its TLS handshake failed";
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof CertificateExpiredException) {
        return "its certificate has expired";
      } else if (cause instanceof CertificateNotYetValidException) {
        return "its certificate is not valid yet";
      } else if (cause instanceof CertPathBuilderException) {
        why = "its certificate is not signed by an authority that this server trusts";
      } else if (cause instanceof CertPathValidatorException) {
        why = "its certificate is not valid";
      } else if (cause instanceof CertificateException
          && String.valueOf(cause.getMessage()).matches("No (subject|name).*")) {
        return "its certificate is for another host";
      }
    }
    return why;
  }
}
