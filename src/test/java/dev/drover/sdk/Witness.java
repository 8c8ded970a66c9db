package dev.drover.sdk;

import com.anthropic.core.ObjectMappers;
import com.anthropic.core.http.HttpResponse;
import com.anthropic.core.http.StreamResponse;
import com.anthropic.errors.AnthropicServiceException;
import com.fasterxml.jackson.core.JsonProcessingException;
import dev.drover.base.Json;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Stands between a test and the client: notes which calls were answered and which refused,
/// validates every answer, and notes every event. Safe for many threads.
final class Witness {
  private static final Set<String> SETTINGS = Set.of("withOptions", "withRawResponse");

  /// What the client's own validation refuses; see [Rig#webhooks].
  private static final String UNVALIDATED = "com.anthropic.models.beta.organization.webhooks.";

  private final Set<String> answered = new ConcurrentSkipListSet<>();
  private final Map<String, Set<Integer>> refused = new ConcurrentHashMap<>();
  private final Set<Json.Obj> events = ConcurrentHashMap.newKeySet();

  /// A service that does what `service` does.
  ///
  /// @param path its name, such as `beta.sessions`
  <T> T watched(Class<T> kind, T service, String path) {
    var proxy =
        Proxy.newProxyInstance(
            kind.getClassLoader(),
            new Class<?>[] {kind},
            (_, method, arguments) -> call(service, method, arguments, path));
    return kind.cast(proxy);
  }

  private @Nullable Object call(
      Object service, Method method, Object @Nullable [] arguments, String path) throws Throwable {
    var name = path.isEmpty() ? method.getName() : path + "." + method.getName();
    try {
      var result = method.invoke(service, arguments);
      if (isService(method.getReturnType())) {
        return watchedAs(
            method.getReturnType(), result, SETTINGS.contains(method.getName()) ? path : name);
      }
      answered.add(name);
      // The content of a file is not an object of the protocol.
      return result == null || result instanceof HttpResponse ? result : checked(result);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof AnthropicServiceException failure) {
        refused.computeIfAbsent(name, _ -> new TreeSet<>()).add(failure.statusCode());
      }
      throw e.getCause();
    }
  }

  private <T> T watchedAs(Class<T> kind, Object service, String path) {
    return watched(kind, kind.cast(service), path);
  }

  private static boolean isService(Class<?> type) {
    return type.isInterface() && type.getName().startsWith("com.anthropic.services.blocking.");
  }

  /// The names of all calls under a service, such as `beta.sessions.create`.
  static Stream<String> calls(Class<?> service, String path) {
    return Arrays.stream(service.getMethods())
        .filter(method -> !SETTINGS.contains(method.getName()))
        .filter(method -> !Modifier.isStatic(method.getModifiers()))
        .flatMap(
            method -> {
              var name = path.isEmpty() ? method.getName() : path + "." + method.getName();
              return isService(method.getReturnType())
                  ? calls(method.getReturnType(), name)
                  : Stream.of(name);
            })
        .distinct();
  }

  private Object checked(Object result) {
    if (result instanceof StreamResponse<?> stream) {
      return new WatchedStream<>(stream, this);
    }
    return valid(result);
  }

  /// The same, once it is known to be what the protocol says.
  <T> T valid(T answer) {
    if (answer.getClass().getName().startsWith(UNVALIDATED)) {
      return answer;
    }
    try {
      if (answer instanceof com.anthropic.core.Page<?> page) {
        valid(page.getClass().getMethod("response").invoke(page));
        page.items().forEach(this::noted);
      } else {
        answer.getClass().getMethod("validate").invoke(answer);
        noted(answer);
      }
      return answer;
    } catch (InvocationTargetException e) {
      throw new AssertionError("not valid: " + answer, e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(answer.getClass().getName(), e);
    }
  }

  private void noted(Object answer) {
    var name = answer.getClass().getSimpleName();
    if (name.endsWith("SessionEvent") || name.matches(".*Stream.*Events")) {
      events.add(json(answer));
    }
  }

  /// What came over the wire.
  static Json.Obj json(Object answer) {
    try {
      return (Json.Obj) Json.trusted(ObjectMappers.jsonMapper().writeValueAsString(answer));
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  Set<String> answered() {
    return answered;
  }

  /// The statuses with which calls were refused, by their names.
  Map<String, Set<Integer>> refused() {
    return refused;
  }

  /// Every event that a list or stream has shown.
  Set<Json.Obj> events() {
    return events;
  }

  private record WatchedStream<T>(StreamResponse<T> events, Witness witness)
      implements StreamResponse<T> {
    @Override
    public Stream<T> stream() {
      return events.stream().map(witness::valid);
    }

    @Override
    public void close() {
      events.close();
    }
  }
}
