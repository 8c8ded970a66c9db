package dev.drover.cli;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/// The address of the files in the sandbox of a session.
final class FilesAddress {
  static final String WORKSPACE = "/workspace";

  /// The type of archives.
  static final String TYPE = "application/x-tar";

  private FilesAddress() {}

  static String path(String session, String path) {
    return "/drover/sessions/"
        + Api.segment(session)
        + "/files?path="
        + URLEncoder.encode(path, StandardCharsets.UTF_8);
  }
}
