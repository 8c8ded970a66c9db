package dev.drover.testing;

import dev.drover.catalog.Blobs;
import java.lang.reflect.Proxy;

/// For servers that store no contents: every call fails, except for `close`.
public final class NoBlobs {
  public static final Blobs INSTANCE =
      (Blobs)
          Proxy.newProxyInstance(
              Blobs.class.getClassLoader(),
              new Class<?>[] {Blobs.class},
              (_, method, _) -> {
                if (method.getName().equals("close")) {
                  return null;
                }
                throw new UnsupportedOperationException(method.getName());
              });

  private NoBlobs() {}
}
