package dev.drover;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The documents name types that exist: a renamed type is renamed there, too.
final class DocumentedNamesTest {
  /// A name of at least two words in code marks, which is how our types are named.
  private static final Pattern NAMED = Pattern.compile("`((?:[A-Z][a-z0-9]+){2,})`");

  private static final Pattern DECLARED =
      Pattern.compile("\\b(?:class|record|enum|interface) ([A-Z][A-Za-z0-9]*)");

  /// Names of others, and of the example in `adding-a-resource.md`.
  private static final Set<String> FOREIGN =
      Set.of("CommandSpec", "InetAddressResolverProvider", "MemoryDocuments");

  private static Set<Path> files(String directory, String ending) throws IOException {
    try (var files = Files.walk(Path.of(directory))) {
      return files.filter(file -> file.toString().endsWith(ending)).collect(Collectors.toSet());
    }
  }

  private static Set<String> names(Path file, Pattern pattern) throws IOException {
    return pattern
        .matcher(Files.readString(file))
        .results()
        .map(found -> found.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void everyTypeThatTheDocumentsNameExists() throws IOException {
    var declared = new TreeSet<>(FOREIGN);
    for (var file : files("src", ".java")) {
      declared.addAll(names(file, DECLARED));
    }
    var documents = files("docs", ".md");
    Stream.of("README.md", "CONTRIBUTING.md", "SECURITY.md").map(Path::of).forEach(documents::add);
    var missing = new TreeMap<Path, Set<String>>();
    int found = 0;
    for (var document : documents) {
      var named = names(document, NAMED);
      found += named.size();
      named.removeAll(declared);
      if (!named.isEmpty()) {
        missing.put(document, named);
      }
    }
    assertThat(found).as("names of types in the documents").isGreaterThan(100);
    assertThat(missing).as("names of types that do not exist").isEmpty();
  }
}
