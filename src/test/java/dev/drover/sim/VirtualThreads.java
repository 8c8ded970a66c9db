package dev.drover.sim;

import java.lang.reflect.Constructor;
import java.util.concurrent.Executor;

/// Virtual threads on a scheduler of one's own. The JDK has them and does not show them; it needs
/// `--add-opens java.base/java.lang=ALL-UNNAMED`. A thread that such a thread starts has the same
/// scheduler.
final class VirtualThreads {
  private static final Constructor<?> THREAD = constructor();

  private VirtualThreads() {}

  static void start(Executor scheduler, String name, Runnable body) {
    try {
      ((Thread) THREAD.newInstance(scheduler, name, 0, body)).start();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this JDK has other virtual threads", e);
    }
  }

  private static Constructor<?> constructor() {
    try {
      var constructor =
          Class.forName("java.lang.VirtualThread")
              .getDeclaredConstructor(Executor.class, String.class, int.class, Runnable.class);
      constructor.setAccessible(true);
      return constructor;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this JDK has other virtual threads", e);
    }
  }
}
