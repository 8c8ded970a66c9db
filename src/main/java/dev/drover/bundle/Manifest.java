package dev.drover.bundle;

import dev.drover.base.Fields;
import dev.drover.base.Json;
import dev.drover.session.SessionId;
import dev.drover.session.ThreadId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// The first entry of a bundle.
///
/// @param parts the entries that follow, by their names
record Manifest(
    SessionId session,
    ThreadId thread,
    long events,
    List<String> leftOut,
    Map<String, Part> parts) {
  private static final int MAX_TEXT = 256;

  /// What the manifest says of an entry.
  ///
  /// @param sha256 in hexadecimal
  record Part(String sha256, long size) {}

  Manifest {
    leftOut = List.copyOf(leftOut);
    parts = Map.copyOf(parts);
  }

  Part part(String name) {
    return Objects.requireNonNull(parts.get(name), name);
  }

  /// Reads a manifest, which is not trusted.
  ///
  /// @throws dev.drover.base.Problem `INVALID_REQUEST` also for a format that this version does not
  ///   know, and for a public bundle
  static Manifest read(Json.Obj json) {
    var fields = Fields.of(json, BundleFormat.MANIFEST);
    fields.type(BundleFormat.TYPE);
    long format = number(fields, "format", Long.MAX_VALUE);
    if (format != BundleFormat.NUMBER) {
      throw BundleFormat.refused(
          "it has format %d, and this version of Drover knows format %d"
              .formatted(format, BundleFormat.NUMBER));
    }
    if (fields.bool("public").orElse(false)) {
      throw BundleFormat.refused(
          "it is public, so it does not have what the model needs to go on with the session");
    }
    fields.text("drover_version", 0, MAX_TEXT);
    fields.text("exported_at", 0, MAX_TEXT);
    var session = fields.id("session_id", SessionId::of);
    var thread = fields.id("thread_id", ThreadId::of);
    long events = number(fields, "events", BundleFormat.MAX_EVENTS);
    var leftOut = fields.texts("left_out", LeftOut.NAMES.size(), MAX_TEXT);
    if (!LeftOut.NAMES.containsAll(leftOut)) {
      throw fields.problem("left_out", "must have names of " + String.join(", ", LeftOut.NAMES));
    }
    var parts = parts(Fields.of(fields.required("parts"), fields.path("parts")));
    fields.end();
    return new Manifest(session, thread, events, leftOut, parts);
  }

  private static long number(Fields fields, String name, long max) {
    return fields.integer(name, 0, max).orElseThrow(() -> fields.problem(name, "field required"));
  }

  private static Map<String, Part> parts(Fields fields) {
    var parts = new HashMap<String, Part>();
    for (var name : BundleFormat.PARTS) {
      var part = Fields.of(fields.required(name), fields.path(name));
      var sha256 = part.text("sha256", 64, 64);
      long size = number(part, "size_bytes", BundleFormat.MAX_BYTES);
      part.end();
      parts.put(name, new Part(sha256, size));
    }
    fields.end();
    return parts;
  }
}
