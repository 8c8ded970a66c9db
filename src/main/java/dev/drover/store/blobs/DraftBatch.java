package dev.drover.store.blobs;

import dev.drover.catalog.Blob;
import dev.drover.catalog.BlobId;
import dev.drover.catalog.Blobs;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/// Contents that are written to local files first, and then stored together. One thread.
final class DraftBatch implements Blobs.Batch {
  /// A content whose file is complete.
  record Ready(BlobId id, Draft draft) {}

  /// Makes a file for a content.
  interface Making {
    /// @param name a new one
    Draft draft(String name) throws IOException;
  }

  /// Stores all contents or none.
  interface Storing {
    void store(List<Ready> ready) throws InterruptedException;
  }

  private final Disk disk;
  private final Supplier<String> names;
  private final Making making;
  private final Storing storing;
  private final List<Ready> ready = new ArrayList<>();

  DraftBatch(Disk disk, Supplier<String> names, Making making, Storing storing) {
    this.disk = disk;
    this.names = names;
    this.making = making;
    this.storing = storing;
  }

  @Override
  public Blob add(InputStream in, long limit) throws IOException, InterruptedException {
    if (limit < 0) {
      throw new IllegalArgumentException("a limit of " + limit + " bytes");
    }
    if (ready.size() == MOST) {
      throw new IllegalStateException("a batch of more than " + MOST + " contents");
    }
    var name = names.get();
    var draft = disk.writing(() -> making.draft(name));
    boolean complete = false;
    try {
      draft.fill(in, limit, disk);
      var id = new BlobId(disk.writing(draft::digest) + "-" + name);
      ready.add(new Ready(id, draft));
      complete = true;
      return new Blob(id, draft.size());
    } finally {
      if (!complete) {
        draft.close();
      }
    }
  }

  @Override
  public void complete() throws InterruptedException {
    storing.store(List.copyOf(ready));
  }

  /// What was stored has left its file's place, or its file is not needed any more.
  @Override
  public void close() {
    ready.forEach(one -> one.draft().close());
  }
}
