package dev.drover.hands.local;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;

/// The program `hand` for this machine, extracted from the jar.
final class HandBinary {
  /// Where the build puts the programs.
  private static final String PROGRAMS = "/dev/drover/hands/bwrap/";

  private HandBinary() {}

  /// Writes the program to `directory` under its hash, unless it is already there, and verifies it.
  ///
  /// @throws IOException when the jar has none for this architecture, or a damaged one
  static Path extract(Path directory) throws IOException {
    var name = "hand-" + architecture();
    var program = resource(name);
    var hash = sha256(program);
    if (!hash.equals(new String(resource(name + ".sha256"), StandardCharsets.US_ASCII).strip())) {
      throw new IOException("the program " + name + " in this build of Drover is damaged");
    }
    var target = directory.resolve("hand-" + hash);
    if (Files.isRegularFile(target) && hash.equals(sha256(Files.readAllBytes(target)))) {
      return target;
    }
    Files.createDirectories(directory);
    var temporary = Files.createTempFile(directory, "hand-", ".new");
    Files.write(temporary, program);
    Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("r-xr-xr-x"));
    return Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
  }

  private static String architecture() {
    return switch (System.getProperty("os.arch").toLowerCase(Locale.ROOT)) {
      case "amd64", "x86_64" -> "x86_64";
      case "aarch64", "arm64" -> "aarch64";
      case String other -> other;
    };
  }

  private static byte[] resource(String name) throws IOException {
    try (var in = HandBinary.class.getResourceAsStream(PROGRAMS + name)) {
      if (in == null) {
        throw new IOException("this build of Drover has no program " + name);
      }
      return in.readAllBytes();
    }
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
