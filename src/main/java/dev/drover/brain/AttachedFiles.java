package dev.drover.brain;

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
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The files that messages refer to. Before a model is called, each reference is replaced by the
/// content of the file, or by a note if there is none any more. Safe for many threads.
public final class AttachedFiles {
  /// The limit for the contents of one request, in bytes: 32 MB in base64, which is the limit of
  /// the Messages API for a whole request. The first files have precedence, so that what was sent
  /// before stays the same.
  public static final long MOST = 24L << 20;

  /// The number of copies of a content in memory: its bytes, its base64 text, the text of the
  /// request, the bytes of the request, and those in between.
  private static final int COPIES = 7;

  private static final int ASKED = 100;

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
    var ids = new LinkedHashMap<FileId, String>();
    messages.items().forEach(message -> collect(message, ids));
    if (ids.isEmpty()) {
      return new Loaded(messages, Optional.empty());
    }
    var asked = List.copyOf(ids.keySet());
    var found = found(workspace, asked);
    var loaded = new ArrayList<StoredFile>();
    long bytes = 0;
    for (var id : asked) {
      var file = found.get(id);
      if (file == null) {
        ids.put(id, "was deleted");
      } else if (file.isExpired(clock.instant())) {
        ids.put(id, "has expired");
      } else if (bytes + file.size() > Math.min(MOST, memory.total() / COPIES)) {
        ids.put(id, "was left out: the files of the conversation are too large together");
      } else {
        bytes += file.size();
        loaded.add(file);
      }
    }
    var share = memory.reserve(COPIES * bytes);
    boolean complete = false;
    try {
      var contents = contents(loaded, ids);
      var replaced = new Json.Arr(each(messages.items(), contents, ids));
      complete = true;
      return new Loaded(replaced, Optional.of(share));
    } finally {
      if (!complete) {
        share.close();
      }
    }
  }

  private Map<FileId, StoredFile> found(WorkspaceId workspace, List<FileId> ids) {
    var found = new HashMap<FileId, StoredFile>();
    for (int from = 0; from < ids.size(); from += ASKED) {
      var some = ids.subList(from, Math.min(from + ASKED, ids.size()));
      files.list(workspace, some).forEach(file -> found.put(file.id(), file));
    }
    return found;
  }

  /// The contents as sources of blocks.
  ///
  /// @param notes receives why a content is missing
  private Map<FileId, Json.Obj> contents(List<StoredFile> loaded, Map<FileId, String> notes)
      throws InterruptedException {
    var contents = new HashMap<FileId, Json.Obj>();
    for (var file : loaded) {
      var content = blobs.get(file.blob().orElseThrow());
      if (content.isEmpty()) {
        notes.put(file.id(), "was deleted");
        continue;
      }
      try (InputStream in = content.get()) {
        contents.put(file.id(), source(file, in.readAllBytes()));
      } catch (IOException e) {
        LOG.log(Level.ERROR, "the content of " + file.id() + " cannot be read: " + e.getMessage());
        notes.put(file.id(), "cannot be read");
      }
    }
    return contents;
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

  private static void collect(Json json, Map<FileId, String> ids) {
    if (json instanceof Json.Obj block) {
      var id = file(block);
      if (id != null) {
        ids.put(id, "");
      }
      block.items("content").forEach(inner -> collect(inner, ids));
    }
  }

  private static List<Json> each(
      List<Json> blocks, Map<FileId, Json.Obj> contents, Map<FileId, String> notes) {
    return blocks.stream().map(json -> replaced(json, contents, notes)).toList();
  }

  private static Json replaced(
      Json json, Map<FileId, Json.Obj> contents, Map<FileId, String> notes) {
    if (!(json instanceof Json.Obj block)) {
      return json;
    }
    var id = file(block);
    if (id == null) {
      return block.get("content").orElse(Json.NULL) instanceof Json.Arr inner
          ? block.with("content", new Json.Arr(each(inner.items(), contents, notes)))
          : block;
    }
    var content = contents.get(id);
    if (content != null) {
      return block.with("source", content);
    }
    var note = Json.obj("type", "text", "text", "[file " + id + " " + notes.get(id) + "]");
    return block.get("cache_control").map(mark -> note.with("cache_control", mark)).orElse(note);
  }
}
