package dev.drover.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.drover.base.Secret;
import dev.drover.base.SecretForms;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Writes asterisks over secrets, in all of their [SecretForms], in bytes that arrive in pieces.
/// The number of bytes stays the same. It holds back what may be the beginning of a secret. Not
/// safe for concurrent use.
final class SecretEraser {
  /// Shorter secrets are not searched for: they would be found by chance in packed data.
  static final int SHORTEST = 8;

  /// How many bytes are looked up at each position.
  private static final int HEAD = 4;

  private final Map<Integer, List<byte[]>> forms = new HashMap<>();
  private final BitSet heads = new BitSet(1 << 16);
  private final Replacer.Sink sink;
  private int longest = 1;
  private byte[] bytes = {};
  private int held;
  private boolean found;

  /// @param sink accepts the bytes, in parts that are valid until it returns
  SecretEraser(Collection<Secret> secrets, Replacer.Sink sink) {
    this.sink = sink;
    var searched = secrets.stream().filter(one -> one.reveal().length() >= SHORTEST).toList();
    for (var text : new SecretForms(searched).all()) { // the longest first
      var form = text.getBytes(UTF_8);
      int head = ByteBuffer.wrap(form).getInt();
      forms.computeIfAbsent(head, _ -> new ArrayList<>()).add(form);
      heads.set(hash(head));
      longest = Math.max(longest, form.length);
    }
  }

  private static int hash(int head) {
    return (head * 0x9e3779b1) >>> 16;
  }

  void accept(ByteBuffer piece) throws IOException {
    if (forms.isEmpty()) {
      sink.accept(piece);
      return;
    }
    int count = piece.remaining();
    if (bytes.length < held + count) {
      bytes = Arrays.copyOf(bytes, held + count);
    }
    piece.get(bytes, held, count);
    held += count;
    pass(held - longest + 1);
  }

  /// Passes on what was held back.
  void end() throws IOException {
    pass(held);
  }

  /// Whether a secret was found so far.
  boolean hasFound() {
    return found;
  }

  /// @param end before which a secret that begins is complete, or there is no more
  private void pass(int end) throws IOException {
    if (end <= 0) {
      return;
    }
    erase(end);
    sink.accept(ByteBuffer.wrap(bytes, 0, end));
    held -= end;
    System.arraycopy(bytes, end, bytes, 0, held);
  }

  /// Erases the secrets that begin before `end`.
  private void erase(int end) {
    int head = 0;
    int last = Math.min(end + HEAD - 1, held);
    for (int i = 0; i < last; i++) {
      head = (head << 8) | (bytes[i] & 0xff);
      if (heads.get(hash(head))) {
        erase(i - HEAD + 1, forms.getOrDefault(head, List.of()));
      }
    }
  }

  private void erase(int from, List<byte[]> possible) {
    for (var form : possible) {
      int to = from + form.length;
      if (from >= 0 && to <= held && Arrays.equals(bytes, from, to, form, 0, form.length)) {
        Arrays.fill(bytes, from, to, (byte) '*');
        found = true;
      }
    }
  }
}
