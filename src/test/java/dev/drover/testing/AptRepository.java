package dev.drover.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.ar.ArArchiveEntry;
import org.apache.commons.compress.archivers.ar.ArArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/// A repository for apt in a [PackageIndex], with packages for every architecture.
public final class AptRepository {
  private static final List<String> ARCHITECTURES = List.of("amd64", "arm64");

  private final PackageIndex index;
  private final String name;
  private final UnaryOperator<String> signer;
  private final StringBuilder packages = new StringBuilder();

  /// A repository that is not signed.
  public AptRepository(PackageIndex index) {
    this(index, "apt", UnaryOperator.identity());
  }

  /// @param name the first part of its paths
  /// @param signer returns a text with a signature around it
  public AptRepository(PackageIndex index, String name, UnaryOperator<String> signer) {
    this.index = index;
    this.name = name;
    this.signer = signer;
  }

  /// Its URL on a host.
  public String url(String host) {
    return "http://%s:%d/%s".formatted(host, index.port(), name);
  }

  /// A line of a list of sources.
  ///
  /// @param options such as `trusted=yes`; empty for none
  public String line(String host, String options) {
    var brackets = options.isEmpty() ? "" : "[" + options + "] ";
    return "deb %s%s stable main%n".formatted(brackets, url(host));
  }

  /// Adds a package.
  ///
  /// @param depends on these packages, as apt writes them; empty for none
  /// @param files by their paths, relative to the root; those in a `bin` are programs with the
  ///   set-user-ID bit
  /// @param script runs after the installation; empty for none
  public void add(
      String name, String version, String depends, Map<String, String> files, String script) {
    var control =
        ("Package: %s\nVersion: %s\nArchitecture: all\nMaintainer: T <t@example.org>\n"
                + "%sDescription: t\n")
            .formatted(name, version, depends.isEmpty() ? "" : "Depends: " + depends + "\n");
    var controls = new TreeMap<>(Map.of("./control", control));
    if (!script.isEmpty()) {
      controls.put("./postinst", script);
    }
    var data = new TreeMap<String, String>();
    files.forEach((path, content) -> data.put("./" + path, content));
    var deb = deb(tar(controls), tar(data));
    var path = "pool/%s_%s_all.deb".formatted(name, version);
    index.file("/" + this.name + "/" + path, deb);
    packages.append(
        "%sFilename: %s\nSize: %d\nSHA256: %s\n\n"
            .formatted(control, path, deb.length, sha256(deb)));
    publish();
  }

  private void publish() {
    var list = packages.toString().getBytes(StandardCharsets.UTF_8);
    var directory = "/" + name + "/dists/stable/";
    var release = new StringBuilder("Origin: t\nSuite: stable\nCodename: stable\n");
    release.append("Date: Thu, 01 Jan 2026 00:00:00 UTC\nComponents: main\nArchitectures: ");
    release.append(String.join(" ", ARCHITECTURES)).append("\nSHA256:\n");
    for (var architecture : ARCHITECTURES) {
      var path = "main/binary-" + architecture + "/Packages";
      index.file(directory + path, list);
      release.append(" %s %d %s\n".formatted(sha256(list), list.length, path));
    }
    var text = release.toString();
    var signed = signer.apply(text);
    index.file(directory + "Release", text.getBytes(StandardCharsets.UTF_8));
    if (!signed.equals(text)) {
      index.file(directory + "InRelease", signed.getBytes(StandardCharsets.UTF_8));
    }
  }

  private static byte[] deb(byte[] control, byte[] data) {
    var bytes = new ByteArrayOutputStream();
    try (var ar = new ArArchiveOutputStream(bytes)) {
      put(ar, "debian-binary", "2.0\n".getBytes(StandardCharsets.US_ASCII));
      put(ar, "control.tar.gz", control);
      put(ar, "data.tar.gz", data);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static void put(ArArchiveOutputStream ar, String name, byte[] content)
      throws IOException {
    ar.putArchiveEntry(new ArArchiveEntry(name, content.length));
    ar.write(content);
    ar.closeArchiveEntry();
  }

  private static byte[] tar(Map<String, String> files) {
    var bytes = new ByteArrayOutputStream();
    try (var tar = new TarArchiveOutputStream(new GZIPOutputStream(bytes))) {
      for (var file : files.entrySet()) {
        var content = file.getValue().getBytes(StandardCharsets.UTF_8);
        var entry = new TarArchiveEntry(file.getKey());
        entry.setSize(content.length);
        boolean runs = file.getKey().contains("bin/") || file.getKey().endsWith("/postinst");
        entry.setMode(runs ? 0104755 : 0100644);
        entry.setIds(0, 0);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
