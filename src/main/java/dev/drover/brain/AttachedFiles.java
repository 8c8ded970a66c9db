package dev.drover.brain;

import static java.util.Objects.requireNonNull;

import dev.drover.base.Json;
import dev.drover.base.MemoryBudget;
import dev.drover.base.MemoryBudget.Share;
import dev.drover.catalog.Blobs;
import dev.drover.catalog.FileId;
import dev.drover.catalog.WorkspaceId;
import dev.drover.files.Files;
import dev.drover.files.StoredFile;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The files that messages refer to. Before a model is called, each reference is replaced by the
/// content of the file, or by a note if there is none any more. Safe for many threads.
public final class AttachedFiles {
  /// The limit for the contents of one request, in bytes: 32 MB in base64, which is the limit of
  /// the Messages API for a whole request. A file counts for each reference. The first files have
  /// precedence, so that what was sent before stays the same.
  public static final long MOST = 24L << 20;

  /// The number of copies of a content in memory: its bytes, its base64 text, the text of the
  /// request, the bytes of the request, and those in between.
  private static final int COPIES = 7;

  private static final int ASKED = 100;
  private static final String DELETED = "was deleted";

  private static final System.Logger LOG = System.getLogger(AttachedFiles.class.getName());

  private final Files files;
  private final Blobs blobs;
  private final MemoryBudget memory;
  private final InstantSource clock;

  /// @param memory the budget that the files of all requests share; it is not that of the prompts,
  ///   whose share a request may hold already
  public AttachedFiles(Files files, Blobs blobs, MemoryBudget memory, InstantSource clock) {
    this.files = files;
    this.blobs = blobs;
    this.memory = memory;
    this.clock = clock;
  }

  /// Messages with their files. Close it when they are no longer used.
  record Loaded(Json.Arr messages, Optional<Share> share) implements AutoCloseable {
    @Override
    public void close() {
      share.ifPresent(Share::close);
    }
  }

  /// Replaces the references in messages.
  ///
  /// @throws dev.drover.base.Problem `UNAVAILABLE` if the files cannot be read now
  Loaded load(WorkspaceId workspace, Json.Arr messages) throws InterruptedException {
    var references = new ArrayList<FileId>();
    messages.items().forEach(message -> collect(message, references));
    if (references.isEmpty()) {
      return new Loaded(messages, Optional.empty());
    }
    var found = found(workspace, List.copyOf(new LinkedHashSet<>(references)));
    var notes = new ArrayList<String>(); // for each reference; empty: it gets the content
    var loaded = new LinkedHashSet<StoredFile>();
    long bytes = 0; // a content counts as often as the request has it
    for (var id : references) {
      var file = found.get(id);
      var note = note(file, Math.min(MOST, memory.total() / COPIES) - bytes);
      if (file != null && note.isEmpty()) {
        bytes += file.size();
        loaded.add(file);
      }
      notes.add(note);
    }
    var share = memory.reserve(COPIES * bytes);
    boolean complete = false;
    try {
      var replaced = new Json.Arr(each(messages.items(), contents(loaded), notes.iterator()));
      complete = true;
      return new Loaded(replaced, Optional.of(share));
    } finally {
      if (!complete) {
        share.close();
      }
    }
  }

  /// Why the content of a file is missing; empty if it is not.
  private String note(@Nullable StoredFile file, long room) {
    if (file == null) {
      return DELETED;
    }
    if (file.isExpired(clock.instant())) {
      return "has expired";
    }
    return file.size() > room
        ? "was left out: the files of the conversation are too large together"
        : "";
  }

  private Map<FileId, StoredFile> found(WorkspaceId workspace, List<FileId> ids) {
    var found = new HashMap<FileId, StoredFile>();
    for (int from = 0; from < ids.size(); from += ASKED) {
      var some = ids.subList(from, Math.min(from + ASKED, ids.size()));
      files.list(workspace, some).forEach(file -> found.put(file.id(), file));
    }
    return found;
  }

  /// What a reference gets: the source of its block, or why there is none.
  private record Content(Json.Obj source, String note) {
    static Content missing(String note) {
      return new Content(Json.EMPTY, note);
    }
  }

  private Map<FileId, Content> contents(Collection<StoredFile> loaded) throws InterruptedException {
    var contents = new HashMap<FileId, Content>();
    for (var file : loaded) {
      contents.put(file.id(), content(file));
    }
    return contents;
  }

  private Content content(StoredFile file) throws InterruptedException {
    var content = blobs.get(file.blob().orElseThrow());
    if (content.isEmpty()) {
      return Content.missing(DELETED);
    }
    try (InputStream in = content.get()) {
      return new Content(source(file, in.readAllBytes()), "");
    } catch (IOException e) {
      LOG.log(Level.ERROR, "the content of " + file.id() + " cannot be read: " + e.getMessage());
      return Content.missing("cannot be read");
    }
  }

  private static Json.Obj source(StoredFile file, byte[] bytes) {
    var type = file.mimeType().replaceFirst(";.*", "").strip();
    return type.startsWith("text/")
        ? Json.obj(
            "type",
            "text",
            "media_type",
            "text/plain",
            "data",
            new String(bytes, StandardCharsets.UTF_8))
        : Json.obj(
            "type",
            "base64",
            "media_type",
            type,
            "data",
            Base64.getEncoder().encodeToString(bytes));
  }

  /// The file that a block refers to; null if there is none.
  private static @Nullable FileId file(Json.Obj block) {
    var type = block.text("type");
    var source = block.object("source");
    var id = source.text("file_id");
    return ("image".equals(type) || "document".equals(type))
            && "file".equals(source.text("type"))
            && id != null
            && FileId.isWellFormed(id)
        ? new FileId(id)
        : null;
  }

  /// Adds the references in their order, which is that of [#replaced].
  private static void collect(Json json, List<FileId> references) {
    if (json instanceof Json.Obj block) {
      var id = file(block);
      if (id != null) {
        references.add(id);
      } else {
        block.items("content").forEach(inner -> collect(inner, references));
      }
    }
  }

  private static List<Json> each(
      List<Json> blocks, Map<FileId, Content> contents, Iterator<String> notes) {
    return blocks.stream().map(json -> replaced(json, contents, notes)).toList();
  }

  private static Json replaced(Json json, Map<FileId, Content> contents, Iterator<String> notes) {
    if (!(json instanceof Json.Obj block)) {
      return json;
    }
    var id = file(block);
    if (id == null) {
      return block.get("content").orElse(Json.NULL) instanceof Json.Arr inner
          ? block.with("content", new Json.Arr(each(inner.items(), contents, notes)))
          : block;
    }
    var left = notes.next();
    var content = left.isEmpty() ? requireNonNull(contents.get(id)) : Content.missing(left);
    if (content.note.isEmpty()) {
      return block.with("source", content.source);
    }
    var note = Json.obj("type", "text", "text", "[file " + id + " " + content.note + "]");
    return block.get("cache_control").map(mark -> note.with("cache_control", mark)).orElse(note);
  }
}
