package dev.drover.skills;

import dev.drover.base.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import org.apache.commons.compress.archivers.zip.Zip64Mode;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;

/// A skill as it is kept: a zip archive with the files of one directory, which has the skill's
/// name, and the empty directories in it. Equal files give equal archives: their order, times and
/// modes do not depend on how they were sent. Not safe for concurrent use.
///
/// @see <a href="https://platform.claude.com/docs/en/build-with-claude/skills-guide">Skills</a>
public final class PackedSkill implements AutoCloseable {
  static final int MAX_FILES = 2_000;

  private static final String MANIFEST = "SKILL.md";
  private static final int PLAIN = 0100644;
  private static final int EXECUTABLE = 0100755;
  private static final int DIRECTORY = 0040755;

  /// The earliest time that a zip archive can express, in no time zone.
  private static final LocalDateTime TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

  private final FileChannel file;
  private final ZipArchiveOutputStream zip;
  private final Frontmatter frontmatter;
  private long unpacked;

  private PackedSkill(FileChannel file, Frontmatter frontmatter) throws IOException {
    this.file = file;
    this.frontmatter = frontmatter;
    zip = new ZipArchiveOutputStream(file);
    zip.setLevel(9);
    zip.setUseZip64(Zip64Mode.Never);
  }

  static Problem tooMany() {
    return Problem.invalid("files: are more than " + MAX_FILES);
  }

  /// Checks that the files are a skill, and packs them.
  ///
  /// @param file empty; closed with the result, or here if this fails
  static PackedSkill pack(List<SkillEntry> entries, FileChannel file) throws IOException {
    try {
      var kept = kept(entries);
      var packed = new PackedSkill(file, frontmatter(kept));
      try {
        for (var entry : sorted(kept)) {
          packed.add(entry);
        }
        packed.zip.finish();
        return packed;
      } catch (IOException | RuntimeException e) {
        packed.abandon();
        throw e;
      }
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  /// Frees what the incomplete archive uses.
  private void abandon() {
    try {
      zip.close();
    } catch (IOException _) {
      // it is incomplete
    }
  }

  /// The files, and the directories in that of the skill that are empty.
  private static List<SkillEntry> kept(List<SkillEntry> entries) {
    var files = entries.stream().filter(entry -> !entry.directory()).toList();
    if (files.isEmpty()) {
      throw Problem.invalid("files: contain no file");
    }
    var inside = files.getFirst().path().top() + "/";
    var paths = new TreeSet<String>();
    entries.forEach(entry -> paths.add(entry.path().value()));
    var kept = new ArrayList<>(files);
    for (var entry : entries) {
      var path = entry.path().value();
      var below = paths.higher(path + "/");
      boolean empty = below == null || !below.startsWith(path + "/");
      if (entry.directory() && path.startsWith(inside) && empty && paths.remove(path)) {
        kept.add(entry);
      }
    }
    if (kept.size() > MAX_FILES) {
      throw tooMany();
    }
    return kept;
  }

  private static List<SkillEntry> sorted(List<SkillEntry> entries) {
    return entries.stream()
        .sorted(
            Comparator.comparing(
                entry -> entry.path().value().getBytes(StandardCharsets.UTF_8),
                Arrays::compareUnsigned))
        .toList();
  }

  private static Frontmatter frontmatter(List<SkillEntry> entries) throws IOException {
    var top = entries.getFirst().path().top();
    for (var entry : entries) {
      if (entry.path().segments().size() == 1) {
        throw entry.path().refused("must be in the skill's directory, such as my-skill/SKILL.md");
      }
      if (!entry.path().top().equals(top)) {
        throw Problem.invalid("files: must all be in one directory, which has the skill's name");
      }
    }
    var manifest =
        entries.stream()
            .filter(entry -> !entry.directory())
            .filter(entry -> entry.path().value().equals(top + "/" + MANIFEST))
            .findFirst()
            .orElseThrow(
                () -> Problem.invalid("files: the skill's directory contains no " + MANIFEST));
    try (var in = new Limited(manifest, manifest.content().open(), 0)) {
      var read = Frontmatter.read(in);
      if (!read.name().equals(top)) {
        throw Problem.invalid(
            "files: the directory must have the name that the frontmatter of SKILL.md has: "
                + read.name());
      }
      return read;
    }
  }

  private void add(SkillEntry from) throws IOException {
    var entry = new ZipArchiveEntry(from.path().value() + (from.directory() ? "/" : ""));
    entry.setUnixMode(from.directory() ? DIRECTORY : from.executable() ? EXECUTABLE : PLAIN);
    entry.setTimeLocal(TIME);
    zip.putArchiveEntry(entry);
    try (var in = new Limited(from, from.content().open(), unpacked)) {
      in.transferTo(zip);
      unpacked += in.count();
    }
    zip.closeArchiveEntry();
  }

  /// The name of the skill and of its directory.
  public String name() {
    return frontmatter.name();
  }

  public String description() {
    return frontmatter.description();
  }

  /// The archive; need not be closed.
  public InputStream content() {
    try {
      return new ChannelPart(file, 0, file.size());
    } catch (IOException e) {
      throw Scratch.failed(e);
    }
  }

  @Override
  public void close() {
    try {
      zip.close();
    } catch (IOException e) {
      throw Scratch.failed(e);
    }
  }
}
