package dev.drover.bench;

import java.nio.charset.StandardCharsets;

/// The turn of a request to the model. It is found by searching from the end of the body, without
/// parsing: the request of a long session has a megabyte.
///
/// @param key the key of the turn
/// @param wantsTool whether the turn calls a tool and has no result yet
/// @param waits whether the first request of the turn gets no reply
/// @param toolFailed whether `echo hi` returned an error
record RequestedTurn(String key, boolean wantsTool, boolean waits, boolean toolFailed) {
  private static final byte[] MARK = Wire.bytes(" turn #");
  private static final int KIND = 4;

  static RequestedTurn of(byte[] body) {
    int mark = last(body);
    if (mark < KIND) {
      return new RequestedTurn("", false, false, false);
    }
    var kind = new String(body, mark - KIND, KIND, StandardCharsets.US_ASCII);
    int from = mark + MARK.length;
    var rest = new String(body, from, body.length - from, StandardCharsets.UTF_8);
    boolean answered = rest.contains("\"tool_result\"");
    boolean tool = kind.equals("tool");
    return new RequestedTurn(
        rest.substring(0, Math.max(0, rest.indexOf(';'))),
        (tool || kind.equals("bash")) && !answered,
        kind.equals("hold"),
        tool && answered && (rest.contains("\"is_error\":true") || !rest.contains("hi")));
  }

  private static int last(byte[] body) {
    for (int i = body.length - MARK.length; i >= 0; i--) {
      int same = 0;
      while (same < MARK.length && body[i + same] == MARK[same]) {
        same++;
      }
      if (same == MARK.length) {
        return i;
      }
    }
    return -1;
  }
}
