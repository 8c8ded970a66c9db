package dev.drover.files;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/// The media types of files.
public final class MediaTypes {
  /// The type of bytes of which nothing is known.
  public static final String UNKNOWN = "application/octet-stream";

  private static final int LONGEST = 255;
  private static final String TOKEN = "[!#$&^_.+0-9A-Za-z-]{1,127}";

  /// A type with parameters. Only what is safe in a header, without control characters.
  private static final Pattern FORM = Pattern.compile(TOKEN + "/" + TOKEN + "([ ]*;[ ]*[ -~]*)?");

  /// The types by extension. Of several extensions of a type, the usual one is first.
  private static final List<Map.Entry<String, String>> EXTENSIONS =
      List.of(
          Map.entry("bmp", "image/bmp"),
          Map.entry("css", "text/css"),
          Map.entry("csv", "text/csv"),
          Map.entry("doc", "application/msword"),
          Map.entry(
              "docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
          Map.entry("epub", "application/epub+zip"),
          Map.entry("gif", "image/gif"),
          Map.entry("html", "text/html"),
          Map.entry("htm", "text/html"),
          Map.entry("ico", "image/x-icon"),
          Map.entry("ipynb", "application/x-ipynb+json"),
          Map.entry("jpg", "image/jpeg"),
          Map.entry("jpeg", "image/jpeg"),
          Map.entry("js", "text/javascript"),
          Map.entry("json", "application/json"),
          Map.entry("jsonl", "application/jsonl"),
          Map.entry("txt", "text/plain"),
          Map.entry("log", "text/plain"),
          Map.entry("md", "text/markdown"),
          Map.entry("mp3", "audio/mpeg"),
          Map.entry("mp4", "video/mp4"),
          Map.entry("parquet", "application/vnd.apache.parquet"),
          Map.entry("pdf", "application/pdf"),
          Map.entry("png", "image/png"),
          Map.entry("ppt", "application/vnd.ms-powerpoint"),
          Map.entry(
              "pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
          Map.entry("py", "text/x-python"),
          Map.entry("rtf", "application/rtf"),
          Map.entry("sh", "text/x-sh"),
          Map.entry("sql", "application/sql"),
          Map.entry("svg", "image/svg+xml"),
          Map.entry("tar", "application/x-tar"),
          Map.entry("gz", "application/gzip"),
          Map.entry("tgz", "application/gzip"),
          Map.entry("tiff", "image/tiff"),
          Map.entry("tsv", "text/tab-separated-values"),
          Map.entry("wav", "audio/wav"),
          Map.entry("webm", "video/webm"),
          Map.entry("webp", "image/webp"),
          Map.entry("xls", "application/vnd.ms-excel"),
          Map.entry("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
          Map.entry("xml", "application/xml"),
          Map.entry("yaml", "application/yaml"),
          Map.entry("yml", "application/yaml"),
          Map.entry("zip", "application/zip"));

  private MediaTypes() {}

  /// Whether `text` is a media type, with or without parameters, and safe in a header.
  public static boolean isWellFormed(String text) {
    return text.length() <= LONGEST && FORM.matcher(text).matches();
  }

  /// The type that the extension of a file's name suggests; otherwise [#UNKNOWN].
  public static String ofName(String filename) {
    int dot = filename.lastIndexOf('.');
    var extension = filename.substring(dot + 1).toLowerCase(Locale.ROOT);
    return dot < 0
        ? UNKNOWN
        : first(entry -> entry.getKey().equals(extension), Map.Entry::getValue).orElse(UNKNOWN);
  }

  /// The usual extension of a type, such as `txt`; empty if none is known.
  public static Optional<String> extension(String type) {
    int semicolon = type.indexOf(';');
    var plain = (semicolon < 0 ? type : type.substring(0, semicolon)).strip();
    return first(entry -> entry.getValue().equalsIgnoreCase(plain), Map.Entry::getKey);
  }

  private static Optional<String> first(
      Predicate<Map.Entry<String, String>> which,
      Function<Map.Entry<String, String>, String> what) {
    return EXTENSIONS.stream().filter(which).findFirst().map(what);
  }
}
