package dev.drover.testing;

import dev.drover.base.MemoryBudget;
import dev.drover.brain.AttachedFiles;
import dev.drover.files.Files;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.InstantSource;

/// For what has no files: every call fails.
public final class NoFiles {
  public static final Files INSTANCE =
      (Files)
          Proxy.newProxyInstance(
              Files.class.getClassLoader(),
              new Class<?>[] {Files.class},
              (_, method, _) -> {
                throw new UnsupportedOperationException(method.getName());
              });

  /// For messages without files.
  public static final AttachedFiles ATTACHED =
      new AttachedFiles(
          INSTANCE,
          NoBlobs.INSTANCE,
          new MemoryBudget(1L << 30, Duration.ofDays(1)),
          InstantSource.system());

  private NoFiles() {}
}
