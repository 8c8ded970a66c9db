package dev.drover.testing;

import dev.drover.catalog.Blobs;
import java.lang.reflect.Proxy;

/// For servers that store no contents: every call fails.
public final class NoBlobs {
  public static final Blobs INSTANCE =
      (Blobs)
          Proxy.newProxyInstance(
              Blobs.class.getClassLoader(),
              new Class<?>[] {Blobs.class},
              (_, method, _) -> {
                throw new UnsupportedOperationException(method.getName());
              });

  private NoBlobs() {}
}
