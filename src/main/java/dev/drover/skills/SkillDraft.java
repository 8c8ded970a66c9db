package dev.drover.skills;

import dev.drover.base.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// The files of a skill as a client sends them: one zip archive, or files whose names are paths. It
/// keeps them in a temporary file. Not safe for concurrent use.
public final class SkillDraft implements AutoCloseable {
  private static final int BLOCK = 64 * 1024;

  /// Enough to recognize an archive or a script.
  private static final int HEAD = 4;

  private final Scratch scratch;
  private final FileChannel file;
  private final List<Sent> sent = new ArrayList<>();
  private long end;

  /// A file that was sent, and where it is in the temporary file.
  private record Sent(String name, long from, long size, boolean zip, boolean program) {}

  public SkillDraft(Scratch scratch) {
    this.scratch = scratch;
    file = scratch.file();
  }

  /// Adds a file.
  ///
  /// @param name as it was sent
  /// @throws IOException what `content` threw
  public void add(String name, InputStream content) throws IOException {
    if (sent.size() == PackedSkill.MAX_FILES) {
      throw PackedSkill.tooMany();
    }
    long from = end;
    var block = new byte[BLOCK];
    var head = content.readNBytes(HEAD);
    write(head, head.length);
    for (int n = content.read(block); n >= 0; n = content.read(block)) {
      write(block, n);
    }
    sent.add(new Sent(name, from, end - from, SkillZip.begins(head), isProgram(head)));
  }

  private void write(byte[] bytes, int count) {
    var left = ByteBuffer.wrap(bytes, 0, count);
    try {
      while (left.hasRemaining()) {
        end += file.write(left, end);
      }
    } catch (IOException e) {
      throw Scratch.failed(e);
    }
  }

  /// Checks the files and packs them into the archive that is kept.
  ///
  /// @return the skill, to be closed
  /// @throws Problem `INVALID_REQUEST` if a file is not allowed, or if they are not a skill
  public PackedSkill pack() {
    if (sent.isEmpty()) {
      throw Problem.invalid("files: missing");
    }
    var names = new EntryNames();
    try {
      if (sent.size() == 1 && sent.getFirst().zip) {
        try (var zip = SkillZip.open(file)) {
          return PackedSkill.pack(zip.entries(names), scratch.file());
        }
      }
      return PackedSkill.pack(entries(names), scratch.file());
    } catch (IOException e) {
      throw Scratch.failed(e);
    }
  }

  private List<SkillEntry> entries(EntryNames names) {
    var entries = new ArrayList<SkillEntry>();
    for (var one : sent) {
      if (one.name.indexOf('/') < 0) {
        throw EntryPath.refused(
            one.name,
            "must be a zip archive, or its file name must be its path, such as"
                + " my-skill/SKILL.md");
      }
      var path = EntryPath.of(one.name);
      if (!path.isClutter()) {
        names.addFile(path);
        entries.add(SkillEntry.file(path, one.program, one.size, () -> open(one)));
      }
    }
    return entries;
  }

  /// A form has no place for the mode of a file, so files that name their interpreter are
  /// executable, and programs of Linux.
  private static boolean isProgram(byte[] head) {
    return begins(head, "#!") || begins(head, "\177ELF");
  }

  private static boolean begins(byte[] head, String with) {
    return new String(head, StandardCharsets.ISO_8859_1).startsWith(with);
  }

  private InputStream open(Sent one) {
    return new ChannelPart(file, one.from, one.size);
  }

  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException e) {
      throw Scratch.failed(e);
    }
  }
}
