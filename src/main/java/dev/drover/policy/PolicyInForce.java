package dev.drover.policy;

import dev.drover.base.Problem;
import dev.drover.http.PrivateHosts;
import dev.drover.settings.Section;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The policy that this server applies. It is read at the first use, and again by [#reload]. Who
/// applies it asks for it each time. Safe for many threads.
public final class PolicyInForce implements Supplier<OperatorPolicy> {
  private static final System.Logger LOG = System.getLogger(PolicyInForce.class.getName());

  private final Optional<Path> named;
  private final Path usual;
  private final AtomicReference<@Nullable PolicyFile> read = new AtomicReference<>();

  /// @param named the file; it must exist
  /// @param usual the file without a name; it may be missing
  PolicyInForce(Optional<Path> named, Path usual) {
    this.named = named;
    this.usual = usual;
  }

  /// The policy in a file that may be missing.
  public static PolicyInForce of(Path file) {
    return new PolicyInForce(Optional.empty(), file);
  }

  /// The policy that the settings name.
  ///
  /// @param section `policy` of the settings
  /// @param data the data directory
  public static PolicyInForce read(Section section, Path data) {
    var named =
        section
            .text("file")
            .map(
                text -> {
                  try {
                    return Path.of(text).toAbsolutePath().normalize();
                  } catch (InvalidPathException _) {
                    throw section.problem("file", "is not the name of a file");
                  }
                });
    return new PolicyInForce(named, data.resolve(PolicyFile.NAME));
  }

  @Override
  public OperatorPolicy get() {
    return file().policy();
  }

  /// The policy and its file.
  ///
  /// @throws Problem `INVALID_REQUEST` if it is read now and is invalid
  public PolicyFile file() {
    var known = read.get();
    if (known != null) {
      return known;
    }
    var first = named.isEmpty() && Files.notExists(usual) ? PolicyFile.NONE : now();
    var other = read.compareAndExchange(null, first);
    return other == null ? first : other;
  }

  private PolicyFile now() {
    return PolicyFile.read(named.orElse(usual));
  }

  /// Reads the file again, for all that follows. A policy that cannot be read, or whose file is
  /// gone, changes nothing: the one in force stays, and the log has an error.
  ///
  /// @return whether the file was read
  public boolean reload() {
    var before = file();
    try {
      if (before.path().isEmpty() && Files.notExists(usual)) {
        LOG.log(Level.INFO, "there is no policy to read: " + usual);
        return true;
      }
      var after = now();
      read.set(after);
      LOG.log(
          Level.INFO,
          "policy read again: {0}, SHA-256 {1}{2}",
          after.path().map(Path::toString).orElse(""),
          after.hash(),
          after.hash().equals(before.hash()) ? ", unchanged" : "");
      return true;
    } catch (Problem e) {
      LOG.log(Level.ERROR, "the policy was not read again; the old one stays: " + e.getMessage());
      return false;
    }
  }

  /// The private hosts that stay reachable; empty: all that the settings open.
  public Optional<PrivateHosts> privateHosts() {
    return get().networking().privateHosts();
  }
}
