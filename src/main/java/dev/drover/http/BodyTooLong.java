package dev.drover.http;

import java.io.IOException;

/// An error: a body, or a part of one, is longer than its reader accepts.
public final class BodyTooLong extends IOException {
  private static final long serialVersionUID = 1;

  /// The part that is too long.
  public enum Part {
    LINE,
    EVENT,
    BODY
  }

  private final Part part;

  BodyTooLong(Part part, long most) {
    super(
        switch (part) {
          case LINE -> "a line is longer than " + most + " bytes";
          case EVENT -> "an event is longer than " + most + " bytes";
          case BODY -> "the body is longer than " + most + " bytes";
        });
    this.part = part;
  }

  public Part part() {
    return part;
  }
}
