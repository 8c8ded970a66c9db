package dev.drover.cli;

import dev.drover.base.Ids;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// A form with files, which is sent once and without holding it in memory. Not safe for concurrent
/// use.
final class Form {
  /// Cannot be guessed by who wrote the files.
  private final String boundary = Ids.secure().next("drover_");

  private final List<InputStream> body = new ArrayList<>();

  Form text(String name, String value) {
    return part(name, "", stream(value));
  }

  /// @param filename may be a path
  Form file(String name, String filename, InputStream content) {
    return part(name, "; filename=\"" + escaped(filename) + "\"", content);
  }

  private Form part(String name, String more, InputStream content) {
    body.add(
        stream(
            "%s--%s\r\ncontent-disposition: form-data; name=\"%s\"%s\r\n\r\n"
                .formatted(body.isEmpty() ? "" : "\r\n", boundary, name, more)));
    body.add(content);
    return this;
  }

  /// As browsers do it.
  private static String escaped(String name) {
    return name.replace("\"", "%22").replace("\r", "%0D").replace("\n", "%0A");
  }

  private static InputStream stream(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  String type() {
    return "multipart/form-data; boundary=" + boundary;
  }

  /// The form, to be read once.
  InputStream body() {
    body.add(stream("\r\n--" + boundary + "--\r\n"));
    return new SequenceInputStream(Collections.enumeration(body));
  }
}
