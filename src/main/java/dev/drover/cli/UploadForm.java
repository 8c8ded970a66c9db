package dev.drover.cli;

import dev.drover.base.Ids;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/// A form with one file, whose content is not held in memory.
///
/// @param boundary between its parts; cannot be guessed by who wrote the file
record UploadForm(
    String boundary, Optional<String> filename, Optional<Integer> expires, InputStream content) {

  UploadForm(Optional<String> filename, Optional<Integer> expires, InputStream content) {
    this(Ids.secure().next("drover_"), filename, expires, content);
  }

  String type() {
    return "multipart/form-data; boundary=" + boundary;
  }

  /// The form, to be read once.
  InputStream body() {
    var head = new StringBuilder();
    expires.ifPresent(
        seconds -> head.append(part("expires_in_seconds", "")).append(seconds).append("\r\n"));
    head.append(part("file", "; filename=\"" + escaped(filename.orElse("")) + "\""));
    var end = "\r\n--" + boundary + "--\r\n";
    return new SequenceInputStream(
        Collections.enumeration(List.of(text(head.toString()), content, text(end))));
  }

  private String part(String name, String more) {
    return "--%s\r\ncontent-disposition: form-data; name=\"%s\"%s\r\n\r\n"
        .formatted(boundary, name, more);
  }

  /// As browsers do it.
  private static String escaped(String name) {
    return name.replace("\"", "%22").replace("\r", "%0D").replace("\n", "%0A");
  }

  private static InputStream text(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }
}
