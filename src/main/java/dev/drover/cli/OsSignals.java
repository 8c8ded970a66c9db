package dev.drover.cli;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// Signals through `sun.misc.Signal`, the only API for them: a shutdown hook runs at the first
/// signal, is not notified of a second one, and cannot cancel the exit. It is called by reflection,
/// because the compiler's warning about it cannot be suppressed.
final class OsSignals implements Signals {
  @Override
  @SuppressWarnings("ReferenceEquality") // of the proxy, which has no other
  public Handling handle(List<String> names, Runnable handler) {
    try {
      var signalType = Class.forName("sun.misc.Signal");
      var handlerType = Class.forName("sun.misc.SignalHandler");
      var handle = signalType.getMethod("handle", signalType, handlerType);
      var ours =
          Proxy.newProxyInstance(
              OsSignals.class.getClassLoader(),
              new Class<?>[] {handlerType},
              (proxy, method, arguments) ->
                  switch (method.getName()) {
                    case "handle" -> {
                      handler.run();
                      yield null;
                    }
                    case "equals" -> proxy == Objects.requireNonNull(arguments)[0];
                    case "hashCode" -> System.identityHashCode(proxy);
                    default -> "drover";
                  });
      var undo = new ArrayList<Runnable>();
      for (var name : names) {
        var signal = signalType.getConstructor(String.class).newInstance(name);
        var before = handle.invoke(null, signal, ours);
        undo.add(() -> restore(handle, signal, before));
      }
      return () -> undo.forEach(Runnable::run);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this Java has no signals", e);
    }
  }

  private static void restore(Method handle, Object signal, Object before) {
    try {
      handle.invoke(null, signal, before);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("a signal's handler cannot be restored", e);
    }
  }
}
