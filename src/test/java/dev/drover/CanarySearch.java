package dev.drover;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import com.github.luben.zstd.ZstdInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/// A search for secrets in every form in which a copy may be written: as they are, reversed,
/// encoded for URLs, in hexadecimal digits, and in Base64 at each position. A marker, which is no
/// secret, shows that the search finds what is in a place. Safe for many threads.
final class CanarySearch {
  /// Larger files are not expected, and would not be searched in time.
  private static final long LARGEST = 256L << 20;

  /// The first bytes of what is compressed with Zstandard.
  private static final int ZSTD = 0x28b52ffd;

  /// How many bytes of a text are looked up at each position.
  private static final int HEAD = 4;

  private static final String MARKER = "marker";

  private final Map<Integer, List<Needle>> needles = new HashMap<>();
  private final BitSet heads = new BitSet(1 << 16);
  private final Set<String> leaks = new TreeSet<>();
  private final Set<String> marked = new TreeSet<>();

  /// @param form in ASCII
  private record Needle(String kind, String form) {}

  /// @param marker planted in the places that are searched
  CanarySearch(String marker) {
    put(MARKER, marker);
  }

  /// Adds a secret, in ASCII.
  synchronized void add(String kind, String secret) {
    forms(secret).distinct().forEach(form -> put(kind, form));
  }

  private void put(String kind, String form) {
    int head = ByteBuffer.wrap(form.getBytes(UTF_8)).getInt();
    needles.computeIfAbsent(head, _ -> new ArrayList<>()).add(new Needle(kind, form));
    heads.set(hash(head));
  }

  private static Stream<String> forms(String secret) {
    var bytes = secret.getBytes(UTF_8);
    var plain =
        Stream.of(
            secret,
            new StringBuilder(secret).reverse().toString(),
            URLEncoder.encode(secret, UTF_8),
            HexFormat.of().formatHex(bytes),
            HexFormat.of().withUpperCase().formatHex(bytes));
    var base64 =
        Stream.of(Base64.getEncoder(), Base64.getUrlEncoder())
            .flatMap(encoder -> Stream.of(0, 1, 2).map(before -> base64(encoder, secret, before)));
    return Stream.concat(plain, base64);
  }

  /// The part of the Base64 of a longer text that depends on the secret alone.
  ///
  /// @param before how many bytes are before the secret, modulo 3
  private static String base64(Base64.Encoder encoder, String secret, int before) {
    var text = " ".repeat(before) + secret;
    var encoded = encoder.withoutPadding().encodeToString(text.getBytes(UTF_8));
    return encoded.substring((8 * before + 5) / 6, 8 * text.length() / 6);
  }

  private static int hash(int head) {
    return (head * 0x9e3779b1) >>> 16;
  }

  /// Searches an answer, a log or the like.
  void text(String place, String text) {
    bytes(place, "", text.getBytes(UTF_8));
  }

  /// Searches a file, and what is compressed in it.
  void file(String place, Path file) throws IOException {
    if (Files.size(file) > LARGEST) {
      throw new AssertionError(file + " is too large to be searched");
    }
    var bytes = Files.readAllBytes(file);
    var where = ": " + file.getFileName();
    bytes(place, where, bytes);
    if (bytes.length > HEAD && ByteBuffer.wrap(bytes).getInt() == ZSTD) {
      try (var in = new ZstdInputStream(new ByteArrayInputStream(bytes)).setContinuous(true)) {
        bytes(place, where, in.readAllBytes());
      }
    }
  }

  /// Searches all files below a directory. Nothing may change in it.
  void files(String place, Path directory) throws IOException {
    try (var files = Files.walk(directory)) {
      for (var file : files.filter(one -> Files.isRegularFile(one, NOFOLLOW_LINKS)).toList()) {
        file(place, file);
      }
    }
  }

  /// Searches all rows, which may be split or compressed in the files.
  void tables(String place, Connection database) throws SQLException {
    var tables = new ArrayList<String>();
    var kinds = new String[] {"TABLE"};
    try (var rows = database.getMetaData().getTables(null, null, "%", kinds)) {
      while (rows.next()) {
        tables.add(rows.getString("TABLE_NAME"));
      }
    }
    for (var table : tables) {
      try (var statement = database.createStatement();
          var rows = statement.executeQuery("SELECT * FROM \"" + table + "\"")) {
        int columns = rows.getMetaData().getColumnCount();
        while (rows.next()) {
          for (int i = 1; i <= columns; i++) {
            var value = rows.getObject(i);
            bytes(
                place,
                ": " + table,
                value instanceof byte[] raw ? raw : String.valueOf(value).getBytes(UTF_8));
          }
        }
      }
    }
  }

  private synchronized void bytes(String place, String where, byte[] bytes) {
    int head = 0;
    for (int i = 0; i < bytes.length; i++) {
      head = (head << 8) | (bytes[i] & 0xff);
      if (heads.get(hash(head))) {
        for (var needle : needles.getOrDefault(head, List.of())) {
          if (isAt(bytes, i - HEAD + 1, needle.form)) {
            found(needle.kind, place, where);
          }
        }
      }
    }
  }

  private static boolean isAt(byte[] bytes, int from, String form) {
    if (from < 0 || form.length() > bytes.length - from) {
      return false;
    }
    for (int i = HEAD; i < form.length(); i++) {
      if (bytes[from + i] != form.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private void found(String kind, String place, String where) {
    if (kind.equals(MARKER)) {
      marked.add(place);
    } else {
      leaks.add(kind + " in " + place + where);
    }
  }

  /// The secrets that were found so far, as `kind in place: file`.
  synchronized Set<String> leaks() {
    return Set.copyOf(leaks);
  }

  /// The places in which the marker was found so far.
  synchronized Set<String> marked() {
    return Set.copyOf(marked);
  }
}
