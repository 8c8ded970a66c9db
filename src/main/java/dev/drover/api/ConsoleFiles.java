package dev.drover.api;

import dev.drover.base.Problem;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/// The files of the console: from the resources of this program, or from a directory while the
/// console is developed. A file may be there compressed, as `NAME.gz`, instead or besides. Every
/// path whose last segment has no dot is a page of the console, which `index.html` shows.
final class ConsoleFiles {
  private static final String INDEX = "index.html";
  private static final String RESOURCES = "/dev/drover/console/";
  private static final String COMPRESSED = ".gz";

  /// The maximum size of a file, in bytes.
  private static final int LARGEST = 16 << 20;

  private static final int DEEPEST = 8;
  private static final Pattern NAME = Pattern.compile("[0-9A-Za-z_-][0-9A-Za-z._-]{0,199}");

  /// The name of a file whose content never changes, because the name has a hash of it.
  private static final Pattern HASHED = Pattern.compile(".*-[0-9A-Z]{8}\\.[0-9A-Za-z.]+");

  private static final String FOREVER = "public, max-age=31536000, immutable";

  private static final Map<String, String> TYPES =
      Map.ofEntries(
          Map.entry("html", "text/html; charset=utf-8"),
          Map.entry("js", "text/javascript; charset=utf-8"),
          Map.entry("mjs", "text/javascript; charset=utf-8"),
          Map.entry("css", "text/css; charset=utf-8"),
          Map.entry("json", "application/json"),
          Map.entry("map", "application/json"),
          Map.entry("webmanifest", "application/manifest+json"),
          Map.entry("svg", "image/svg+xml"),
          Map.entry("png", "image/png"),
          Map.entry("webp", "image/webp"),
          Map.entry("ico", "image/x-icon"),
          Map.entry("woff2", "font/woff2"),
          Map.entry("txt", "text/plain; charset=utf-8"));

  private static final String ABSENT =
      """
      This server was built without the files of the console.

      Build Drover with its console, or serve the files from a directory:
      drover serve --console-dir DIR
      """;

  private final Optional<Path> directory;

  /// The resources that were read, which do not change.
  private final Map<String, Content> resources = new ConcurrentHashMap<>();

  /// @param directory empty for the resources of this program
  ConsoleFiles(Optional<Path> directory) {
    this.directory = directory.map(path -> path.toAbsolutePath().normalize());
  }

  /// A file.
  ///
  /// @param compressed whether the bytes are compressed
  /// @param tag of these bytes
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Content(byte[] bytes, boolean compressed, String tag) {
    static Content of(byte[] bytes, boolean compressed) {
      var hash = HexFormat.of().formatHex(Auth.sha256().digest(bytes), 0, 16);
      return new Content(bytes, compressed, '"' + hash + '"');
    }
  }

  /// Answers with the file that the path names, or with the page that shows it.
  void answer(Exchange exchange) {
    var segments = Segments.decoded(exchange.path());
    var below = segments.subList(1, segments.size());
    var last = below.isEmpty() ? "" : below.getLast();
    if (last.indexOf('.') < 0) {
      page(exchange);
    } else {
      file(exchange, below);
    }
  }

  private void page(Exchange exchange) {
    var index = find(exchange, INDEX);
    if (index.isPresent()) {
      send(exchange, INDEX, index.get());
    } else {
      exchange.answer(404, "text/plain; charset=utf-8", ABSENT.getBytes(StandardCharsets.UTF_8));
    }
  }

  private void file(Exchange exchange, List<String> segments) {
    var name = String.join("/", segments);
    boolean isSafe =
        segments.size() <= DEEPEST
            && segments.stream().allMatch(segment -> NAME.matcher(segment).matches());
    var found =
        isSafe && TYPES.containsKey(extension(name))
            ? find(exchange, name)
            : Optional.<Content>empty();
    send(exchange, name, found.orElseThrow(() -> Problem.notFound("not found")));
  }

  private static String extension(String name) {
    return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
  }

  /// The file in the form that the client accepts.
  private Optional<Content> find(Exchange exchange, String name) {
    if (exchange.acceptsGzip()) {
      return content(name + COMPRESSED).or(() -> content(name));
    }
    return content(name).or(() -> content(name + COMPRESSED).map(ConsoleFiles::plain));
  }

  private static Content plain(Content compressed) {
    try (var in = new GZIPInputStream(new ByteArrayInputStream(compressed.bytes()))) {
      return Content.of(in.readNBytes(LARGEST), false);
    } catch (IOException e) {
      throw new IllegalStateException("a file of the console is damaged", e);
    }
  }

  private Optional<Content> content(String name) {
    if (directory.isPresent()) {
      return inDirectory(directory.get().resolve(name), name);
    }
    var known = resources.get(name);
    if (known != null) {
      return Optional.of(known);
    }
    var found = resource(name);
    found.ifPresent(content -> resources.put(name, content)); // only what exists takes memory
    return found;
  }

  private static Optional<Content> resource(String name) {
    try (var in = ConsoleFiles.class.getResourceAsStream(RESOURCES + name)) {
      return in == null ? Optional.empty() : Optional.of(Content.of(in.readAllBytes(), is(name)));
    } catch (IOException e) {
      throw new IllegalStateException("a file of the console cannot be read", e);
    }
  }

  private static Optional<Content> inDirectory(Path file, String name) {
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    try (var in = Files.newInputStream(file)) {
      return Optional.of(Content.of(in.readNBytes(LARGEST), is(name)));
    } catch (IOException e) {
      throw Problem.unavailable("The file of the console cannot be read", e);
    }
  }

  private static boolean is(String name) {
    return name.endsWith(COMPRESSED);
  }

  private static void send(Exchange exchange, String name, Content content) {
    exchange.header(
        "cache-control",
        name.equals(INDEX) ? "no-store" : HASHED.matcher(name).matches() ? FOREVER : "no-cache");
    exchange.header("vary", "accept-encoding");
    exchange.header("etag", content.tag());
    if (content.tag().equals(exchange.header("if-none-match"))) {
      exchange.answerEmpty(304);
      return;
    }
    if (content.compressed()) {
      exchange.header("content-encoding", "gzip");
    }
    exchange.answer(TYPES.getOrDefault(extension(name), "text/plain"), content.bytes());
  }
}
