package dev.drover.http;

import java.security.KeyManagementException;
import java.security.SecureRandom;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLContextSpi;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;

/// TLS with one host, independent of the address of the connection: the certificate must be valid
/// for the host's name. Otherwise a certificate for the address would be accepted, too, and a
/// forged DNS answer can choose the address.
final class NamedTls extends SSLContextSpi {
  private final SSLContext tls;
  private final String host;

  private NamedTls(SSLContext tls, String host) {
    this.tls = tls;
    this.host = host;
  }

  /// A context like `tls`, for connections to `host` only.
  static SSLContext of(SSLContext tls, String host) {
    return new SSLContext(new NamedTls(tls, host), tls.getProvider(), tls.getProtocol()) {};
  }

  @Override
  protected SSLEngine engineCreateSSLEngine(String address, int port) {
    return tls.createSSLEngine(host, port);
  }

  @Override
  protected SSLEngine engineCreateSSLEngine() {
    throw new UnsupportedOperationException("TLS without a peer cannot be checked");
  }

  @Override
  protected SSLSocketFactory engineGetSocketFactory() {
    throw new UnsupportedOperationException("only engines are checked");
  }

  @Override
  protected SSLServerSocketFactory engineGetServerSocketFactory() {
    throw new UnsupportedOperationException("only for clients");
  }

  @Override
  protected void engineInit(KeyManager[] keys, TrustManager[] trusted, SecureRandom random)
      throws KeyManagementException {
    throw new KeyManagementException("it is ready");
  }

  @Override
  protected SSLSessionContext engineGetServerSessionContext() {
    return tls.getServerSessionContext();
  }

  @Override
  protected SSLSessionContext engineGetClientSessionContext() {
    return tls.getClientSessionContext();
  }

  @Override
  protected SSLParameters engineGetDefaultSSLParameters() {
    return tls.getDefaultSSLParameters();
  }

  @Override
  protected SSLParameters engineGetSupportedSSLParameters() {
    return tls.getSupportedSSLParameters();
  }
}
