package dev.drover.http;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// Two certificates that sign themselves, made by the JDK's own tool: of `localhost`, and of
/// `other.test` and the address 127.0.0.2.
final class Certificates {
  private static final String PASSWORD = "changeit";

  private final Map<String, KeyStore> stores;

  private Certificates(Map<String, KeyStore> stores) {
    this.stores = stores;
  }

  static Certificates make() {
    return new Certificates(
        Map.of(
            "localhost", store("dns:localhost"),
            "other", store("dns:other.test,ip:127.0.0.2")));
  }

  private static KeyStore store(String names) {
    try {
      return made(names);
    } catch (IOException | GeneralSecurityException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static KeyStore made(String names)
      throws IOException, GeneralSecurityException, InterruptedException {
    var directory = Files.createTempDirectory("certificates");
    var file = directory.resolve("keys.p12");
    try {
      var keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
      var command =
          List.of(
              keytool,
              "-genkeypair",
              "-alias",
              "key",
              "-keyalg",
              "EC",
              "-dname",
              "CN=test",
              "-ext",
              "san=" + names,
              "-validity",
              "30",
              "-storetype",
              "PKCS12",
              "-storepass",
              PASSWORD,
              "-keystore",
              file.toString());
      int status =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor();
      if (status != 0) {
        throw new IOException("keytool ended with " + status);
      }
      return KeyStore.getInstance(file.toFile(), PASSWORD.toCharArray());
    } finally {
      Files.deleteIfExists(file);
      Files.delete(directory);
    }
  }

  /// For a server.
  SSLContext of(String name) {
    try {
      var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(stores.get(name), PASSWORD.toCharArray());
      var context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), null, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /// For a client that trusts them all.
  SSLContext trusting() {
    try {
      var all = KeyStore.getInstance("PKCS12");
      all.load(null, null);
      for (var store : stores.entrySet()) {
        all.setCertificateEntry(store.getKey(), store.getValue().getCertificate("key"));
      }
      var trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trusted.init(all);
      var context = SSLContext.getInstance("TLS");
      context.init(null, trusted.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
