package dev.drover.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PackageHostsTest {
  @TempDir Path root;

  private void file(String path, String content) throws IOException {
    var file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }

  @Test
  void theHostsAreThoseOfTheConfigurationsAndThoseThatAreBuiltIn() throws Exception {
    file(
        "etc/pip.conf",
        "[global]\n"
            + "index-url = https://user:pw@Pip.corp.example/simple\n"
            + "extra-index-url=http://pip2.example:81/x\n");
    file(
        "usr/lib/python3/dist-packages/pip/_internal/models/index.py",
        "PyPI = PackageIndex(\"https://index.example/\", file_storage_domain=\"files.example\")\n"
            + "TestPyPI = PackageIndex(\n"
            + "  \"https://test.index.example/\", file_storage_domain=\"test-files.example\"\n"
            + ")\n");
    file("etc/npmrc", "registry=https://npm.corp.example/\n@org:registry = https://org.example/\n");
    file(
        "usr/lib/node_modules/npm/node_modules/@npmcli/config/lib/definitions/definitions.js",
        "  registry: new Definition('registry', {\n    default: 'https://registry.example/',\n");
    file(
        "etc/apt/sources.list",
        "# deb http://commented.example/ x main\n"
            + "deb [signed-by=/k arch=amd64] http://deb.example/debian stable main\n");
    file("etc/apt/sources.list.d/more.sources", "Types: deb\nURIs: https://more.example/debian\n");
    file("etc/apt/sources.list.d/off.sources.disabled", "URIs: https://off.example/debian\n");
    file("usr/lib/go-1.24/go.env", "GOPROXY=https://proxy.example,direct\nGOSUMDB=sum.example\n");
    file("etc/apt/mirrors/debian.list", "https://mirrors.example/debian\tpriority:1\n");
    file(
        "usr/share/go-1.19/src/cmd/go/internal/cfg/cfg.go",
        "\tGOPROXY    = envOr(\"GOPROXY\", \"https://older.example,direct\")\n"
            + "\tGOSUMDB    = envOr(\"GOSUMDB\", \"older-sum.example\")\n");
    file("usr/lib/ruby/3.1.0/rubygems.rb", "  DEFAULT_HOST = \"https://gems.example\"\n");
    file("usr/lib/ruby/3.1.0/rubygems/source.rb", "  index_uri.host = \"index.gems.example\"\n");
    file("etc/gemrc", ":sources:\n- https://gems.corp.example/\n");
    file("usr/bin/cargo", "");
    assertThat(new PackageHosts(root, PackageSettings.NONE).byManager())
        .containsExactly(
            entry("apt", List.of("deb.example", "mirrors.example", "more.example")),
            entry("cargo", List.of("index.crates.io", "static.crates.io")),
            entry("gem", List.of("gems.corp.example", "gems.example", "index.gems.example")),
            entry(
                "go",
                List.of("older-sum.example", "older.example", "proxy.example", "sum.example")),
            entry("npm", List.of("npm.corp.example", "org.example", "registry.example")),
            entry(
                "pip",
                List.of("files.example", "index.example", "pip.corp.example", "pip2.example")));
  }

  @Test
  void whatIsNoHostIsSkipped() throws Exception {
    file("etc/npmrc", "registry=https://127.1/\nregistry=file:///x\nregistry=${HOST}\n");
    file("etc/pip.conf/not-a-file", "");
    assertThat(new PackageHosts(root, PackageSettings.NONE).all()).isEmpty();
    assertThat(new PackageHosts(root.resolve("absent"), PackageSettings.NONE).all()).isEmpty();
  }
}
