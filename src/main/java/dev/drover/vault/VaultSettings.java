package dev.drover.vault;

import dev.drover.base.Ids;
import dev.drover.base.Secret;
import dev.drover.settings.Section;
import java.nio.file.Path;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// The settings of vaults.
///
/// @param keys the keys that encrypt the keys of vaults; empty: they are in a file
/// @param file the file with these keys; empty: `vault-keys` in the data directory
public record VaultSettings(Optional<Secret> keys, Optional<String> file) {
  public static VaultSettings read(Section section) {
    var keys = section.secret("keys");
    keys.ifPresent(
        secret -> {
          try {
            new KeyList(secret.reveal());
          } catch (IllegalArgumentException e) {
            throw section.problem("keys", String.valueOf(e.getMessage()));
          }
        });
    return new VaultSettings(keys, section.text("file"));
  }

  /// The keys of these settings.
  ///
  /// @param data the data directory
  public Kms kms(Path data, Ids ids, RandomGenerator random) {
    if (keys.isPresent()) {
      var text = keys.get().reveal();
      return new ListedKeys(() -> text, "the setting vault.keys", random);
    }
    var path = file.map(Path::of).orElseGet(() -> data.resolve("vault-keys"));
    return new ListedKeys(new KeyFile(path, ids, random), path.toString(), random);
  }
}
