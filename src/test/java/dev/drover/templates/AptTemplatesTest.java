package dev.drover.templates;

import static dev.drover.templates.PackageStage.packages;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.catalog.Packages;
import dev.drover.catalog.Packages.Manager;
import dev.drover.gateway.PackageSettings;
import dev.drover.testing.AptRepository;
import dev.drover.testing.PackageIndex;
import dev.drover.testing.SigningKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Packages of apt, which become parts of the system of sandboxes, and package managers among them.
@Tag("sandbox")
@Tag("sdk")
final class AptTemplatesTest {
  /// A package manager that makes a program which tells what it was called with.
  private static final String STAND_IN =
      """
      #!/bin/sh
      to=%1$s
      mkdir -p "$to"
      printf '%%s\\n' "$@" >> "$to/args"
      env | grep -E '^(GOBIN|GOPATH|GEM_HOME)=/workspace' | sort >> "$to/args"
      printf '#!/bin/sh\\ncat "${0%%%%/*}/args"\\n' > "$to/%2$s-made"
      chmod +x "$to/%2$s-made"
      """;

  @TempDir static Path data;

  private static PackageIndex index;
  private static AptRepository repository;
  private static PackageStage stage;

  @BeforeAll
  static void open() throws Exception {
    index = new PackageIndex();
    repository = new AptRepository(index);
    repository.add(
        "little",
        "2.0",
        "",
        Map.of(
            "usr/share/little/word", "little word",
            "etc/little.conf", "little settings",
            "etc/passwd", "root::0:0::/:/bin/sh",
            "var/lib/little/state", "little state",
            "opt/little/word", "little option"),
        "");
    repository.add(
        "tiny",
        "1.0",
        "little (>= 2.0)",
        Map.of("usr/bin/tiny-says", "#!/bin/sh\ncat /usr/share/little/word\n"),
        """
        #!/bin/sh
        set -e
        update-alternatives --install /usr/bin/tiny tiny /usr/bin/tiny-says 10
        { id -u; env; ls -A /workspace /mnt; } > "$DPKG_ROOT/usr/share/tiny-seen"
        touch /usr/bin/anything
        """);
    stage = stage("trusted=yes", "packages.list");
  }

  private static PackageStage stage(String options, String name) throws Exception {
    var sources = data.resolve(name);
    Files.writeString(sources, repository.line(PackageStage.HOST, options));
    return new PackageStage(
        data, new PackageSettings(Map.of(), Optional.of(sources), Optional.empty()));
  }

  @AfterAll
  static void close() {
    stage.close();
    index.close();
  }

  @Test
  void packagesAndWhatTheyDependOnArePartsOfTheSystem() throws Exception {
    var outputs =
        stage.outputs(
            packages(Manager.APT, "tiny=1.0"),
            "tiny-says; readlink -f /usr/bin/tiny; tiny",
            "cat /etc/little.conf /var/lib/little/state /opt/little/word",
            "cat /etc/passwd",
            "stat -c %a /usr/bin/tiny-says; touch /usr/bin/x /etc/x /var/lib/x 2>&1",
            "cat /opt/drover/apt-scripts-failed; ls -A /opt/drover/apt",
            "cat /usr/share/tiny-seen",
            "python3 -c 'print(6 * 7)'; ls /etc/alternatives | wc -l");
    assertThat(outputs.get(0))
        .isEqualToIgnoringWhitespace("little word/usr/bin/tiny-says little word");
    assertThat(outputs.get(1)).isEqualTo("little settingslittle statelittle option");
    assertThat(outputs.get(2)).contains("user:x:1000").doesNotContain("root::");
    assertThat(outputs.get(3)).startsWith("755").contains("/usr/bin/x': Read-only file system");
    assertThat(outputs.get(3).split("Read-only file system", -1)).hasSize(4);
    assertThat(outputs.get(4)).isEqualTo("tiny");
    assertThat(outputs.get(5)).startsWith("1000").contains("HOME=").doesNotContain("DROVER_");
    assertThat(outputs.get(6)).startsWith("42\n");
    assertThat(Integer.parseInt(outputs.get(6).substring(3))).isGreaterThan(1);
  }

