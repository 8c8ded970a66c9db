package dev.drover.sdk;

import dev.drover.catalog.ResourceKind;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ReflectionSupport;

/// The SDK cases of a kind of resource: the tests of the class that is named after its type, such
/// as [AgentCases] for `agent`. A kind without such a class is an error.
record CasesOfKind(Rig rig, Object cases, List<Method> methods) {
  static CasesOfKind of(ResourceKind<?> kind, Rig rig) {
    var name =
        Stream.of(kind.type().split("_", -1))
            .map(word -> word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1))
            .collect(Collectors.joining("", CasesOfKind.class.getPackageName() + ".", "Cases"));
    try {
      var type = Class.forName(name);
      var methods =
          AnnotationSupport.findAnnotatedMethods(type, Test.class, HierarchyTraversalMode.TOP_DOWN);
      if (methods.isEmpty()) {
        throw new AssertionError("no test in " + name);
      }
      return new CasesOfKind(rig, type.getDeclaredConstructor(Rig.class).newInstance(rig), methods);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("no SDK cases of the kind " + kind.type() + ": " + name, e);
    }
  }

  String name() {
    return cases.getClass().getSimpleName();
  }

  Stream<DynamicTest> tests() {
    return methods.stream()
        .map(
            method ->
                DynamicTest.dynamicTest(
                    method.getName() + "()",
                    () -> {
                      rig.model.unscript();
                      ReflectionSupport.invokeMethod(method, cases);
                    }));
  }
}
