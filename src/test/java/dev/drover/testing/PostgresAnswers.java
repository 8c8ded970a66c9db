package dev.drover.testing;

import java.util.function.Predicate;

/// PostgreSQL's wire, as far as it tells which statement succeeded, and whether a transaction that
/// is committed has inserted anything: what a server does on its own, as to end a job, only
/// updates.
///
/// @see <a href="https://www.postgresql.org/docs/18/protocol-message-formats.html">Message
///   formats</a>
final class PostgresAnswers implements Answers {
  private static final int HEADER = 5;
  private static final int MAX_TAG = 64;

  private final Predicate<String> isLost;
  private final StringBuilder tag = new StringBuilder();
  private boolean opened;
  private boolean inserted;
  private boolean lost;
  private int type;
  private int headerBytes;
  private int length;

  /// @param isLost asked once for each tag of a CommandComplete, as `INSERT 0 1`, `COMMIT`, or
  ///   `COMMIT of an INSERT`
  PostgresAnswers(Predicate<String> isLost) {
    this.isLost = isLost;
  }

  @Override
  public void asked(byte[] bytes, int length) {}

  @Override
  public int answered(byte[] bytes, int length) {
    int begin = 0; // of the message under way, or of its part in these bytes
    for (int i = 0; i < length && !lost; i++) {
      if (headerBytes == 0) {
        begin = i;
      }
      if (opened || !answersTheWishForEncryption(bytes[i])) {
        next(bytes[i] & 0xff);
      }
    }
    return lost ? begin : length;
  }

  /// Before anything else the client may ask for encryption, and one byte says yes or no. No
  /// message begins so at this time.
  private boolean answersTheWishForEncryption(byte first) {
    if (first == 'S' || first == 'G') {
      throw new IllegalStateException("encrypted: no answer can be told from another");
    }
    opened = first != 'N';
    return !opened;
  }

  private void next(int b) {
    if (headerBytes == 0) {
      type = b;
      length = 0;
      tag.setLength(0);
      headerBytes = 1;
      return;
    }
    if (headerBytes < HEADER) {
      length = length << 8 | b;
      if (++headerBytes == HEADER) {
        length -= 4;
      }
    } else {
      length--;
      if (type == 'C' && b != 0 && tag.length() < MAX_TAG) {
        tag.append((char) b);
      }
    }
    if (headerBytes == HEADER && length == 0) {
      headerBytes = 0;
      lost = type == 'C' && isLost.test(told(tag.toString()));
    }
  }

  private String told(String complete) {
    boolean commits = complete.equals("COMMIT");
    var told = commits && inserted ? "COMMIT of an INSERT" : complete;
    inserted =
        !commits && !complete.equals("ROLLBACK") && (inserted || complete.startsWith("INSERT"));
    return told;
  }
}
