package dev.drover.catalog;

import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;

/// Stores large contents, such as files, outside of the database: without names and owners, which
/// are rows. A content never changes. Its id is never used again, so a content may be deleted while
/// the same bytes are being stored under another id. Whether a workspace already has some bytes is
/// a question for its rows, which know the digests. Safe for many threads, and for several
/// processes with the same storage; closed by the one who opened it.
///
/// Every method throws a `Problem` `UNAVAILABLE` if the storage fails or is full.
public interface Blobs extends BlobFiles, AutoCloseable {
  /// Stores what `in` has up to its end, which may be nothing; does not close it. The content is
  /// durable when this returns, and it is not visible before it is complete. A failure leaves
  /// nothing, as far as the storage can still be reached. If the process dies, either nothing is
  /// left or a whole content, whose id is not known to any caller: see [#storedBefore].
  ///
  /// @param limit in bytes; at most one byte more is read
  /// @throws dev.drover.base.Problem `TOO_LARGE` if there is more than `limit`
  /// @throws IOException what `in` threw
  Blob put(InputStream in, long limit) throws IOException, InterruptedException;

  /// Begins to store several contents, which become durable together: for many small ones this is
  /// far faster.
  Batch batch();

  /// Contents that are stored together. One thread.
  interface Batch extends AutoCloseable {
    /// The number of contents in one batch; each may hold a file open.
    int MOST = 256;

    /// Reads a content as [Blobs#put] does. It is neither durable nor visible before [#complete].
    /// If this fails, the contents that were added before stay.
    Blob add(InputStream in, long limit) throws IOException, InterruptedException;

    /// Makes all contents durable and visible, or none as far as the storage can still be reached.
    void complete() throws InterruptedException;

    /// Removes what is not complete.
    @Override
    void close();
  }

  /// The whole content, as a stream to be closed; empty if there is none with this id. The stream
  /// fails with an `IOException` before its last byte if the content is not what was stored. It may
  /// be read to its end after the content was deleted.
  Optional<InputStream> get(BlobId id) throws InterruptedException;

  /// As [#get(BlobId)], but a part of the content, which is not compared with the digest.
  ///
  /// @param from the number of bytes before the part; at the end or after it, the part is empty
  /// @param count the length of the part; it ends with the content at the latest
  Optional<InputStream> get(BlobId id, long from, long count) throws InterruptedException;

  /// Deletes a content, durably; does nothing if there is none with this id.
  void delete(BlobId id) throws InterruptedException;

  /// Calls `each` with the contents that were stored before `time`, by the storage's clock, in no
  /// order. Contents that are stored or deleted meanwhile may be missing. A content without a row
  /// is garbage if `time` is longer ago than a [#put] and the transaction of its row take. Removes
  /// the incomplete contents that were begun before `time`.
  void storedBefore(Instant time, Consumer<Blob> each) throws InterruptedException;

  /// Marks the storage as that of a database, unless it has a mark. Contents that are in no row of
  /// a database are deleted as garbage, so two databases must not share a storage.
  ///
  /// @param database the name of the database: letters and digits, at most 100
  /// @return the name of the database that has the storage
  String claim(String database) throws InterruptedException;

  @Override
  void close();
}