  @Test
  void otherPackageManagersFindWhatAptInstalls() throws Exception {
    repository.add(
        "tools",
        "1.0",
        "",
        Map.of(
            "usr/local/bin/go", STAND_IN.formatted("$GOBIN", "go"),
            "usr/local/bin/gem", STAND_IN.formatted("$GEM_HOME/bin", "gem"),
            "usr/local/bin/cargo", STAND_IN.formatted("$3/bin", "cargo")),
        "");
    var packages =
        new Packages(
            Map.of(
                Manager.APT, List.of("tools"),
                Manager.CARGO, List.of("ripgrep@14.0.0", "$(touch /tmp/x)"),
                Manager.GEM, List.of("rails:7.1.0", "a b"),
                Manager.GO, List.of("example.test/cmd/one@v1.2.3", "example.test/two@latest")));
    var outputs =
        stage.outputs(
            packages, "go-made", "gem-made", "cargo-made", "type -P go-made gem-made cargo-made");
    assertThat(outputs.get(0))
        .startsWith("install\n--\nexample.test/cmd/one@v1.2.3\nGOBIN=/workspace/template/go/bin\n")
        .contains("\ninstall\n--\nexample.test/two@latest\n");
    assertThat(outputs.get(1)).contains("\nrails:7.1.0\na b\n", "GEM_HOME=/workspace/template/gem");
    assertThat(outputs.get(2))
        .startsWith(
            "install\n--root\n/workspace/template/cargo\n--\nripgrep@14.0.0\n$(touch /tmp/x)");
    assertThat(outputs.get(3))
        .isEqualTo(
            "/opt/drover/go/bin/go-made\n/opt/drover/gem/bin/gem-made\n"
                + "/opt/drover/cargo/bin/cargo-made");
  }

  @Test
  void aFailureHasTheReasonOfApt() throws Exception {
    assertThat(stage.failure(packages(Manager.APT, "tiny=9.9")))
        .startsWith("apt could not install the packages of this environment (tiny=9.9): it ended")
        .contains("exit code 100", "Version '9.9' for 'tiny' was not found");
    assertThat(stage.failure(packages(Manager.APT, "bash-", "tiny")))
        .contains("exit code 100", "remove");
    try (var unsigned = stage("", "unsigned.list")) {
      assertThat(unsigned.failure(packages(Manager.APT, "tiny"))).contains("is not signed");
    }
  }

  /// bubblewrap is linked dynamically and could not start with this library, as the shell inside.
  @Test
  void noProgramOfTheServerRunsWithLibrariesOfPackages() throws Exception {
    var library = libc();
    repository.add("usurper", "1.0", "", Map.of(library.toString().substring(1), "no library"), "");
    var usurper = packages(Manager.APT, "usurper");
    assertThat(stage.outputs(usurper, "true").getFirst()).contains("status 127");
    assertThat(stage.written(usurper, "one")).isEqualTo("one");
  }

  private static Path libc() throws Exception {
    try (var directories = Files.newDirectoryStream(Path.of("/usr/lib"), "*-linux-gnu")) {
      for (var directory : directories) {
        if (Files.exists(directory.resolve("libc.so.6"))) {
          return directory.resolve("libc.so.6");
        }
      }
    }
    throw new AssertionError("no libc.so.6");
  }

  @Test
  void aSignedRepositoryNeedsItsOwnKey() throws Exception {
    try (var right = new SigningKey(data.resolve("right"));
        var wrong = new SigningKey(data.resolve("wrong"))) {
      var signed = new AptRepository(index, "signed", right::sign);
      signed.add("sealed", "1.0", "", Map.of("usr/bin/sealed-says", "#!/bin/sh\necho seal\n"), "");
      try (var trusts = stage(signed, right)) {
        assertThat(trusts.outputs(packages(Manager.APT, "sealed"), "sealed-says"))
            .containsExactly("seal");
      }
      try (var mistrusts = stage(signed, wrong)) {
        assertThat(mistrusts.error(packages(Manager.APT, "sealed")).message())
            .startsWith("apt could not install the packages of this environment (sealed)")
            .contains("exit code 100", "The following signatures couldn't be verified", "NO_PUBKEY")
            .doesNotContain("did not run");
      }
      index.file("/signed/pool/sealed_1.0_all.deb", "another".getBytes(UTF_8));
      try (var trusts = stage(signed, right)) {
        assertThat(trusts.failure(packages(Manager.APT, "sealed=1.0")))
            .contains("exit code 100", "unexpected size");
      }
    }
  }

  /// Sources with the key in the file itself, in the form that apt has for that.
  private static PackageStage stage(AptRepository repository, SigningKey key) throws Exception {
    var file = Files.createTempFile(data, "signed", ".sources");
    var armored =
        key.armored()
            .lines()
            .map(line -> line.isBlank() ? " .\n" : " " + line + "\n")
            .collect(Collectors.joining());
    Files.writeString(
        file,
        "Types: deb\nURIs: %s\nSuites: stable\nComponents: main\nSigned-By:\n%s"
            .formatted(repository.url(PackageStage.HOST), armored));
    return new PackageStage(
        data, new PackageSettings(Map.of(), Optional.of(file), Optional.empty()));
  }

  @Test
  void noPackageIsAnOption() {
    assertThat(stage.failure(packages(Manager.APT, "--allow-unauthenticated")))
        .contains("one of them begins with a hyphen");
    assertThat(stage.failure(packages(Manager.APT, "tiny\n--allow-unauthenticated")))
        .contains("one of them begins with a hyphen or has control characters");
  }
}
