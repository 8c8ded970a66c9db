package dev.drover.templates;

import dev.drover.pax.PaxEntry;
import dev.drover.pax.PaxStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What apt needs of the machine: where packages come from, the keys that sign them, and which
/// packages the machine has. Only files are read, each time anew. Safe for many threads.
final class AptFiles {
  /// Where they are in the sandbox.
  static final String AT = "/workspace/apt";

  private static final String ETC = "etc/apt";
  private static final String STATUS = "var/lib/dpkg/status";
  private static final int LARGEST = 64 << 20;
  private static final int MOST = 500;

  /// A URL with a user. Agents could read its password.
  private static final Pattern CREDENTIALS = Pattern.compile("://[^/\\s]*@");

  private static final Pattern STANZAS = Pattern.compile("\\n[ \\t]*\\n");

  /// The directories of the configuration whose files are shown, and the ends of their names.
  private static final Map<String, List<String>> SHOWN =
      Map.of(
          "sources.list.d", List.of(".list", ".sources"),
          "trusted.gpg.d", List.of(".gpg", ".asc"),
          "keyrings", List.of(".gpg", ".asc", ".pgp"),
          "preferences.d", List.of(".pref", ""),
          "mirrors", List.of(".list"));

  private final Path root;
  private final Optional<Path> sources;

  /// @param root of the machine's file system
  /// @param sources a file of sources that is used instead of those of the machine
  AptFiles(Path root, Optional<Path> sources) {
    this.root = root;
    this.sources = sources;
  }

  /// Why packages of apt cannot be installed on this machine; empty if they can.
  Optional<String> missing() {
    for (var program : List.of("usr/bin/apt-get", "usr/bin/dpkg-deb", "usr/bin/tar")) {
      if (!Files.isRegularFile(root.resolve(program))) {
        return Optional.of("it has no /" + program);
      }
    }
    if (!Files.isRegularFile(root.resolve(STATUS))) {
      return Optional.of("it has no /" + STATUS);
    }
    if (!Files.isSymbolicLink(root.resolve("bin"))) {
      return Optional.of("its /bin is not a link to /usr/bin");
    }
    if (sources.isPresent() && !Files.isReadable(sources.get())) {
      return Optional.of("the file " + sources.get() + " (packages.apt_sources) cannot be read");
    }
    if (lines("proc/self/mountinfo").stream().anyMatch(AptFiles::isBelowUsr)) {
      return Optional.of("a file system is mounted below its /usr");
    }
    return hasOverlay() ? Optional.empty() : Optional.of("its kernel has no overlay file system");
  }

  private static boolean isBelowUsr(String mount) {
    var words = mount.split(" ", 6);
    return words.length > 5 && words[4].startsWith("/usr/");
  }

  /// Whether the kernel has overlays, or a module for them.
  private boolean hasOverlay() {
    if (lines("proc/filesystems").contains("nodev\toverlay")) {
      return true;
    }
    var release = lines("proc/sys/kernel/osrelease").stream().findFirst().orElse("");
    return Stream.of("modules.dep", "modules.builtin")
        .flatMap(file -> lines("lib/modules/" + release + "/" + file).stream())
        .anyMatch(line -> line.contains("/overlay.ko"));
  }

  private List<String> lines(String file) {
    try {
      return Files.readAllLines(root.resolve(file), StandardCharsets.ISO_8859_1);
    } catch (IOException _) {
      return List.of();
    }
  }

