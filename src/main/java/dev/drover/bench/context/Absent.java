package dev.drover.bench.context;

import java.lang.reflect.Proxy;

/// What a harness has and a simulated session never uses: every call fails.
final class Absent {
  private Absent() {}

  static <T> T of(Class<T> type) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (_, method, _) -> {
              throw new IllegalStateException("a simulated session has no " + method.getName());
            }));
  }
}
