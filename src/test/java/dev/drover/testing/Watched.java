package dev.drover.testing;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Objects of which calls are noted.
public final class Watched {
  private Watched() {}

  /// The same object, which announces each call of its methods: `name:before`, `name:after`.
  public static <T> T by(Consumer<String> announced, Class<T> type, T object) {
    return by(announced, type, object, UnaryOperator.identity());
  }

  /// As above.
  ///
  /// @param seen what a caller gets in place of a result
  public static <T> T by(
      Consumer<String> announced, Class<T> type, T object, UnaryOperator<@Nullable Object> seen) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (_, method, arguments) -> {
              announced.accept(method.getName() + ":before");
              try {
                return seen.apply(method.invoke(object, arguments));
              } catch (InvocationTargetException e) {
                throw e.getCause();
              } finally {
                announced.accept(method.getName() + ":after");
              }
            }));
  }
}
