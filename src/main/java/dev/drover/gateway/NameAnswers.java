package dev.drover.gateway;

import dev.drover.http.HostName;
import dev.drover.http.Unreachable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// Answers the DNS questions of a sandbox without asking anybody, so that names carry nothing out:
/// a host that may be reached has the address of the sandbox's own listeners, and every other does
/// not exist. The real lookup is made for a connection.
///
/// @see <a href="https://www.rfc-editor.org/rfc/rfc1035">RFC 1035</a>, section 4
final class NameAnswers {
  /// Where `hand` listens for the transparent way.
  private static final byte[] LISTENERS = {127, 0, 0, 2};

  private static final int HEADER = 12;
  private static final int A = 1;
  private static final int AAAA = 28;
  private static final int IN = 1;
  private static final int FORMAT_ERROR = 1;
  private static final int NO_SUCH_NAME = 3;
  private static final int NOT_IMPLEMENTED = 4;

  private final Policy policy;
  private final RefusalRing refused;

  NameAnswers(Policy policy, RefusalRing refused) {
    this.policy = policy;
    this.refused = refused;
  }

  static void serve(Passage passage) throws IOException {
    passage.protocol("dns");
    passage.stay();
    var answers = new NameAnswers(passage.policy(), passage.refused());
    var in = passage.in();
    while (in.peek() >= 0) {
      var answer = answers.to(in.read(in.readShort()));
      if (answer.isPresent()) {
        int length = answer.get().length;
        passage.reply(
            ByteBuffer.allocate(2 + length).putShort((short) length).put(answer.get()).flip());
      }
    }
  }

  /// The answer to a message; empty if it is not a question.
  Optional<byte[]> to(byte[] message) {
    var in = ByteBuffer.wrap(message);
    if (message.length < HEADER || (message[2] & 0x80) != 0) {
      return Optional.empty();
    }
    if ((message[2] & 0x78) != 0) {
      return Optional.of(answer(in, 0, NOT_IMPLEMENTED, false));
    }
    if (in.getShort(4) != 1 || in.getShort(6) != 0 || in.getShort(8) != 0) {
      return Optional.of(answer(in, 0, FORMAT_ERROR, false));
    }
    var name = new StringBuilder();
    int end = name(message, name);
    if (end < 0 || end + 4 > message.length) {
      return Optional.of(answer(in, 0, FORMAT_ERROR, false));
    }
    int type = in.getShort(end) & 0xffff;
    boolean known = in.getShort(end + 2) == IN && isAllowed(name.toString(), type);
    return Optional.of(answer(in, end + 4 - HEADER, known ? 0 : NO_SUCH_NAME, known && type == A));
  }

  private boolean isAllowed(String name, int type) {
    HostName host;
    try {
      host = HostName.of(name);
    } catch (Unreachable _) {
      return false;
    }
    if (host.address().isPresent()) {
      return false;
    }
    return switch (policy.judge(host)) {
      case Verdict.Allowed _ -> true;
      case Verdict.Refused(var _, var words) -> {
        if (type == A || type == AAAA) {
          refused.add(words);
        }
        yield false;
      }
    };
  }

  /// Reads the name of the question; returns where it ends, or -1 if it is malformed.
  private static int name(byte[] message, StringBuilder name) {
    int at = HEADER;
    while (at < message.length) {
      int length = message[at] & 0xff;
      if (length == 0) {
        return at + 1;
      }
      if (length > 63 || at + 1 + length >= message.length || name.length() > 255) {
        return -1;
      }
      name.append(name.isEmpty() ? "" : ".");
      name.append(new String(message, at + 1, length, StandardCharsets.ISO_8859_1));
      at += 1 + length;
    }
    return -1;
  }

  /// @param question the length of the question, which is repeated
  private static byte[] answer(ByteBuffer message, int question, int code, boolean address) {
    var out = ByteBuffer.allocate(HEADER + question + (address ? 16 : 0));
    out.putShort(message.getShort(0));
    int asked = message.getShort(2) & 0x7900; // the kind of query, and whether recursion is desired
    out.putShort((short) (0x8080 | asked | code));
    out.putShort((short) (question == 0 ? 0 : 1)).putShort((short) (address ? 1 : 0)).putInt(0);
    out.put(message.slice(HEADER, question));
    if (address) {
      out.putShort((short) 0xc00c).putShort((short) A).putShort((short) IN).putInt(1);
      out.putShort((short) LISTENERS.length).put(LISTENERS);
    }
    return out.array();
  }
}
