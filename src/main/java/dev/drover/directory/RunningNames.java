package dev.drover.directory;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// Names of files that tools execute, or take commands from, without being asked for them by name.
final class RunningNames {
  private static final Set<String> FILES =
      Set.of(
          "makefile",
          "gnumakefile",
          "justfile",
          "rakefile",
          "gemfile",
          "dockerfile",
          "jenkinsfile",
          "vagrantfile",
          "cmakelists.txt",
          "package.json",
          "pyproject.toml",
          "setup.py",
          "setup.cfg",
          "conftest.py",
          "noxfile.py",
          "tox.ini",
          "pom.xml",
          "build.xml",
          "build.rs",
          "mvnw",
          "gradlew",
          ".envrc",
          ".npmrc",
          ".yarnrc.yml",
          ".bashrc",
          ".profile",
          ".gitattributes",
          ".gitmodules",
          ".gitlab-ci.yml",
          ".travis.yml",
          ".pre-commit-config.yaml",
          "lefthook.yml",
          "claude.md",
          "agents.md");
  private static final List<String> ENDINGS =
      List.of(
          ".sh",
          ".bash",
          ".zsh",
          ".fish",
          ".ps1",
          ".bat",
          ".cmd",
          ".mk",
          ".gradle",
          ".gradle.kts",
          ".config.js",
          ".config.ts",
          ".config.mjs",
          ".config.cjs",
          ".pth");
  private static final Set<String> DIRECTORIES =
      Set.of(
          ".vscode",
          ".idea",
          ".github",
          ".husky",
          ".circleci",
          ".devcontainer",
          ".cargo",
          ".mvn",
          ".claude",
          ".githooks");

  private RunningNames() {}

  static boolean contains(String path) {
    var segments = path.toLowerCase(Locale.ROOT).split("/", -1);
    var name = segments[segments.length - 1];
    return FILES.contains(name)
        || ENDINGS.stream().anyMatch(name::endsWith)
        || Arrays.stream(segments).limit(segments.length - 1L).anyMatch(DIRECTORIES::contains);
  }
}
