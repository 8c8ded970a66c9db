package dev.drover.bundle;

import dev.drover.base.Json;
import dev.drover.pax.PaxEntry;
import dev.drover.pax.PaxReader;
import dev.drover.pax.PaxRefused;
import dev.drover.session.ExportedLog;
import dev.drover.session.SessionId;
import dev.drover.session.Stored;
import dev.drover.session.ThreadId;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;

/// A bundle whose entries and digests were verified; its events were read, but their order was not
/// checked. They are in a temporary file of the caller, which must stay open.
public final class SessionBundle implements ExportedLog {
  /// How far the clock of the other server may be ahead.
  private static final Duration AHEAD = Duration.ofHours(1);

  /// The longest text of the archive that an error shows, in characters.
  private static final int MAX_SHOWN = 200;

  private final Manifest manifest;
  private final Json.Obj session;
  private final Json.Obj agent;
  private final SpooledLog log;

  private SessionBundle(Manifest manifest, Json.Obj session, Json.Obj agent, SpooledLog log) {
    this.manifest = manifest;
    this.session = session;
    this.agent = agent;
    this.log = log;
  }

  /// Reads a bundle, which is not trusted.
  ///
  /// @param archive need not be buffered
  /// @param file an empty file for the events
  /// @throws dev.drover.base.Problem `INVALID_REQUEST` if it is malformed, damaged or too large, or
  ///   if it is in a format that this version does not know
  /// @throws IOException if the file cannot be written, or what the archive threw
  public static SessionBundle read(InputStream archive, FileChannel file, Instant now)
      throws IOException {
    try {
      return read(new PaxReader(archive), file, now);
    } catch (PaxRefused refused) {
      throw BundleFormat.refused(shown(String.valueOf(refused.getMessage())));
    }
  }

  private static SessionBundle read(PaxReader reader, FileChannel file, Instant now)
      throws IOException {
    var manifest = Manifest.read(document(reader, BundleFormat.MANIFEST, BundleFormat.digest()));
    var session = part(reader, BundleFormat.SESSION, manifest);
    var agent = part(reader, BundleFormat.AGENT, manifest);
    var log = events(reader, manifest, file, now);
    var more = reader.next();
    if (more.isPresent() || reader.unnamed() > 0) {
      throw BundleFormat.refused("it has more entries than a bundle has");
    }
    return new SessionBundle(manifest, session, agent, log);
  }

  private static SpooledLog events(
      PaxReader reader, Manifest manifest, FileChannel file, Instant now) throws IOException {
    var entry = entry(reader, BundleFormat.EVENTS, BundleFormat.MAX_BYTES);
    var digest = BundleFormat.digest();
    var lines =
        new BoundedLines(new DigestInputStream(reader.content(), digest), BundleFormat.MAX_LINE);
    var out = new BufferedOutputStream(Channels.newOutputStream(file), 1 << 16);
    long count = 0;
    for (var line = lines.next(); line.isPresent(); line = lines.next()) {
      count++;
      if (count > manifest.events()) {
        throw BundleFormat.refused("it has more events than its manifest says");
      }
      var stored = BundleLine.read(count, text(BundleFormat.EVENTS, line.get()));
      if (stored.processedAt().isAfter(now.plus(AHEAD))) {
        throw BundleFormat.refused("event " + count + " has a time in the future");
      }
      write(stored, out);
    }
    out.flush();
    verify(entry, manifest, digest);
    if (count != manifest.events()) {
      throw BundleFormat.refused("it has fewer events than its manifest says");
    }
    return new SpooledLog(file, count);
  }

  private static void write(Stored stored, OutputStream out) throws IOException {
    out.write(BundleLine.write(stored).getBytes(StandardCharsets.UTF_8));
    out.write('\n');
  }

  private static Json.Obj part(PaxReader reader, String name, Manifest manifest)
      throws IOException {
    var digest = BundleFormat.digest();
    var entry = entry(reader, name, BundleFormat.MAX_DOCUMENT);
    var bytes = bytes(reader, entry, digest);
    verify(entry, manifest, digest);
    return json(name, bytes);
  }

  private static Json.Obj document(PaxReader reader, String name, MessageDigest digest)
      throws IOException {
    return json(name, bytes(reader, entry(reader, name, BundleFormat.MAX_DOCUMENT), digest));
  }

  private static byte[] bytes(PaxReader reader, PaxEntry entry, MessageDigest digest)
      throws IOException {
    var bytes = reader.content().readNBytes((int) entry.size());
    digest.update(bytes);
    return bytes;
  }

  /// The next entry, which must be a file with this name.
  private static PaxEntry entry(PaxReader reader, String name, long most) throws IOException {
    var entry = reader.next();
    if (entry.isEmpty()) {
      throw BundleFormat.refused("it has no " + name);
    }
    boolean fits = entry.get().kind() == PaxEntry.Kind.FILE && entry.get().path().equals(name);
    if (!fits || reader.unnamed() > 0) {
      throw BundleFormat.refused(
          "it has the entry %s in place of the file %s".formatted(shown(entry.get().path()), name));
    }
    if (entry.get().size() > most) {
      throw BundleFormat.refused(name + " is larger than " + (most >> 20) + " MiB");
    }
    return entry.get();
  }

  private static void verify(PaxEntry entry, Manifest manifest, MessageDigest digest) {
    var part = manifest.part(entry.path());
    boolean same = part.sha256().equals(HexFormat.of().formatHex(digest.digest()));
    if (!same || part.size() != entry.size()) {
      throw BundleFormat.refused(entry.path() + " is not the one that the manifest describes");
    }
  }

  private static Json.Obj json(String name, byte[] bytes) {
    try {
      if (Json.parse(text(name, bytes)) instanceof Json.Obj object) {
        return object;
      }
      throw BundleFormat.refused(name + " is not a JSON object");
    } catch (Json.Malformed malformed) {
      throw BundleFormat.refused(name + " is not valid JSON: " + malformed.getMessage());
    }
  }

  private static String text(String name, byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException _) {
      throw BundleFormat.refused(name + " is not UTF-8");
    }
  }

  private static String shown(String text) {
    return text.substring(0, Math.min(text.length(), MAX_SHOWN));
  }

  @Override
  public SessionId from() {
    return manifest.session();
  }

  @Override
  public ThreadId thread() {
    return manifest.thread();
  }

  @Override
  public Iterator<Stored> events() {
    return log.events();
  }

  /// The number of events, which is the position of the last one.
  public long head() {
    return log.count();
  }

  /// The session as its clients saw it. Not verified.
  public Json.Obj session() {
    return session;
  }

  /// The definition of the session's agent. Not verified.
  public Json.Obj agent() {
    return agent;
  }

  /// The names of what the session had and the bundle does not have.
  public List<String> leftOut() {
    return manifest.leftOut();
  }
}
