package dev.drover.web;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.encryption.InvalidPasswordException;
import org.apache.pdfbox.text.PDFTextStripper;

/// A program that reads a PDF from its standard input and writes the text of its pages. The first
/// line of its output is the number of pages that it did not read, or a minus sign and a failure;
/// the second line is the title.
public final class PdfProgram {
  static final int PAGES = 200;

  /// The longest text, in characters.
  static final int LONGEST = 2_000_000;

  private PdfProgram() {}

  /// An exception for the end of the longest text.
  private static final class Full extends IOException {
    private static final long serialVersionUID = 1;
  }

  /// A text with a maximum length.
  private static final class Bounded extends Writer {
    private final StringBuilder text = new StringBuilder();

    @Override
    public void write(char[] chars, int offset, int count) throws IOException {
      text.append(chars, offset, Math.min(count, LONGEST - text.length()));
      if (text.length() >= LONGEST) {
        throw new Full();
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  /// @param args none
  public static void main(String[] args) throws IOException {
    var out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    System.setOut(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
    var pdf = System.in.readAllBytes();
    try (var document = Loader.loadPDF(pdf)) {
      out.print(read(document));
    } catch (InvalidPasswordException _) {
      out.print("-it is encrypted with a password\n\n");
    } catch (IOException | RuntimeException | StackOverflowError | OutOfMemoryError _) {
      out.print("-it is damaged, or too complex\n\n");
    }
    out.flush();
  }

  private static String read(PDDocument document) throws IOException {
    var text = new Bounded();
    int pages = document.getNumberOfPages();
    int read = 0;
    try {
      var stripper = new PDFTextStripper();
      stripper.setSortByPosition(true);
      for (int page = 1; page <= Math.min(pages, PAGES); page++) {
        text.write("[page " + page + "]\n");
        stripper.setStartPage(page);
        stripper.setEndPage(page);
        stripper.writeText(document, text);
        text.write("\n");
        read = page;
      }
    } catch (Full _) {
      // what was read is returned
    }
    var title = document.getDocumentInformation().getTitle();
    return (pages - read)
        + "\n"
        + Objects.requireNonNullElse(title, "").replaceAll("\\s+", " ").strip()
        + "\n"
        + text.text;
  }
}
