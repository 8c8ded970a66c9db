package dev.drover.web;

import dev.drover.hands.Cell;
import dev.drover.web.FetchFailed.Code;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.CodeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;
import org.apache.commons.logging.LogFactory;
import org.apache.fontbox.util.BoundingBox;
import org.apache.pdfbox.io.RandomAccessRead;
import org.apache.pdfbox.pdmodel.PDDocument;

/// Reads PDF documents with [PdfProgram], in a JVM of its own within a cell: the memory, the time
/// and the errors of a hostile document are not the server's. Safe for many threads.
final class CellPdfReader implements PdfReader {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  /// Text of the longest length, in UTF-8, and the two lines before it.
  private static final int MOST = 4 * PdfProgram.LONGEST;

  private static final List<Class<?>> LIBRARIES =
      List.of(
          PdfProgram.class,
          PDDocument.class,
          BoundingBox.class,
          RandomAccessRead.class,
          LogFactory.class);

  private final Cell cell;
  private final Semaphore places;

  /// @param atOnce the maximum number of documents that are read at the same time
  CellPdfReader(Cell cell, int atOnce) {
    this.cell = cell;
    this.places = new Semaphore(atOnce, true);
  }

  @Override
  public WebPage.Text read(byte[] pdf) throws FetchFailed, InterruptedException {
    places.acquire();
    try {
      var output = cell.run(order(pdf));
      return text(new String(output, StandardCharsets.UTF_8));
    } catch (Cell.Failed e) {
      throw failed(String.valueOf(e.getMessage()));
    } finally {
      places.release();
    }
  }

  private static Cell.Order order(byte[] pdf) {
    var home = Path.of(System.getProperty("java.home"));
    var libraries = new LinkedHashSet<Path>();
    LIBRARIES.forEach(type -> libraries.add(place(type)));
    var files = new ArrayList<>(libraries);
    files.add(home);
    var words = new ArrayList<>(List.of(home.resolve("bin/java").toString()));
    words.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    words.addAll(List.of("-XX:MaxMetaspaceSize=96m", "-XX:-UsePerfData", "-Xshare:auto"));
    words.addAll(List.of("-Djava.awt.headless=true", "-Duser.home=/tmp"));
    words.add("-cp");
    words.add(libraries.stream().map(Path::toString).collect(Collectors.joining(":")));
    words.add(PdfProgram.class.getName());
    return new Cell.Order(words, files, pdf, LIMIT, MOST);
  }

  private static Path place(Class<?> type) {
    CodeSource source = type.getProtectionDomain().getCodeSource();
    try {
      return Path.of(Objects.requireNonNull(source.getLocation()).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException("the place of a library is no path", e);
    }
  }

  private static WebPage.Text text(String output) throws FetchFailed {
    var lines = output.split("\n", 3);
    if (lines.length < 3 || lines[0].startsWith("-")) {
      throw failed(lines[0].startsWith("-") ? lines[0].substring(1) : "it cannot be read");
    }
    boolean cut = !lines[0].equals("0");
    var text = Conversion.printable(lines[2]).strip();
    return new WebPage.Text(Conversion.printable(lines[1]), text, cut);
  }

  private static FetchFailed failed(String why) {
    return new FetchFailed(Code.UNSUPPORTED_CONTENT_TYPE, "the PDF cannot be read: " + why);
  }
}
