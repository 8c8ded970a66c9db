package dev.drover.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Problem;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Forms as clients send them, and as they should not.
final class PartsTest {
  private static final String TYPE = "multipart/form-data; boundary=AaB";
  private static final String FILE = "Content-Disposition: form-data; name=\"file\"; ";
  private static final String START = "--AaB\r\n";
  private static final String END = "\r\n--AaB--\r\n";

  /// A stream that passes on at most some bytes at a time.
  private static InputStream trickle(byte[] bytes, int most) {
    return new ByteArrayInputStream(bytes) {
      @Override
      public synchronized int read(byte[] into, int offset, int length) {
        return super.read(into, offset, Math.min(length, most));
      }
    };
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static List<String> read(String type, byte[] body, int most) throws IOException {
    var parts = new Parts(type, trickle(body, most), 8);
    var found = new ArrayList<String>();
    for (var part = parts.next(); part.isPresent(); part = parts.next()) {
      var one = part.get();
      found.add(
          one.name()
              + one.filename().map(name -> " " + name).orElse("")
              + one.contentType().map(media -> " " + media).orElse("")
              + ": "
              + new String(one.content().readAllBytes(), StandardCharsets.UTF_8));
    }
    assertThat(parts.next()).isEmpty();
    return found;
  }

  private static List<String> read(String body) throws IOException {
    return read(TYPE, bytes(body), Integer.MAX_VALUE);
  }

  private static String part(String headers, String content) {
    return "--AaB\r\n" + headers + "\r\n\r\n" + content + "\r\n";
  }

  private static void refused(String body, String message) {
    for (int most : new int[] {1, Integer.MAX_VALUE}) {
      assertThatThrownBy(() -> read(TYPE, bytes(body), most))
          .isInstanceOf(Problem.class)
          .hasMessage(message);
    }
  }

  @Test
  void aFormIsReadWhateverTheSizeOfThePiecesInWhichItArrives() throws IOException {
    var body =
        "ignored\r\n"
            + part(FILE + "filename=\"a.txt\"\r\nContent-Type: text/plain", "one\r\n--Aa\r\n")
            + part("content-disposition:form-data;name=expires_in_seconds", "3600")
            + "--AaB \t\r\nContent-Disposition: form-data; name=\"empty\"\r\n\r\n"
            + END
            + "ignored";
    for (int most = 1; most < 80; most++) {
      assertThat(read(TYPE, bytes(body), most))
          .containsExactly(
              "file a.txt text/plain: one\r\n--Aa\r\n", "expires_in_seconds: 3600", "empty: ");
    }
  }

  @Test
  void whatIsLeftOfAPartIsSkipped() throws IOException {
    var body = part(FILE, "x".repeat(200_000)) + part(FILE, "second") + "--AaB--";
    var parts = new Parts(TYPE, new ByteArrayInputStream(bytes(body)), 8);
    var first = parts.next().orElseThrow().content();
    assertThat(first.read()).isEqualTo('x');
    var second = parts.next().orElseThrow().content();
    assertThat(first.read()).as("the first part, later").isNegative();
    assertThat(second.readAllBytes()).isEqualTo(bytes("second"));
    assertThat(second.read()).isNegative();
    assertThat(parts.next()).isEmpty();
  }

  @Test
  void theBoundaryIsFoundAtEveryOffsetOfTheBuffer() throws IOException {
    for (int size = 65_400; size < 65_700; size++) {
      var content = "y".repeat(size - 40) + "\r\n--AaX\r\n--A\r\r\n-" + "z".repeat(16);
      assertThat(read(part(FILE, content) + "--AaB--")).containsExactly("file: " + content);
    }
  }

  @Test
  void randomBytesComeBackAsTheyWere() throws IOException {
    var random = new Random(7);
    for (int round = 0; round < 50; round++) {
      var content = new byte[random.nextInt(300_000)];
      for (int i = 0; i < content.length; i++) {
        content[i] = (byte) "\r\n-AaB?".charAt(random.nextInt(7));
      }
      if (new String(content, StandardCharsets.ISO_8859_1).contains("\r\n--AaB")) {
        continue;
      }
      var body = new java.io.ByteArrayOutputStream();
      body.write(bytes(START + FILE + "\r\n\r\n"));
      body.write(content);
      body.write(bytes(END));
      var parts = new Parts(TYPE, trickle(body.toByteArray(), 1 + random.nextInt(70_000)), 8);
      assertThat(parts.next().orElseThrow().content().readAllBytes()).isEqualTo(content);
      assertThat(parts.next()).isEmpty();
    }
  }

  @Test
  void aBodyThatIsCutAnywhereIsRefused() {
    var body =
        bytes(part(FILE + "filename=\"a\"\r\nContent-Type: text/plain", "content") + "--AaB--");
    for (int length = 0; length < body.length; length++) {
      var cut = Arrays.copyOf(body, length);
      assertThatThrownBy(() -> read(TYPE, cut, 7))
          .as("after " + length + " bytes")
          .isInstanceOf(Problem.class);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      value = {
        "filename=\"a b.txt\"|a b.txt",
        "filename=plain.txt|plain.txt",
        "FileName=\"a\"|a",
        "filename=\"\"|^^",
        "filename=\"a\\\"b\"|a\"b",
        "filename=\"a%22b\"|a\"b",
        "filename=\"100%41+b\"|100%41+b",
        "filename=\"C:\\dir\\a.txt\"|C:\\dir\\a.txt",
        "filename=\"ünï 🐎.csv\"|ünï 🐎.csv",
        "filename=\"a;b=c\"|a;b=c",
        "filename*=UTF-8''%c3%bcn%20i.txt|ün i.txt",
        "filename*=utf-8'en'a.txt; filename=\"b\"|b",
        "filename=\"a\";|a",
      })
  void theNameOfAFileIsWhatTheClientSent(String sent, String name) throws IOException {
    var parts =
        new Parts(TYPE, new ByteArrayInputStream(bytes(part(FILE + sent, "") + "--AaB--")), 8);
    assertThat(parts.next().orElseThrow().filename()).hasValue(name);
  }

  @Test
  void theLineBreaksThatABrowserEscapesAreInTheName() throws IOException {
    assertThat(read(part(FILE + "filename=\"a%0D%0Ab\"", "") + "--AaB--"))
        .containsExactly("file a\r\nb: ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Disposition: form-data",
        "Content-Disposition: attachment; name=a",
        "Content-Disposition: form-data; name=a; name=b",
        "Content-Disposition: form-data; name=\"a",
        "Content-Disposition: form-data; name=\"a\"x",
        "Content-Disposition: form-data; name=a\"b",
        "Content-Disposition: form-data; =a",
        "Content-Disposition: form-data; name=a; filename*=latin1''a",
        "Content-Disposition: form-data; name=a; filename*=UTF-8''%ff",
        "Content-Disposition: form-data; name=a; filename*=UTF-8''%4",
        "Content-Disposition: form-data; name=a; filename*=a",
        "Content-Disposition: form-data; name=a\r\nContent-Disposition: form-data; name=b",
        "Content-Disposition: form-data; name=a\r\nContent-Transfer-Encoding: base64",
        "Content-Disposition: form-data; name=a\r\nno colon",
        "Content-Disposition: form-data; name=a\r\n folded: line",
        "Content-Disposition: form-data; name=a\nX: y",
        "Content-Disposition: form-data; name=a\u0000b",
        "Content-Type: text/plain",
        "",
      })
  void aPartWithMalformedHeadersIsRefused(String headers) {
    assertThatThrownBy(() -> read(part(headers, "x") + "--AaB--")).isInstanceOf(Problem.class);
  }

  @Test
  void headersThatAreNotUtf8AreRefused() {
    var body =
        (part(FILE + "filename=\"\u00ff\"", "") + "--AaB--").getBytes(StandardCharsets.ISO_8859_1);
    assertThatThrownBy(() -> read(TYPE, body, 9))
        .hasMessage("The headers of a part of the multipart body are not UTF-8");
  }

  @Test
  void everythingThatIsUnboundedHasALimit() {
    refused(
        part(FILE + "x=\"" + "\\\"".repeat(9_000) + "\"", ""),
        "The headers of a part of the multipart body are longer than 16384 bytes");
    refused(part(FILE, "").repeat(9) + "--AaB--", "The multipart body has more than 8 parts");
    refused(
        "--AaB" + " ".repeat(300) + "\r\n",
        "A boundary of the multipart body does not end its line");
  }

  @Test
  void aBoundaryMustEndItsLineAndLinesEndInBothCharacters() {
    refused(
        part(FILE, "x\r\n--AaBc") + "--AaB--",
        "A boundary of the multipart body does not end its line");
    refused(
        (part(FILE, "x") + "--AaB--").replace("\r\n", "\n"),
        "A boundary of the multipart body does not end its line");
    refused("", "The multipart body does not contain its boundary.");
    refused("--Aa\r\n", "The multipart body does not contain its boundary.");
  }

  @Test
  void deepEscapesAreReadWithoutRecursion() throws IOException {
    var name = "\\\"".repeat(7_000);
    assertThat(read(part(FILE + "filename=\"" + name + "\"", "") + "--AaB--"))
        .containsExactly("file " + "\"".repeat(7_000) + ": ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=\"a b\"",
        "multipart/form-data; boundary=a; boundary=b",
        "multipart/mixed; boundary=a",
        "application/json",
        "",
        "multipart/form-data; boundary=ü",
      })
  void aRequestThatIsNoFormIsRefused(String type) {
    assertThatThrownBy(() -> new Parts(type, InputStream.nullInputStream(), 8))
        .isInstanceOf(Problem.class)
        .hasMessageStartingWith("content-type: ");
    assertThatThrownBy(
            () ->
                new Parts(
                    "multipart/form-data; boundary=" + "b".repeat(71),
                    InputStream.nullInputStream(),
                    8))
        .hasMessage("content-type: must have a boundary of 1 to 70 characters");
  }

  @Test
  void boundariesOfAllClientsAreAccepted() throws IOException {
    for (var boundary :
        List.of(
            "----WebKitFormBoundary7MA4YWxkTrZu0gW",
            "------------------------d74496d66958873e",
            "form-data-boundary-2p8Gv1",
            "'()+_,-./:=?",
            "b".repeat(70))) {
      var type = "Multipart/Form-Data; charset=utf-8; boundary=\"" + boundary + "\"";
      var body = "--" + boundary + "\r\n" + FILE + "\r\n\r\nx\r\n--" + boundary + "--\r\n";
      assertThat(read(type, bytes(body), 11)).containsExactly("file: x");
    }
  }
}
