package dev.drover.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PackageVariablesTest {
  @TempDir Path root;

  private void file(String path, String content) throws IOException {
    var file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }

  @Test
  void theMachinesOwnConfigurationAppliesUnlessItHasCredentials() throws Exception {
    file(
        "etc/pip.conf",
        "[global]\nindex-url = https://pip.corp.example/simple\n"
            + "extra-index-url = https://me:secret@more.corp.example/simple\n");
    file(
        "etc/npmrc",
        "registry=http://npm.corp.example:81/\n//npm.corp.example/:_authToken=secret\n");
    file("usr/etc/npmrc", "fund=false\n");
    assertThat(PackageVariables.of(PackageSettings.NONE, root))
        .isEqualTo(
            Map.of(
                "PIP_INDEX_URL",
                "https://pip.corp.example/simple",
                "npm_config_globalconfig",
                "/usr/etc/npmrc",
                "npm_config_registry",
                "http://npm.corp.example:81/"));
    file(
        "etc/pip.conf",
        "index-url = https://me:secret@pip.corp.example/simple\n"
            + "extra-index-url = http://x.example:81/\n");
    file("etc/npmrc", "registry=https://npm.corp.example/?token=secret\n");
    assertThat(PackageVariables.of(PackageSettings.NONE, root))
        .isEqualTo(
            Map.of(
                "PIP_EXTRA_INDEX_URL",
                "http://x.example:81/",
                "PIP_TRUSTED_HOST",
                "x.example:81",
                "npm_config_globalconfig",
                "/usr/etc/npmrc"));
    assertThat(PackageVariables.of(PackageSettings.NONE, root.resolve("absent"))).isEmpty();
  }

  @Test
  void settingsComeFirstAndTheirHostsAreAllThatIsReached() throws Exception {
    file("etc/pip.conf", "index-url = https://pip.corp.example/simple\n");
    file("etc/npmrc", "registry=https://npm.corp.example/\n");
    var settings =
        new PackageSettings(Map.of("pip", URI.create("http://mirror.example:8081/simple")));
    assertThat(PackageVariables.of(settings, root))
        .isEqualTo(
            Map.of(
                "PIP_INDEX_URL",
                "http://mirror.example:8081/simple",
                "PIP_TRUSTED_HOST",
                "mirror.example:8081",
                "npm_config_registry",
                "https://npm.corp.example/"));
    var hosts = new PackageHosts(root, settings);
    assertThat(hosts.byManager())
        .isEqualTo(Map.of("pip", List.of("mirror.example"), "npm", List.of("npm.corp.example")));
    assertThat(hosts.ports()).isEqualTo(Set.of(8081));
    var some =
        new NetworkSettings(Set.of(), Optional.of(List.of("x.example")), 1, Optional.empty());
    assertThat(some.rules(hosts).packageHosts()).containsExactly("x.example", "mirror.example");
  }

  @Test
  void everyPackageManagerCanHaveAMirror() throws Exception {
    var sources = root.resolve("own.list");
    file("own.list", "# deb http://off.example/x y z\ndeb http://apt.example:8082/debian x main\n");
    var settings =
        new PackageSettings(
            Map.of(
                "cargo", URI.create("http://cargo.example:81/index"),
                "gem", URI.create("http://gem.example:82"),
                "go", URI.create("http://go.example")),
            Optional.of(sources),
            Optional.of("sum.example+0123+key"));
    assertThat(PackageVariables.of(settings, root))
        .isEqualTo(
            Map.of(
                "CARGO_REGISTRIES_MIRROR_INDEX",
                "sparse+http://cargo.example:81/index/",
                "CARGO_REGISTRY_DEFAULT",
                "mirror",
                "GOPROXY",
                "http://go.example",
                "GOSUMDB",
                "sum.example+0123+key"));
    assertThat(PackageVariables.files(settings, root))
        .isEqualTo(Map.of("gemrc", "gem: --no-document\n:sources:\n- http://gem.example:82\n"));
    var hosts = new PackageHosts(root, settings);
    assertThat(hosts.byManager())
        .isEqualTo(
            Map.of(
                "apt", List.of("apt.example"),
                "cargo", List.of("cargo.example"),
                "gem", List.of("gem.example"),
                "go", List.of("go.example", "sum.example")));
    assertThat(hosts.ports()).containsExactlyInAnyOrder(81, 82, 8082);
    assertThat(hosts.mirrors()).contains("apt.example", "sum.example");
  }

  @Test
  void theSourcesOfGemAreThoseOfTheMachineUnlessTheyHaveCredentials() throws Exception {
    assertThat(PackageVariables.files(PackageSettings.NONE, root)).isEmpty();
    file("etc/gemrc", ":sources:\n- https://gems.example/\n- https://me:secret@x.example/\n");
    assertThat(PackageVariables.files(PackageSettings.NONE, root).get("gemrc"))
        .endsWith(":sources:\n- https://gems.example/\n");
  }
}
