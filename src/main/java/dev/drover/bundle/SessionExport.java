package dev.drover.bundle;

import dev.drover.base.Json;
import dev.drover.pax.PaxEntry;
import dev.drover.pax.PaxHeaders;
import dev.drover.pax.PaxStream;
import dev.drover.session.EventLog;
import dev.drover.session.Session;
import dev.drover.wire.DefinitionCodec;
import dev.drover.wire.Times;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/// A session as a bundle, which is made while it is read. It never contains keys, tokens, or
/// anything of a vault.
public final class SessionExport {
  /// What a public bundle has of the session and of its agent.
  private static final Set<String> PUBLIC_SESSION =
      Set.of("id", "type", "title", "usage", "stats", "created_at", "updated_at");

  private static final Set<String> PUBLIC_AGENT = Set.of("name", "description", "model");

  /// What other bundles have of the session.
  private static final Set<String> SESSION =
      Set.of(
          "id",
          "type",
          "title",
          "metadata",
          "resources",
          "budget",
          "usage",
          "stats",
          "created_at",
          "updated_at");

  private final List<PaxStream.Item> items;

  private SessionExport(List<PaxStream.Item> items) {
    this.items = items;
  }

  /// Reads the log once, for its digest.
  ///
  /// @param shown the session as clients see it
  /// @param head the position of the last event of the bundle, at which nothing is open
  /// @param visible whether the bundle is public: it then has only what clients see of the events,
  ///   and cannot be imported
  /// @throws dev.drover.base.Problem `INVALID_REQUEST` if the session has several threads
  /// @throws IOException if the session is deleted meanwhile
  public static SessionExport of(
      EventLog log, Session session, Json.Obj shown, long head, boolean visible, Instant now)
      throws IOException {
    var agent = DefinitionCodec.CODEC.write(session.agent());
    var parts = new ArrayList<Part>();
    parts.add(Part.of(BundleFormat.SESSION, only(visible ? PUBLIC_SESSION : SESSION, shown)));
    parts.add(Part.of(BundleFormat.AGENT, visible ? only(PUBLIC_AGENT, agent) : agent));
    var lines = new EventLines(log, session.id(), head, visible);
    parts.add(
        Part.of(
            BundleFormat.EVENTS, lines, () -> new EventLines(log, session.id(), head, visible)));
    var manifest =
        Json.obj(
            "type",
            BundleFormat.TYPE,
            "format",
            BundleFormat.NUMBER,
            "drover_version",
            version(),
            "exported_at",
            Times.write(now),
            "public",
            visible,
            "session_id",
            session.id().value(),
            "thread_id",
            session.primary().id().value(),
            "events",
            lines.count(),
            "left_out",
            LeftOut.of(session),
            "parts",
            parts(parts));
    var items = new ArrayList<PaxStream.Item>();
    items.add(Part.of(BundleFormat.MANIFEST, manifest).item(now));
    parts.forEach(part -> items.add(part.item(now)));
    return new SessionExport(items);
  }

  private static Json.Obj parts(List<Part> parts) {
    var digests = new LinkedHashMap<String, Json>();
    for (var part : parts) {
      digests.put(part.name(), Json.obj("sha256", part.sha256(), "size_bytes", part.size()));
    }
    return new Json.Obj(digests);
  }

  private static Json.Obj only(Set<String> keys, Json.Obj object) {
    var kept = new LinkedHashMap<>(object.fields());
    kept.keySet().retainAll(keys);
    return new Json.Obj(kept);
  }

  private static String version() {
    var version = SessionExport.class.getPackage().getImplementationVersion();
    return Objects.requireNonNullElse(version, "unknown");
  }

  /// The length of the bundle, in bytes.
  public long size() {
    long size = PaxHeaders.end().length;
    for (var item : items) {
      var entry = item.entry();
      size += PaxHeaders.of(entry).length + entry.size() + PaxHeaders.padding(entry.size()).length;
    }
    return size;
  }

  /// The bundle. It fails if the session is deleted while it is read.
  public InputStream open() {
    return new PaxStream(items.iterator());
  }

  /// An entry of a bundle.
  ///
  /// @param size in bytes
  private record Part(String name, long size, String sha256, PaxStream.Source source) {
    static Part of(String name, Json.Obj document) throws IOException {
      var bytes = document.toString().getBytes(StandardCharsets.UTF_8);
      return of(name, new ByteArrayInputStream(bytes), () -> new ByteArrayInputStream(bytes));
    }

    /// @param content read here
    /// @param source opens the same content again
    static Part of(String name, InputStream content, PaxStream.Source source) throws IOException {
      var digest = BundleFormat.digest();
      long size;
      try (content;
          var out = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
        size = content.transferTo(out);
      }
      return new Part(name, size, HexFormat.of().formatHex(digest.digest()), source);
    }

    PaxStream.Item item(Instant now) {
      return new PaxStream.Item(PaxEntry.file(name, 0644, size, now), source);
    }
  }
}
