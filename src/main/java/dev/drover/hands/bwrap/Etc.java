package dev.drover.hands.bwrap;

import dev.drover.hands.local.Workspaces;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The `/etc` of sandboxes: a generated one, since the host's `/etc` reveals details of the host.
/// Programs in the host's `/usr` find the files that they need.
///
/// @param directory the generated directory
/// @param shown names of the host's `/etc` that are mounted into it, read-only
/// @param variables environment variables of the programs that need some to find files in it
record Etc(Path directory, List<String> shown, Map<String, String> variables) {
  private static final String GIT_CONFIG = "gitconfig";
  private static final String DRAFT = ".new";

  private static final Map<String, String> FILES =
      Map.of(
          "passwd",
          "root:x:0:0:root:/:/usr/sbin/nologin\nuser:x:1000:1000:user:/home/user:/bin/bash\n"
              + "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n",
          "group",
          "root:x:0:\nuser:x:1000:\nnogroup:x:65534:\n",
          "hosts",
          "127.0.0.1 localhost hand\n::1 localhost\n",
          "hostname",
          "hand\n",
          "resolv.conf",
          "nameserver 127.0.0.1\n",
          "nsswitch.conf",
          "passwd: files\ngroup: files\nhosts: files dns\n",
          "gemrc",
          "gem: --no-document\n",
          GIT_CONFIG,
          "[safe]\n\tdirectory = *\n[init]\n\tdefaultBranch = main\n");

  private static final List<String> COPIED =
      List.of(Trust.CERTIFICATES, Trust.OF_JAVA, "ssl/openssl.cnf", "ld.so.cache", "mime.types");

  /// @param files by name, instead of those that it usually has
  static Etc make(Path directory, Trust trust, Map<String, String> files) throws IOException {
    var host = Path.of("/etc");
    Workspaces.Directories.made(directory, "rwxr-xr-x");
    var all = new HashMap<>(FILES);
    all.putAll(files);
    for (var file : all.entrySet()) {
      put(directory.resolve(file.getKey()), file.getValue().getBytes(StandardCharsets.UTF_8));
    }
    for (var name : COPIED) {
      var source = host.resolve(name);
      if (Files.isRegularFile(source)) {
        put(directory, name, trust.shown(name, Files.readAllBytes(source)));
      }
    }
    for (var file : trust.files().entrySet()) {
      if (!Files.exists(directory.resolve(file.getKey()))) {
        put(directory, file.getKey(), file.getValue());
      }
    }
    var shown = new ArrayList<String>();
    try (var names =
        Files.newDirectoryStream(host, "{alternatives,java-*-openjdk,perl,python3*}")) {
      for (var path : names) {
        if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS) && shown.size() < 16) {
          var name = path.getFileName().toString();
          Workspaces.Directories.made(directory.resolve(name), "rwxr-xr-x");
          shown.add(name);
        }
      }
    }
    return new Etc(directory, List.copyOf(shown), trust.variables());
  }

  private static void put(Path directory, String name, byte[] content) throws IOException {
    for (int slash = name.indexOf('/'); slash >= 0; slash = name.indexOf('/', slash + 1)) {
      Workspaces.Directories.made(directory.resolve(name.substring(0, slash)), "rwxr-xr-x");
    }
    put(directory.resolve(name), content);
  }

  /// An `/etc` for one sandbox, with more in the configuration of git than this one.
  ///
  /// @param own the directory to make
  Etc with(String gitConfig, Path own) throws IOException {
    Workspaces.Directories.made(own, "rwxr-xr-x");
    try (var paths = Files.walk(directory)) {
      for (var path : paths.filter(one -> !one.equals(directory)).toList()) {
        var copy = own.resolve(directory.relativize(path));
        if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
          Workspaces.Directories.made(copy, "rwxr-xr-x");
        } else if (path.endsWith(GIT_CONFIG)) {
          var text = Files.readString(path) + gitConfig;
          put(copy, text.getBytes(StandardCharsets.UTF_8));
        } else if (!path.getFileName().toString().endsWith(DRAFT)) {
          put(copy, Files.readAllBytes(path));
        }
      }
    }
    return new Etc(own, shown, variables);
  }

  /// Readable for every uid, whatever the server's umask. Sandboxes of other servers may read the
  /// file, so it is replaced atomically.
  private static void put(Path file, byte[] content) throws IOException {
    if (Files.isRegularFile(file) && Arrays.equals(Files.readAllBytes(file), content)) {
      return;
    }
    var draft = Files.createTempFile(file.toAbsolutePath().getParent(), ".", DRAFT);
    Files.write(draft, content);
    Files.setPosixFilePermissions(draft, PosixFilePermissions.fromString("rw-r--r--"));
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
  }
}
