package dev.drover.hands;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/// Archives of a hand's directories, in the pax format. They are made and read inside the sandbox.
/// Safe for many threads.
///
/// Every method throws an `IOException` if the hand refuses or is lost; the message says why.
public interface HandArchives {
  /// Packs what outlives the hand: the workspace, the outputs, and what belongs to them. Processes
  /// stand still meanwhile; no call may run.
  ///
  /// @param base the name of an earlier archive; if the hand remembers it, the new one is a layer,
  ///   with what has changed since then
  /// @param name the name of the new archive, which the hand remembers
  /// @param most the size of the archive, in bytes
  /// @param to receives the archive; not closed
  PackedTree pack(String base, String name, long most, OutputStream to)
      throws IOException, InterruptedException;

  /// Unpacks archives that [#pack] made: a complete one and its layers, one after the other. The
  /// hand must be a new one.
  void unpack(InputStream archives) throws IOException, InterruptedException;

  /// Packs a file or a directory by its path inside.
  ///
  /// @return what was packed, by the name of the last part of the path
  PackedTree packPath(String path, long most, OutputStream to)
      throws IOException, InterruptedException;

  /// Unpacks an archive into a directory by its path inside, which is made if it is missing. Files
  /// that are there are replaced. If it fails, part of the archive may have been unpacked.
  void unpackPath(String path, InputStream archive) throws IOException, InterruptedException;
}
