package dev.drover;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Tags;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.platform.commons.annotation.Testable;

/// What a test class needs beside this JVM is its tag, so that `-Pquick` leaves it out. The rule
/// follows the calls of each test class through the code of the tests. A class without a tag is a
/// unit test.
@TestInstance(Lifecycle.PER_CLASS) // so that the classes, 200 MB, go with it
final class TagsTest {
  /// Starts processes: sandboxes, servers, other programs.
  private static final String SANDBOX = "sandbox";

  /// Opens a SQLite or a PostgreSQL database.
  private static final String DATABASE = "database";

  /// Uses an official SDK, or Node.js.
  private static final String SDK = "sdk";

  private static final Set<String> KNOWN = Set.of("unit", SANDBOX, DATABASE, SDK, "proof", "soak");

  private final JavaClasses code =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.ONLY_INCLUDE_TESTS)
          .importPackages("dev.drover");

  @Test
  void whatATestClassUsesIsItsTag() {
    var missing = new TreeMap<String, Set<String>>();
    tests()
        .forEach(
            test -> {
              var needed = needed(test);
              needed.removeAll(tags(test));
              if (!needed.isEmpty()) {
                missing.put(test.getName(), needed);
              }
            });
    assertThat(missing).as("test classes without the tag of what they use").isEmpty();
  }

  @Test
  void unitTestsHaveNoOtherTag() {
    assertThat(
            tests().stream().filter(test -> tags(test).contains("unit") && tags(test).size() > 1))
        .isEmpty();
  }

  @Test
  void everyTagIsKnown() {
    assertThat(tests()).allSatisfy(test -> assertThat(KNOWN).containsAll(tags(test)));
  }

  @Test
  void theRuleSeesThroughSuperclassesAndFixtures() {
    assertThat(needed(code.get("dev.drover.store.PostgresCatalogTest"))).containsExactly(DATABASE);
    assertThat(needed(code.get("dev.drover.store.MemoryCatalogTest"))).isEmpty();
    assertThat(needed(code.get("dev.drover.RestartTest"))).contains(SANDBOX);
    assertThat(needed(code.get("dev.drover.sdk.OfficialJavaSdkTest"))).contains(SDK);
  }

  private List<JavaClass> tests() {
    var tests =
        code.stream()
            .filter(type -> !type.getModifiers().contains(JavaModifier.ABSTRACT))
            .filter(type -> !type.isAnnotatedWith(Nested.class))
            .filter(this::hasTests)
            .filter(this::isRunByItself)
            .toList();
    assertThat(tests).hasSizeGreaterThan(100);
    return tests;
  }

  /// A test class whose constructor takes something is made by another one.
  private boolean isRunByItself(JavaClass type) {
    return type.getConstructors().stream()
        .anyMatch(constructor -> constructor.getRawParameterTypes().isEmpty());
  }

  private boolean hasTests(JavaClass type) {
    return parts(type)
        .flatMap(part -> part.getMethods().stream())
        .anyMatch(method -> method.isMetaAnnotatedWith(Testable.class));
  }

  /// A class and its nested test classes, each with what it extends.
  private Stream<JavaClass> parts(JavaClass type) {
    return type.getClassHierarchy().stream()
        .flatMap(each -> Stream.concat(Stream.of(each), nested(each).flatMap(this::parts)));
  }

  private Stream<JavaClass> nested(JavaClass type) {
    return code.stream()
        .filter(each -> each.isAnnotatedWith(Nested.class))
        .filter(each -> each.getEnclosingClass().equals(Optional.of(type)));
  }

  private static Set<String> tags(JavaClass test) {
    return test.getClassHierarchy().stream()
        .flatMap(
            type ->
                Stream.concat(
                    type.tryGetAnnotationOfType(Tag.class).stream(),
                    type.tryGetAnnotationOfType(Tags.class).stream()
                        .flatMap(several -> Stream.of(several.value()))))
        .map(Tag::value)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /// The tags of what the code of a test class reaches by calls.
  private Set<String> needed(JavaClass test) {
    var needed = new TreeSet<String>();
    var seen = new HashSet<JavaCodeUnit>();
    var next = new ArrayDeque<JavaCodeUnit>();
    parts(test).forEach(part -> next.addAll(part.getCodeUnits()));
    while (!next.isEmpty()) {
      var unit = next.pop();
      if (!seen.add(unit)) {
        continue;
      }
      for (var access : unit.getAccessesFromSelf()) {
        var owner = access.getTargetOwner();
        var tag = tag(owner);
        if (!tag.isEmpty()) {
          needed.add(tag);
        } else if (code.contain(owner.getName())) {
          owner.getCodeUnits().stream()
              .filter(target -> target.getFullName().equals(access.getTarget().getFullName()))
              .forEach(next::add);
          owner.getStaticInitializer().ifPresent(next::add);
        }
      }
    }
    return needed;
  }

  private static String tag(JavaClass used) {
    var name = used.getName();
    if (name.startsWith("com.anthropic.") || name.equals("dev.drover.testing.Programs")) {
      return SDK;
    }
    return switch (name) {
      case "java.sql.DriverManager",
          "dev.drover.testing.Postgres",
          "dev.drover.testing.PostgresServer",
          "dev.drover.store.sqlite.SqliteStore",
          "dev.drover.store.postgres.PostgresStore" ->
          DATABASE;
      case "java.lang.ProcessBuilder",
          "dev.drover.hands.bwrap.BwrapEngine",
          "dev.drover.Main",
          "dev.drover.Drover" ->
          SANDBOX;
      default -> "";
    };
  }
}
