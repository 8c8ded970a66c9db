package dev.drover.hands;

import dev.drover.base.BlockStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;

/// The files of a session, reached through its hand. The host never opens a path that the agent can
/// change; the hand does, as the agent's user, and follows no link. Whatever a hand says may be a
/// lie of the agent, about its own session.
///
/// Safe for many threads. A few operations run at once; further ones wait. An operation that is
/// interrupted ends in the hand, too.
///
/// Every method throws [Refused] if the operation is not possible, and another `IOException` if the
/// hand is gone or does not follow the protocol.
public interface HandFiles {
  /// The number of files that are read in one operation.
  int SEVERAL = 200;

  /// Everything below the root; empty if it is still what `known` stands for.
  Optional<HandTree> tree(HandRoot root, Optional<HandTree.Cookie> known)
      throws IOException, InterruptedException;

  /// Opens a regular file; the caller closes the stream, which ends the operation. The stream fails
  /// before its end if the file changes while it is read.
  ///
  /// @param expected the state that the file must have; empty if any will do
  /// @param most bytes; a larger file is refused
  Content get(HandRoot root, HandPath path, Optional<FileStamp> expected, long most)
      throws IOException, InterruptedException;

  /// Begins to read regular files one after the other, each in the state of its entry; a small file
  /// costs far less than by [#get].
  ///
  /// @param files at most [#SEVERAL]
  /// @param most bytes; a larger file is refused
  Contents getAll(HandRoot root, List<HandTree.Entry> files, long most)
      throws IOException, InterruptedException;

  /// Files that are read one after the other, to be closed. One thread.
  interface Contents extends AutoCloseable {
    /// The next file. What is left of the one before is skipped.
    ///
    /// @throws Refused if this file cannot be read, as its stream does; the next one can be
    Content next() throws IOException, InterruptedException;

    @Override
    void close();
  }

  /// The content of a file.
  abstract class Content extends BlockStream {
    /// The state of the file that is read.
    public abstract FileStamp stamp();

    @Override
    public abstract void close();
  }

  /// Makes the path a file with this content, if it holds what is expected; all or nothing. Missing
  /// directories are made, and an empty directory counts as nothing.
  ///
  /// @param mode the permissions, such as 0644
  /// @param content has at least `length` bytes
  /// @return the state of the new file
  FileStamp put(
      HandRoot root, HandPath path, int mode, InputStream content, long length, Expected expected)
      throws IOException, InterruptedException;

  /// Removes what is at the path, other than a directory, if it is what is expected. Directories
  /// that become empty are removed as well.
  void remove(HandRoot root, HandPath path, Expected expected)
      throws IOException, InterruptedException;

  /// Archives of the session's directories.
  HandArchives archives();

  /// Whether a command runs in the hand, or a process that one left.
  boolean isAtWork() throws IOException, InterruptedException;

  /// What a path holds before it is changed.
  ///
  /// @param words as the protocol has it
  record Expected(String words) {
    public static final Expected ANYTHING = new Expected("any");
    public static final Expected NOTHING = new Expected("absent");

    /// A file with a content of this digest.
    ///
    /// @param sha256 in lower-case hexadecimal
    public static Expected content(String sha256) {
      return new Expected(sha256);
    }
  }

  /// The operation is not possible.
  final class Refused extends IOException {
    private static final long serialVersionUID = 1;

    private final Why why;

    Refused(Why why, String message) {
      super(message);
      this.why = why;
    }

    public Why why() {
      return why;
    }
  }

  /// Why an operation is not possible; in the order of their numbers in the protocol.
  enum Why {
    /// The message says why.
    FAILED,
    /// There is no such path.
    MISSING,
    /// The path does not hold what is expected, or changed during the operation.
    DIFFERENT,
    /// It is not a regular file, or is reached through a link.
    UNFIT,
    /// The file is larger than allowed; the message is its size in bytes.
    TOO_LARGE,
    /// The agent has closed the file to its own user.
    DENIED,
    /// The session's disk or the machine's is full.
    NO_ROOM
  }
}
