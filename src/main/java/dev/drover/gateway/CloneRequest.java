package dev.drover.gateway;

import dev.drover.catalog.WorkspaceId;
import dev.drover.session.RepositoryUrl;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/// What `git clone` asks for in version 2 of git's protocol: all objects that can be reached from
/// some objects, for a client that has none. What a git server has to send for it follows from the
/// request alone. A request with anything that would change that is not a `CloneRequest`.
///
/// @param format of object ids; empty: not named, so it is `sha1`
/// @param offsets whether the pack may refer to its objects by their places
/// @param wants the ids of the objects
record CloneRequest(String format, boolean offsets, SortedSet<String> wants) {
  /// The longest body that is looked at, in bytes.
  static final long LONGEST = 192 << 10;

  /// The memory that the body of a request may need while it is read, in bytes.
  static final long MEMORY = 2 << 20;

  private static final int LONGEST_UNZIPPED = 256 << 10;
  private static final int MOST = 8_000;
  private static final String FORMAT = "object-format=";
  private static final String WANT = "want ";
  private static final Pattern SHA1 = Pattern.compile("[0-9a-f]{40}");
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

  /// The refs that a clone copies.
  private static final List<String> COPIED = List.of("HEAD", "refs/heads/", "refs/tags/");

  CloneRequest {
    wants = Collections.unmodifiableSortedSet(new TreeSet<>(wants));
  }

  /// Reads the body of a request; empty if it asks for anything else.
  ///
  /// @param zipped whether the body is compressed
  static Optional<CloneRequest> of(byte[] body, boolean zipped) {
    try (var in = unzipped(body, zipped)) {
      return of(Packet.all(in, MOST));
    } catch (IOException _) {
      return Optional.empty();
    }
  }

  private static InputStream unzipped(byte[] body, boolean zipped) throws IOException {
    var in = new ByteArrayInputStream(body);
    if (!zipped) {
      return in;
    }
    try (var unzipped = new GZIPInputStream(in)) {
      var bytes = unzipped.readNBytes(LONGEST_UNZIPPED + 1);
      if (bytes.length > LONGEST_UNZIPPED) {
        throw new IOException("it is too long");
      }
      return new ByteArrayInputStream(bytes);
    }
  }

  private static Optional<CloneRequest> of(List<Packet> packets) {
    int last = packets.size() - 1;
    int delimiter = packets.indexOf(Packet.Mark.DELIMITER);
    if (delimiter < 1
        || packets.indexOf(Packet.Mark.FLUSH) != last
        || !packets.getFirst().equals(new Packet.Line("command=fetch"))) {
      return Optional.empty();
    }
    return format(packets.subList(1, delimiter))
        .flatMap(format -> of(format, packets.subList(delimiter + 1, last)));
  }

  /// The format of object ids; empty if there is a capability that may change the response.
  private static Optional<String> format(List<Packet> capabilities) {
    var format = "";
    for (var packet : capabilities) {
      if (!(packet instanceof Packet.Line(var text))) {
        return Optional.empty();
      }
      if (text.equals(FORMAT + "sha1") || text.equals(FORMAT + "sha256")) {
        format = text.substring(FORMAT.length());
      } else if (!text.startsWith("agent=") && !text.startsWith("session-id=")) {
        return Optional.empty();
      }
    }
    return Optional.of(format);
  }

  private static Optional<CloneRequest> of(String format, List<Packet> arguments) {
    var id = format.equals("sha256") ? SHA256 : SHA1;
    var wants = new TreeSet<String>();
    boolean offsets = false;
    boolean done = false;
    for (var packet : arguments) {
      if (!(packet instanceof Packet.Line line)) {
        return Optional.empty();
      }
      var text = line.text();
      switch (text) {
        case "thin-pack", "no-progress" -> {} // without effect on the pack of a clone
        case "ofs-delta" -> offsets = true;
        case "done" -> done = true;
        default -> {
          var want = text.startsWith(WANT) ? text.substring(WANT.length()) : "";
          if (!id.matcher(want).matches()) {
            return Optional.empty();
          }
          wants.add(want);
        }
      }
    }
    return done && !wants.isEmpty()
        ? Optional.of(new CloneRequest(format, offsets, wants))
        : Optional.empty();
  }

  /// What all requests of a workspace have in common that may get the same pack, as the name of a
  /// file.
  String key(WorkspaceId workspace, RepositoryUrl url) {
    var parts =
        Stream.concat(
            Stream.of(workspace.value(), url.base(), format, offsets ? "offsets" : "ids"),
            wants.stream());
    var text = parts.collect(Collectors.joining("\n"));
    return HexFormat.of()
        .formatHex(CachedPack.digest().digest(text.getBytes(StandardCharsets.UTF_8)));
  }

  /// The body of a request for the branches and tags of the repository.
  String question() {
    var text = new StringBuilder(Packet.line("command=ls-refs"));
    if (!format.isEmpty()) {
      text.append(Packet.line(FORMAT + format));
    }
    text.append("0001");
    for (var prefix : COPIED) {
      text.append(Packet.line("ref-prefix " + prefix));
    }
    return text.append("0000").toString();
  }

  /// Whether the branches and tags in the answer to the question are all that this request wants,
  /// and perhaps more.
  boolean isShownBy(InputStream answer) throws IOException {
    var missing = new HashSet<>(wants);
    for (var next = Packet.read(answer); next.isPresent(); next = Packet.read(answer)) {
      switch (next.get()) {
        case Packet.Line(var text) -> missing.remove(id(text));
        case Packet.Mark mark -> {
          return mark == Packet.Mark.FLUSH && missing.isEmpty();
        }
      }
    }
    return false; // cut off
  }

  private static String id(String ref) {
    int space = ref.indexOf(' ');
    return space < 0 ? ref : ref.substring(0, space);
  }
}
