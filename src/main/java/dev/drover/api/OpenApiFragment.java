package dev.drover.api;

import dev.drover.base.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/// A part of the OpenAPI document.
///
/// @param file the file name, for error messages
record OpenApiFragment(String file, Json content) {
  /// The first fragment of the document.
  private static final String FIRST = "drover.json";

  private static final String DIRECTORY = "openapi/";

  /// Reads every JSON file in the directory `openapi` beside this class: `drover.json` first, then
  /// the others by name.
  static List<OpenApiFragment> all() {
    try {
      var first = Objects.requireNonNull(OpenApiFragment.class.getResource(DIRECTORY + FIRST));
      return siblings(first).stream()
          .filter(file -> file.endsWith(".json"))
          .sorted(
              Comparator.comparing((String file) -> !file.equals(FIRST)).thenComparing(it -> it))
          .map(OpenApiFragment::read)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The names of the files in the directory of `file`, which is in a jar or in a directory of
  /// classes.
  static List<String> siblings(URL file) throws IOException {
    var names = new ArrayList<String>();
    if (file.openConnection() instanceof JarURLConnection jar) {
      var directory = jar.getEntryName().replaceFirst("[^/]*$", "");
      jar.setUseCaches(false);
      try (var entries = jar.getJarFile()) {
        entries.stream()
            .filter(entry -> entry.getName().startsWith(directory))
            .forEach(entry -> names.add(entry.getName().substring(directory.length())));
      }
    } else {
      var path = Path.of(URI.create(file.toString()));
      try (var entries = Files.newDirectoryStream(Objects.requireNonNull(path.getParent()))) {
        entries.forEach(entry -> names.add(entry.getFileName().toString()));
      }
    }
    return names;
  }

  private static OpenApiFragment read(String file) {
    try (var in = OpenApiFragment.class.getResourceAsStream(DIRECTORY + file)) {
      var text =
          new String(Objects.requireNonNull(in, file).readAllBytes(), StandardCharsets.UTF_8);
      return new OpenApiFragment(file, Json.parse(text));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (Json.Malformed e) {
      throw new IllegalStateException(file + " is not valid JSON: " + e.getMessage(), e);
    }
  }
}
