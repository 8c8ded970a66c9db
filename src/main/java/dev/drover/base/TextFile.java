package dev.drover.base;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.regex.Pattern;

/// A reader of small text files that an operator or a user names. It reads whole files in UTF-8,
/// and limits their size.
public final class TextFile {
  /// Paths of files that the process has already opened, such as `/dev/stdin` and the `<(…)` of a
  /// shell. These may be pipes, because opening them does not block.
  private static final Pattern OPEN = Pattern.compile("/dev/(stdin|fd/\\d+)|/proc/self/fd/\\d+");

  private TextFile() {}

  /// An exception for a file that was not read. The message completes a sentence that begins with
  /// the name of the file.
  public static final class Unusable extends Exception {
    private static final long serialVersionUID = 1;

    Unusable(String message) {
      super(message);
    }

    @Override
    public String getMessage() {
      return String.valueOf(super.getMessage());
    }
  }

  /// Reads a whole file. Devices and pipes are refused before they are opened, because they may
  /// never end.
  public static String read(Path file, int maxBytes) throws Unusable {
    try {
      if (Files.isDirectory(file)) {
        throw new Unusable("is a directory");
      }
      if (Files.exists(file)
          && !Files.isRegularFile(file)
          && !OPEN.matcher(file.toString()).matches()) {
        throw new Unusable("is not a regular file");
      }
      try (var in = Files.newInputStream(file)) {
        return read(in, maxBytes);
      }
    } catch (NoSuchFileException _) {
      throw new Unusable("does not exist");
    } catch (AccessDeniedException _) {
      throw new Unusable("cannot be read: permission denied");
    } catch (IOException e) {
      throw new Unusable("cannot be read: " + e.getMessage());
    }
  }

  /// Reads a stream to its end.
  public static String read(InputStream in, int maxBytes) throws Unusable, IOException {
    var bytes = in.readNBytes(maxBytes + 1);
    if (bytes.length > maxBytes) {
      throw new Unusable("is larger than " + size(maxBytes));
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException _) {
      throw new Unusable("is not UTF-8 text");
    }
  }

  private static String size(int bytes) {
    return bytes >= 1 << 20
        ? (bytes >> 20) + " MiB"
        : bytes >= 1 << 10 ? (bytes >> 10) + " KiB" : bytes + " bytes";
  }
}
