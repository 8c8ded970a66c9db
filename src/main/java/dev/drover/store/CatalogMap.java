package dev.drover.store;

import dev.drover.catalog.Catalog;
import dev.drover.catalog.Catalogs;
import dev.drover.catalog.ResourceKind;
import dev.drover.wire.ResourceCodec;
import dev.drover.wire.ResourceCodecs;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/// A catalog for each kind of [ResourceCodecs].
public final class CatalogMap implements Catalogs {
  private final Map<String, Catalog<?>> byType = new HashMap<>();

  /// The factory of a store's catalogs.
  public interface Maker {
    <T> Catalog<T> make(ResourceCodec<T> codec);
  }

  public CatalogMap(Maker maker) {
    for (var codec : ResourceCodecs.ALL) {
      byType.put(codec.kind().type(), maker.make(codec));
    }
  }

  @Override
  @SuppressWarnings("unchecked") // each was added under the type of its own kind
  public <T> Catalog<T> of(ResourceKind<T> kind) {
    return (Catalog<T>)
        Objects.requireNonNull(byType.get(kind.type()), () -> "no catalog of " + kind.type());
  }
}
