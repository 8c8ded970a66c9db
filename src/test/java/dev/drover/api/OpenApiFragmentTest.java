package dev.drover.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Json;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// How the fragments of the OpenAPI document are found, and how they become one.
final class OpenApiFragmentTest {
  @TempDir Path temporary;

  private static Json merged(String... contents) {
    var fragments = new ArrayList<OpenApiFragment>();
    for (var content : contents) {
      var file = (char) ('a' + fragments.size()) + ".json";
      fragments.add(new OpenApiFragment(file, Json.trusted(content.replace('\'', '"'))));
    }
    return OpenApi.merged(fragments);
  }

  @Test
  void everyFragmentIsFoundAndTheWholeComesFirst() {
    assertThat(OpenApiFragment.all().stream().map(OpenApiFragment::file))
        .startsWith("drover.json", "access.json", "agents.json")
        .contains("events.json", "models.json", "operations.json", "sessions.json", "threads.json");
  }

  @Test
  void aNewFileInTheDirectoryOfClassesIsFound() throws IOException {
    for (var name : List.of("vaults.json", "drover.json", "notes.txt")) {
      Files.createFile(temporary.resolve(name));
    }
    assertThat(OpenApiFragment.siblings(temporary.resolve("drover.json").toUri().toURL()))
        .containsExactlyInAnyOrder("vaults.json", "drover.json", "notes.txt");
  }

  @ParameterizedTest
  @CsvSource({"drover.jar", "a directory/with+signs%20and blanks.jar"})
  void aNewFileInAJarIsFoundWithoutEntriesOfDirectories(String name) throws IOException {
    var jar = temporary.resolve(name);
    Files.createDirectories(jar.getParent());
    try (var out = new JarOutputStream(Files.newOutputStream(jar))) {
      for (var file :
          List.of("api/Other.class", "api/openapi/vaults.json", "api/openapi/drover.json")) {
        out.putNextEntry(new JarEntry(file));
      }
    }
    var url = URI.create("jar:" + jar.toUri() + "!/api/openapi/drover.json").toURL();
    assertThat(OpenApiFragment.siblings(url))
        .containsExactlyInAnyOrder("vaults.json", "drover.json");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'a':1}            | {'b':2}             | {'a':1,'b':2}",
        "{'paths':{'/a':{}}}| {'paths':{'/b':{}}} | {'paths':{'/a':{},'/b':{}}}",
        "{'paths':{'/a':{'get':{'x':1}}}} | {'paths':{'/a':{'post':{}}}} |"
            + " {'paths':{'/a':{'get':{'x':1},'post':{}}}}",
        "{'components':{'schemas':{'A':{}}}} | {'components':{'headers':{'A':{}}}}"
            + " | {'components':{'schemas':{'A':{}},'headers':{'A':{}}}}",
        "{'components':{'schemas':{'A':{}}}} | {'components':{'schemas':{'B':{}}}}"
            + " | {'components':{'schemas':{'A':{},'B':{}}}}",
        "{'tags':[1]}       | {'tags':[2]}        | {'tags':[1,2]}"
      })
  void fragmentsAreMerged(String one, String other, String whole) {
    assertThat(merged(one, other)).isEqualTo(Json.trusted(whole.replace('\'', '"')));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'a':1}             | {'a':1}               | /a",
        "{'a':{}}            | {'a':null}            | /a",
        "{'a':[]}            | {'a':{}}              | /a",
        "{'servers':[]}      | {'servers':[]}        | /servers",
        "{'info':{'title':1}} | {'info':{'title':2}} | /info/title",
        "{'paths':{'/a':{'get':{}}}} | {'paths':{'/a':{'get':{}}}} | /paths//a/get",
        "{'components':{'schemas':{'A':{'x':1}}}} | {'components':{'schemas':{'A':{'y':1}}}}"
            + " | /components/schemas/A",
        "{'components':{'parameters':{'A':{}}}} | {'components':{'parameters':{'A':{}}}}"
            + " | /components/parameters/A"
      })
  void twoFragmentsOfTheSameThingAreAnErrorWithBothNames(String one, String other, String place) {
    assertThatThrownBy(() -> merged("{}", one, "{'z':1}", other))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("defines " + place + ": [b.json, d.json]");
  }
}
