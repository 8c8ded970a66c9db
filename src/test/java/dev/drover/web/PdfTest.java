package dev.drover.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.hands.Cell;
import dev.drover.hands.bwrap.BwrapCell;
import dev.drover.testing.WebSite;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.encryption.AccessPermission;
import org.apache.pdfbox.pdmodel.encryption.StandardProtectionPolicy;
import org.apache.pdfbox.pdmodel.font.PDType1Font;
import org.apache.pdfbox.pdmodel.font.Standard14Fonts;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// PDF documents, read in a cell: good ones, and ones that are made to cost much.
@Timeout(60)
@Tag("sandbox")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class PdfTest {
  private final Cell cell = new BwrapCell();
  private final PdfReader reader = new CellPdfReader(cell, 2);

  @AfterAll
  void close() {
    cell.close();
  }

  private static byte[] document(int pages, String password) {
    var out = new ByteArrayOutputStream();
    try (var document = new PDDocument()) {
      document.getDocumentInformation().setTitle("A  title\nof two lines");
      var font = new PDType1Font(Standard14Fonts.FontName.HELVETICA);
      for (int i = 1; i <= pages; i++) {
        var page = new PDPage();
        document.addPage(page);
        try (var content = new PDPageContentStream(document, page)) {
          content.beginText();
          content.setFont(font, 12);
          content.newLineAtOffset(50, 700);
          content.showText("Words of page " + i);
          content.endText();
        }
      }
      if (!password.isEmpty()) {
        document.protect(new StandardProtectionPolicy(password, password, new AccessPermission()));
      }
      document.save(out);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return out.toByteArray();
  }

  @Test
  void theTextOfItsPages() throws Exception {
    assertThat(reader.read(document(2, "")))
        .isEqualTo(
            new WebPage.Text(
                "A title of two lines",
                "[page 1]\nWords of page 1\n\n[page 2]\nWords of page 2",
                false));
  }

  @Test
  void aLongOneIsCut() throws Exception {
    var text = reader.read(document(PdfProgram.PAGES + 1, ""));
    assertThat(text.cut()).isTrue();
    assertThat(text.text()).endsWith("Words of page " + PdfProgram.PAGES);
  }

  @Test
  void onePasswordMore() {
    assertThatThrownBy(() -> reader.read(document(1, "secret")))
        .isInstanceOf(FetchFailed.class)
        .hasMessage("the PDF cannot be read: it is encrypted with a password");
  }

  static Stream<Supplier<byte[]>> hostile() {
    var head = "%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n";
    var deep = head + "2 0 obj\n" + "[".repeat(500_000) + "\nendobj\ntrailer<</Root 1 0 R>>\n";
    var cycle =
        head
            + "2 0 obj\n"
            + "<</Type/Pages/Kids[2 0 R]/Count 1000000>>\n"
            + "endobj\n"
            + "trailer<</Root 1 0 R>>\n";
    return Stream.of(
        () -> WebSite.bytes("%PDF-1.7 nothing"),
        () -> new byte[1_000],
        () -> WebSite.bytes(deep),
        () -> WebSite.bytes(cycle),
        () -> bomb(),
        () -> Arrays.copyOf(document(1, ""), 300));
  }

  /// A page whose 400 MB of content are a few hundred KB in the file.
  private static byte[] bomb() {
    var content = WebSite.deflate(new byte[400 << 20]);
    var out = new ByteArrayOutputStream();
    out.writeBytes(
        WebSite.bytes(
            """
            %%PDF-1.7
            1 0 obj
            <</Type/Catalog/Pages 2 0 R>>
            endobj
            2 0 obj
            <</Type/Pages/Kids[3 0 R]/Count 1>>
            endobj
            3 0 obj
            <</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>
            endobj
            4 0 obj
            <</Filter/FlateDecode/Length %d>>
            stream
            """
                .formatted(content.length)));
    out.writeBytes(content);
    out.writeBytes(WebSite.bytes("\nendstream\nendobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"));
    return out.toByteArray();
  }

  /// Whatever it is: text or an error, in bounded time, and the reader works afterwards.
  @ParameterizedTest
  @MethodSource("hostile")
  void aHostileOneIsTextOrAnError(Supplier<byte[]> pdf) throws Exception {
    try {
      assertThat(reader.read(pdf.get()).text()).hasSizeLessThan(1_000);
    } catch (FetchFailed e) {
      assertThat(e.code()).isEqualTo(FetchFailed.Code.UNSUPPORTED_CONTENT_TYPE);
      assertThat(e.getMessage()).startsWith("the PDF cannot be read: ");
    }
  }
}
