package dev.drover.vault;

import dev.drover.base.Problem;
import java.io.IOException;
import java.util.random.RandomGenerator;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/// A [Kms] whose keys are in a text: in a file, or in a setting. It is read at the first use, and
/// again when a key is not in it, so that a key can be added while servers run.
public final class ListedKeys implements Kms {
  /// Reads the text. It is asked again when a key is missing.
  @FunctionalInterface
  public interface Source {
    /// @throws IOException that says what is wrong with which file or setting
    String read() throws IOException;
  }

  private final Source source;
  private final String name;
  private final RandomGenerator random;
  private volatile @Nullable KeyList keys;

  /// @param name of the file or the setting, for messages
  /// @param random for nonces; it must not be predictable
  public ListedKeys(Source source, String name, RandomGenerator random) {
    this.source = source;
    this.name = name;
    this.random = random;
  }

  @Override
  public String current() {
    return keys().current();
  }

  @Override
  public boolean has(String id) {
    return keys().get(id) != null || read().get(id) != null;
  }

  @Override
  public byte[] wrap(String id, byte[] key, byte[] bound) {
    return AesGcm.seal(key(id), key, bound, random);
  }

  @Override
  public byte[] unwrap(String id, byte[] wrapped, byte[] bound) {
    try {
      return AesGcm.open(key(id), wrapped, bound);
    } catch (AesGcm.Broken e) {
      throw Problem.unavailable("A vault cannot be opened with the key " + id + ".", e);
    }
  }

  private SecretKey key(String id) {
    var key = keys().get(id);
    if (key == null) {
      key = read().get(id);
    }
    if (key == null) {
      throw Problem.unavailable(
          "This server does not have the key " + id + " of a vault.",
          new IOException("the key " + id + " is not in " + name));
    }
    return key;
  }

  private KeyList keys() {
    var known = keys;
    return known == null ? read() : known;
  }

  private KeyList read() {
    try {
      var read = new KeyList(source.read());
      keys = read;
      return read;
    } catch (IOException | IllegalArgumentException e) {
      throw Problem.unavailable(
          "The keys of vaults cannot be read.", new IOException(name + ": " + e.getMessage(), e));
    }
  }
}
