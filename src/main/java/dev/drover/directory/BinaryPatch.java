package dev.drover.directory;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.zip.DeflaterInputStream;

/// A change of a file as git writes it for binary files: both contents, compressed, in base 85.
/// Contents are not held in memory.
///
/// @see <a href="https://git-scm.com/docs/diff-format">git diff format</a>
record BinaryPatch(Change change, Path root) {
  private static final int LINE = 52;
  private static final int BASE = 85;
  private static final String DIGITS =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~";

  /// Whether the directory has the content before the change.
  boolean isSound() throws IOException {
    if (change.before().isEmpty()) {
      return true;
    }
    var sha256 = Digests.sha256();
    try (var in = new DigestInputStream(open(before()), sha256)) {
      in.transferTo(OutputStream.nullOutputStream());
    } catch (NoSuchFileException _) {
      return false;
    }
    return HexFormat.of().formatHex(sha256.digest()).equals(change.before().get().digest());
  }

  private Optional<Path> before() {
    return change.before().map(_ -> root.resolve(change.path()));
  }

  void write(Writer to) throws IOException {
    for (var line : TextDiff.head(change)) {
      to.append(line).append('\n');
    }
    var after = change.content();
    to.append("index %s..%s\nGIT binary patch\n".formatted(id(before()), id(after)));
    literal(to, after);
    literal(to, before());
  }

  private static InputStream open(Optional<Path> file) throws IOException {
    return file.isPresent() ? Files.newInputStream(file.get()) : InputStream.nullInputStream();
  }

  private static long size(Optional<Path> file) throws IOException {
    return file.isPresent() ? Files.size(file.get()) : 0;
  }

  /// The name of a content in git; zeros if there is none.
  private static String id(Optional<Path> file) throws IOException {
    if (file.isEmpty()) {
      return "0".repeat(40);
    }
    var sha1 = sha1();
    sha1.update(("blob " + size(file) + "\0").getBytes(StandardCharsets.US_ASCII));
    try (var in = new DigestInputStream(open(file), sha1)) {
      in.transferTo(OutputStream.nullOutputStream());
    }
    return HexFormat.of().formatHex(sha1.digest());
  }

  private static MessageDigest sha1() {
    try {
      return MessageDigest.getInstance("SHA-1");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-1", e);
    }
  }

  private static void literal(Writer to, Optional<Path> file) throws IOException {
    to.append("literal " + size(file) + "\n");
    try (var in = new DeflaterInputStream(open(file))) {
      for (var bytes = in.readNBytes(LINE); bytes.length > 0; bytes = in.readNBytes(LINE)) {
        to.append(length(bytes.length));
        for (int at = 0; at < bytes.length; at += 4) {
          word(to, bytes, at);
        }
        to.append('\n');
      }
    }
    to.append('\n');
  }

  private static char length(int bytes) {
    return (char) (bytes <= 26 ? 'A' + bytes - 1 : 'a' + bytes - 27);
  }

  /// Four bytes, the missing ones as zeros, in five digits.
  private static void word(Writer to, byte[] bytes, int at) throws IOException {
    long word = 0;
    for (int i = at; i < at + 4; i++) {
      word = word << 8 | (i < bytes.length ? bytes[i] & 0xFF : 0);
    }
    var digits = new char[5];
    for (int i = 4; i >= 0; i--) {
      digits[i] = DIGITS.charAt((int) (word % BASE));
      word /= BASE;
    }
    to.write(digits);
  }
}
