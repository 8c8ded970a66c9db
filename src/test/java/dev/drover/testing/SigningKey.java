package dev.drover.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;

/// A key of GnuPG that signs repositories, in a directory of its own.
public final class SigningKey implements AutoCloseable {
  private final Path home;

  /// @param home a short path, since GnuPG makes sockets there; does not exist
  public SigningKey(Path home) throws IOException, InterruptedException {
    this.home = home;
    var mine = PosixFilePermissions.fromString("rwx------");
    Files.createDirectory(home, PosixFilePermissions.asFileAttribute(mine));
    gpg("--passphrase", "", "--quick-generate-key", "T <t@example.org>", "ed25519", "sign", "0");
  }

  private String gpg(String... arguments) throws IOException, InterruptedException {
    var command = new String[arguments.length + 3];
    command[0] = "gpg";
    command[1] = "--batch";
    command[2] = "--quiet";
    System.arraycopy(arguments, 0, command, 3, arguments.length);
    return Programs.run(home, Map.of("GNUPGHOME", home.toString()), command);
  }

  /// The public key, in lines of text.
  public String armored() throws IOException, InterruptedException {
    var file = home.resolve("public.asc");
    gpg("--yes", "--armor", "--output", file.toString(), "--export");
    return Files.readString(file);
  }

  /// Returns a text with a signature around it.
  public String sign(String text) {
    var file = home.resolve("text");
    var signed = home.resolve("signed");
    try {
      Files.writeString(file, text);
      gpg("--yes", "--clearsign", "--output", signed.toString(), file.toString());
      return Files.readString(signed);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /// Ends the agent of GnuPG.
  @Override
  public void close() throws IOException {
    var mine = Map.of("GNUPGHOME", home.toString());
    try {
      Programs.run(home, mine, "gpgconf", "--kill", "all");
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt(); // it ends with its directory
    }
  }
}
