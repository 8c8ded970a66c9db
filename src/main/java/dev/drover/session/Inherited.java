package dev.drover.session;

import java.util.List;

/// What the requests of a chapter need of the log before it, so that a brain does not read the log
/// from its beginning. It follows from the log.
///
/// @param inARow the number of chapters that began since the last reply, in the same turn; this one
///   included
/// @param standing the positions of the events before the chapter's first one that still have an
///   effect, in increasing order, see [Standing]
/// @param leftOut the parts of clients' messages that requests leave out, because a model server
///   refused them
/// @param serverRefused whether the model server has refused to make a block that stands for a
///   conversation, or to read its own, so that it is not asked for another one
public record Inherited(
    int inARow, List<Long> standing, List<Part> leftOut, boolean serverRefused) {
  /// A part of a message.
  ///
  /// @param index the index of a block of the message; -1 for the whole message
  public record Part(EventId message, int index) {}

  /// What is inherited where the model server has not refused to summarize.
  public Inherited(int inARow, List<Long> standing, List<Part> leftOut) {
    this(inARow, standing, leftOut, false);
  }

  public Inherited {
    standing = List.copyOf(standing);
    leftOut = List.copyOf(leftOut);
    if (inARow < 1) {
      throw new IllegalArgumentException("a chapter is the first one in a row at least");
    }
  }
}
