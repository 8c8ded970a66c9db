import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Runs google-java-format over every source: `--replace` mends, `--check` lists the files that are
/// not as it would write them and fails if there are any. Maven runs it on the toolchain's JDK,
/// which knows the syntax of the sources; Maven's own JDK may not.
void main(String[] options) throws Exception {
  var arguments =
      new ArrayList<>(
          options[0].equals("--check")
              ? List.of("--dry-run", "--set-exit-if-changed")
              : List.of(options));
  try (var files = Files.walk(Path.of("src"))) {
    files
        .map(Path::toString)
        .filter(file -> file.endsWith(".java"))
        .sorted()
        .forEach(arguments::add);
  }
  Class.forName("com.google.googlejavaformat.java.Main")
      .getMethod("main", String[].class)
      .invoke(null, (Object) arguments.toArray(String[]::new));
}
