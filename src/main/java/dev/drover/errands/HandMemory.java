package dev.drover.errands;

import dev.drover.base.Problem;
import dev.drover.hands.FileStamp;
import dev.drover.hands.HandFiles;
import dev.drover.hands.HandFiles.Expected;
import dev.drover.hands.HandFiles.Refused;
import dev.drover.hands.HandPath;
import dev.drover.hands.HandRoot;
import dev.drover.hands.HandTree;
import dev.drover.hands.MemoryPlace;
import dev.drover.memory.MemoryFolder;
import dev.drover.memory.MemoryMirror;
import dev.drover.memory.MemoryPath;
import dev.drover.memory.MemoryText;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The directory of a memory store in a session's hand. For one round; one thread.
final class HandMemory implements MemoryFolder {
  private static final int TURNS = 3;
  private static final int MODE = 0644;

  /// How the names of a hand's unfinished files begin. Hands of older servers list no such name.
  private static final String RESERVED = "/.drover-";

  private static final String IS_RESERVED = "names that begin with \".drover-\" are reserved";

  private static final String TOO_LARGE = "it has more than %,d bytes".formatted(MemoryText.BYTES);

  private final HandFiles files;
  private final HandRoot root;
  private final MemoryPlace place;
  private final MemorySight sight;
  private final List<String> closed = new ArrayList<>();
  private boolean quiet;
  private boolean cut;

  /// @param sight what is known of the directory; this adds to it
  HandMemory(HandFiles files, HandRoot root, MemoryPlace place, MemorySight sight) {
    this.files = files;
    this.root = root;
    this.place = place;
    this.sight = sight;
  }

  @Override
  public Map<String, Found> list() throws IOException, InterruptedException {
    boolean before = files.isAtWork();
    var tree = sight.look(files, root);
    quiet = !before && !files.isAtWork();
    cut = tree.isCut();
    closed.clear();
    var found = new HashMap<String, Found>();
    for (var entry : tree.entries()) {
      var path = "/" + entry.path().shown();
      if (!entry.stamp().isDirectory()) {
        var known = sight.of(path, entry.stamp());
        found.put(path, known.isPresent() ? known.get() : examined(path, entry));
      } else if (entry.isClosed()) {
        closed.add(path + "/");
      }
    }
    sight.forgetAllBut(found.keySet());
    return found;
  }

  private Found examined(String path, HandTree.Entry entry)
      throws IOException, InterruptedException {
    var stamp = entry.stamp();
    var reason = misfit(path, entry);
    if (reason.isPresent()) {
      var unfit = unfit(reason.get(), stamp);
      sight.remember(path, stamp, unfit);
      return unfit;
    }
    for (int i = 0; i < TURNS; i++) {
      try {
        return opened(path, entry.path());
      } catch (Refused e) {
        switch (e.why()) {
          case DIFFERENT -> {} // it changed while it was read: once more
          case MISSING, UNFIT -> {
            return new Changing();
          }
          case TOO_LARGE -> {
            return unfit(TOO_LARGE, stamp);
          }
          case DENIED -> {
            return unfit("it cannot be read", stamp);
          }
          case FAILED, NO_ROOM -> throw e;
        }
      }
    }
    return new Changing();
  }

  private static Unfit unfit(String reason, FileStamp stamp) {
    return new Unfit(reason, stamp.toString());
  }

  /// Why an entry cannot be a memory, whatever it contains.
  private static Optional<String> misfit(String path, HandTree.Entry entry) {
    if (!entry.stamp().isFile()) {
      return Optional.of("it is not a regular file");
    }
    if (entry.path().text().isEmpty()) {
      return Optional.of("its name is not UTF-8");
    }
    if (path.contains(RESERVED)) {
      return Optional.of(IS_RESERVED);
    }
    var fault = MemoryPath.fault(path).map(what -> "its path " + what);
    return fault.isPresent() || entry.stamp().size() <= MemoryText.BYTES
        ? fault
        : Optional.of(TOO_LARGE);
  }

  private Found opened(String path, HandPath name) throws IOException, InterruptedException {
    try (var content = files.get(root, name, Optional.empty(), MemoryText.BYTES)) {
      var bytes = content.readNBytes(MemoryText.BYTES + 1);
      var stamp = content.stamp();
      Found found;
      try {
        var text =
            MemoryText.of(
                StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
        found = new Text(text.sha256());
      } catch (CharacterCodingException _) {
        found = unfit("it is not text in UTF-8", stamp);
      } catch (Problem _) {
        found = unfit("it contains the character U+0000", stamp);
      }
      sight.remember(path, stamp, found);
      return found;
    }
  }

  @Override
  public boolean isQuiet() {
    return quiet;
  }

  @Override
  public Optional<Found> hidden(String path) {
    if (cut) {
      return Optional.of(new Unfit("there are too many files in the directory", "cut"));
    }
    return closed.stream().anyMatch(path::startsWith)
        ? Optional.of(new Unfit("its directory cannot be read", "closed"))
        : Optional.empty();
  }

  @Override
  public Optional<String> fault(String path) {
    if (!MemoryMirror.canBeFile(path)) {
      return Optional.of("a part of its path is too long for the name of a file");
    }
    return path.contains(RESERVED) ? Optional.of(IS_RESERVED) : Optional.empty();
  }

  @Override
  public Optional<String> kept() throws IOException {
    return place.noted();
  }

  @Override
  public void keep(String text) throws IOException {
    place.note(text);
  }

  @Override
  public Optional<MemoryText> read(String path, String sha256)
      throws IOException, InterruptedException {
    try (var content = files.get(root, below(path), Optional.empty(), MemoryText.BYTES)) {
      var bytes = content.readNBytes(MemoryText.BYTES + 1);
      return MemoryText.sha256(bytes).equals(sha256)
          ? Optional.of(MemoryText.of(new String(bytes, StandardCharsets.UTF_8)))
          : Optional.empty();
    } catch (Refused e) {
      return Optional.empty();
    }
  }

  private static HandPath below(String path) {
    return HandPath.of(path.substring(1));
  }

  @Override
  public boolean put(String path, String text, Optional<String> expected)
      throws IOException, InterruptedException {
    var bytes = text.getBytes(StandardCharsets.UTF_8);
    var before = expected.map(Expected::content).orElse(Expected.NOTHING);
    try {
      var stamp =
          files.put(root, below(path), MODE, new ByteArrayInputStream(bytes), bytes.length, before);
      sight.remember(path, stamp, new Text(MemoryText.sha256(bytes)));
      return true;
    } catch (Refused e) {
      return false; // something else is there, or there is no room
    }
  }

  @Override
  public boolean remove(String path, String expected) throws IOException, InterruptedException {
    try {
      files.remove(root, below(path), Expected.content(expected));
      return true;
    } catch (Refused e) {
      return false;
    }
  }
}
