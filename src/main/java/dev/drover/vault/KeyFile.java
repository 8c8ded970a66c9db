package dev.drover.vault;

import dev.drover.base.Ids;
import dev.drover.base.TextFile;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;
import java.util.random.RandomGenerator;

/// The file with the keys that encrypt the keys of vaults. It is created with a new key if it does
/// not exist. Only its owner may have access to it.
public final class KeyFile implements ListedKeys.Source {
  private static final int LONGEST = 64 * 1024;
  private static final Set<PosixFilePermission> OWNERS =
      EnumSet.of(
          PosixFilePermission.OWNER_READ,
          PosixFilePermission.OWNER_WRITE,
          PosixFilePermission.OWNER_EXECUTE);

  private final Path file;
  private final Ids ids;
  private final RandomGenerator random;

  /// @param random for a new key; it must not be predictable
  public KeyFile(Path file, Ids ids, RandomGenerator random) {
    this.file = file;
    this.ids = ids;
    this.random = random;
  }

  @Override
  public String read() throws IOException {
    try {
      check();
    } catch (NoSuchFileException _) {
      make();
      check();
    }
    try {
      return TextFile.read(file, LONGEST);
    } catch (TextFile.Unusable e) {
      throw new IOException("it " + e.getMessage(), e);
    }
  }

  private void check() throws IOException {
    var permissions = Files.readAttributes(file, PosixFileAttributes.class).permissions();
    if (!OWNERS.containsAll(permissions)) {
      throw new IOException("others have access to it; run: chmod 600 " + file);
    }
  }

  /// Creates the file atomically. Servers that start at the same time get the same key, because a
  /// link, unlike a move, replaces nothing.
  private void make() throws IOException {
    var key = new byte[AesGcm.KEY];
    random.nextBytes(key);
    var draft =
        Files.createTempFile(
            file.toAbsolutePath().getParent(),
            file.getFileName().toString(),
            ".new",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try {
      Files.writeString(draft, KeyList.of(ids.next("k"), key));
      Files.createLink(file, draft);
    } catch (FileAlreadyExistsException _) {
      // another server was faster; its key is used
    } finally {
      Files.deleteIfExists(draft);
    }
  }
}
