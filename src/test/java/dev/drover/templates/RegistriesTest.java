package dev.drover.templates;

import static dev.drover.templates.PackageStage.packages;
import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.catalog.Packages;
import dev.drover.catalog.Packages.Manager;
import dev.drover.gateway.PackageSettings;
import dev.drover.testing.PackageIndex;
import dev.drover.testing.Programs;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Packages of gem, go and cargo, installed by the real programs from registries on loopback. The
/// gem and its index were made by `gem build` and `gem generate_index`. `scripts/setup soak`
/// installs the programs.
@Tag("sandbox")
@Tag("sdk")
@Tag("soak")
final class RegistriesTest {
  @TempDir static Path data;

  private static PackageIndex index;
  private static PackageStage stage;

  @BeforeAll
  static void open() throws Exception {
    index = new PackageIndex();
    index.goModule(
        "example.test/hello",
        "v1.0.0",
        "package main\n\nfunc main() { println(\"hello from go\") }\n");
    index.crate(
        PackageStage.HOST, "tinycrate", "1.2.0", "fn main() { println!(\"hello from rust\") }\n");
    index.file("/gems/", new byte[0]);
    gem("tinygem-1.0.gem", "gems/");
    gem("tinygem-1.0.gemspec.rz", "quick/Marshal.4.8/");
    gem("specs.4.8.gz", "");
    gem("latest_specs.4.8.gz", "");
    gem("prerelease_specs.4.8.gz", "");
    var host = "http://%s:%d".formatted(PackageStage.HOST, index.port());
    stage =
        new PackageStage(
            data,
            new PackageSettings(
                Map.of(
                    "cargo", URI.create(index.crates(PackageStage.HOST)),
                    "gem", URI.create(host + "/gems"),
                    "go", URI.create(index.modules(PackageStage.HOST))),
                Optional.empty(),
                Optional.of("off")));
  }

  private static void gem(String name, String directory) throws IOException {
    try (var in = RegistriesTest.class.getResourceAsStream("gems/" + name)) {
      assertThat(in).as(name).isNotNull();
      index.file("/gems/" + directory + name, in.readAllBytes());
    }
  }

  @AfterAll
  static void close() {
    stage.close();
    index.close();
  }

  @Test
  void theirProgramsAreOnThePathAndGemsCanBeRequired() throws Exception {
    var both =
        new Packages(
            Map.of(
                Manager.GEM, List.of("tinygem:1.0"),
                Manager.GO, List.of("example.test/hello@v1.0.0")));
    var outputs =
        stage.outputs(
            both,
            "hello 2>&1; type -P hello",
            "tinygem-says; ruby -e 'require \"json\"; require \"tinygem\"; puts Tinygem::WORD'");
    assertThat(outputs.get(0)).isEqualTo("hello from go\n/opt/drover/go/bin/hello");
    assertThat(outputs.get(1)).isEqualTo("tiny ruby\ntiny ruby");
  }

  /// A machine may have no cargo, or the old one of its distribution.
  @Test
  void aCrateIsBuiltOrTheReasonSaysWhatTheMachineLacks() throws Exception {
    var crate = packages(Manager.CARGO, "tinycrate@1.2.0");
    var missing = Templates.missing(Path.of("/"), Optional.empty()).get(Manager.CARGO);
    if (missing != null) {
      assertThat(stage.failure(crate)).contains(missing);
    } else if (version("cargo").matches("(?s)cargo 1\\.[1-6]?[0-9]\\..*")) {
      assertThat(stage.failure(crate)).contains("is too old", "cargo 1.70 and newer");
    } else {
      assertThat(stage.outputs(crate, "tinycrate; type -P tinycrate"))
          .containsExactly("hello from rust\n/opt/drover/cargo/bin/tinycrate");
      assertThat(stage.failure(packages(Manager.CARGO, "tinycrate@9.0.0")))
          .contains("exit code 101", "could not find `tinycrate`");
    }
  }

  private static String version(String program) throws Exception {
    var path = Map.of("PATH", "/usr/local/bin:/usr/bin:/bin");
    return Programs.run(data, path, "/usr/bin/env", program, "--version");
  }

  @Test
  void aFailureHasTheirReasons() {
    assertThat(stage.failure(packages(Manager.GO, "example.test/hello@v1.0.0", "$(id)@v1")))
        .startsWith("go could not install the packages of this environment")
        .contains("exit code 1", "malformed module path \"$(id)\"");
    assertThat(stage.failure(packages(Manager.GEM, "tinygem:2.0")))
        .contains("Could not find a valid gem 'tinygem' (= 2.0)");
  }
}