  /// A digest of all that decides which packages are installed.
  String digest() throws IOException {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      for (var file : files().entrySet()) {
        var head = file.getKey() + "\n" + file.getValue().length + "\n";
        digest.update(head.getBytes(StandardCharsets.UTF_8));
        digest.update(file.getValue());
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /// An archive of the files, for the directory [#AT].
  InputStream archive() throws IOException {
    var items = new ArrayList<PaxStream.Item>();
    files()
        .forEach(
            (path, content) ->
                items.add(
                    new PaxStream.Item(
                        PaxEntry.file(path, 0644, content.length, Instant.EPOCH),
                        () -> new ByteArrayInputStream(content))));
    return new PaxStream(items.iterator());
  }

  private Map<String, byte[]> files() throws IOException {
    var files = new TreeMap<String, byte[]>();
    var etc = root.resolve(ETC);
    if (sources.isPresent()) {
      var name = String.valueOf(sources.get().getFileName());
      var end = name.endsWith(".sources") ? ".sources" : ".list";
      files.put("etc/sources.list.d/operator" + end, shown(name, read(sources.get())));
    } else {
      add(files, etc.resolve("sources.list"), "etc/sources.list");
    }
    add(files, etc.resolve("trusted.gpg"), "etc/trusted.gpg");
    add(files, etc.resolve("preferences"), "etc/preferences");
    for (var directory : SHOWN.entrySet()) {
      if (sources.isEmpty() || !directory.getKey().equals("sources.list.d")) {
        addAll(files, etc.resolve(directory.getKey()), directory.getValue());
      }
    }
    files.put("status", read(root.resolve(STATUS)));
    files.put("apt.conf", configuration().getBytes(StandardCharsets.UTF_8));
    return files;
  }

  private static void addAll(Map<String, byte[]> files, Path directory, List<String> ends)
      throws IOException {
    if (!Files.isDirectory(directory)) {
      return;
    }
    try (var names = Files.list(directory)) {
      for (var file : names.sorted().limit(MOST).toList()) {
        var name = file.getFileName().toString();
        if (ends.stream().anyMatch(name::endsWith)) {
          add(files, file, "etc/" + directory.getFileName() + "/" + name);
        }
      }
    }
  }

  private static void add(Map<String, byte[]> files, Path file, String at) throws IOException {
    if (Files.isRegularFile(file) && Files.isReadable(file)) {
      files.put(at, shown(file.getFileName().toString(), read(file)));
    }
  }

  private static byte[] read(Path file) throws IOException {
    try (var in = Files.newInputStream(file)) {
      var bytes = in.readNBytes(LARGEST + 1);
      if (bytes.length > LARGEST) {
        throw new IOException(file + " has more than " + LARGEST + " bytes");
      }
      return bytes;
    }
  }

  /// Sources without those that have credentials, and with the paths that files have in the
  /// sandbox; other files as they are.
  private static byte[] shown(String name, byte[] content) {
    boolean stanzas = name.endsWith(".sources");
    if (!stanzas && !name.endsWith(".list")) {
      return content;
    }
    var text = new String(content, StandardCharsets.ISO_8859_1).replace("\r\n", "\n");
    var parts = stanzas ? STANZAS.splitAsStream(text) : text.lines();
    return parts
        .filter(part -> !CREDENTIALS.matcher(part).find())
        .map(part -> part.replace("/" + ETC + "/", AT + "/etc/"))
        .collect(Collectors.joining(stanzas ? "\n\n" : "\n", "", "\n"))
        .getBytes(StandardCharsets.ISO_8859_1);
  }

  /// apt runs as the only user of the sandbox, and nothing may be removed.
  private String configuration() {
    var foreign =
        lines("var/lib/dpkg/arch").stream()
            .filter(line -> line.matches("[a-z0-9-]+"))
            .map(line -> "APT::Architectures:: \"" + line + "\";\n")
            .collect(Collectors.joining());
    return """
    Dir::State "%1$s/state/";
    Dir::State::status "%1$s/status";
    Dir::Cache "%1$s/cache/";
    Dir::Etc "%1$s/etc/";
    Dir::Log "%1$s/log/";
    APT::Sandbox::User "root";
    APT::Install-Recommends "false";
    APT::Get::Assume-Yes "true";
    APT::Get::Remove "false";
    Acquire::Languages "none";
    Acquire::Retries "2";
    Debug::NoLocking "true";
    """
            .formatted(AT)
        + foreign;
  }
}
