package dev.drover;

import dev.drover.Config.Misconfigured;
import dev.drover.base.Ids;
import dev.drover.base.Secret;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/// `<data>/api-key`: the key of a server that was given none, for its owner's eyes alone (mode
/// 0600). It is never seen half-written, and two servers that start together agree on one.
public record KeyFile(Path data) {
  static final String PREFIX = "sk-drover-";

  public Path path() {
    return data.resolve("api-key");
  }

  /// The key, if one was made.
  public Optional<Secret> read() throws Misconfigured {
    if (!Files.exists(path())) {
      return Optional.empty();
    }
    try {
      var key = Files.readString(path()).strip();
      if (!Settings.isKey(key)) {
        throw new Misconfigured(path() + " holds no key; remove it to have one made");
      }
      return Optional.of(new Secret(key));
    } catch (IOException e) {
      throw new Misconfigured(path() + " cannot be read: " + e);
    }
  }

  /// The key, made now if there is none.
  ///
  /// @param ids over a generator that nobody can guess
  public Secret readOrMake(Ids ids) throws Misconfigured {
    var known = read();
    if (known.isEmpty()) {
      try {
        Files.createDirectories(data);
        make(ids);
      } catch (IOException | UnsupportedOperationException e) {
        throw new Misconfigured(path() + " cannot be made: " + e);
      }
      known = read();
    }
    return known.orElseThrow(() -> new Misconfigured(path() + " was removed while it was made"));
  }

  private void make(Ids ids) throws IOException {
    var ownerOnly =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    var draft = Files.createTempFile(data, "api-key", ".new", ownerOnly);
    try {
      Files.writeString(draft, ids.next(PREFIX) + "\n");
      Files.createLink(path(), draft);
    } catch (FileAlreadyExistsException _) {
      // another server was faster, and its key is as good
    } catch (FileSystemException | UnsupportedOperationException _) {
      Files.move(draft, path(), StandardCopyOption.ATOMIC_MOVE); // no hard links here
    } finally {
      Files.deleteIfExists(draft);
    }
  }
}
