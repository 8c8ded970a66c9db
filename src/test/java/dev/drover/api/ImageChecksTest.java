package dev.drover.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Images and documents are checked where they are received: a model's server would refuse them,
/// and every later request of their session.
final class ImageChecksTest {
  private static final Api API = new Api();
  private static String session = "";

  @BeforeAll
  static void open() throws Exception {
    session = API.session();
  }

  @AfterAll
  static void close() {
    API.close();
  }

  private static byte[] image(String format, int width, int height) {
    var out = new ByteArrayOutputStream();
    try {
      ImageIO.write(new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY), format, out);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return out.toByteArray();
  }

  private static byte[] hex(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }

  /// The start of a lossy, a lossless and an extended WebP.
  private static byte[] webp(String chunk, String rest) {
    var head = "RIFF\u0010\0\0\0WEBP" + chunk + "\u0010\0\0\0";
    var bytes = new ByteArrayOutputStream();
    bytes.writeBytes(head.getBytes(StandardCharsets.ISO_8859_1));
    bytes.writeBytes(hex(rest));
    return bytes.toByteArray();
  }

  /// A JPEG with another segment before its frame.
  private static byte[] jpegAfter(String segment) {
    var jpeg = image("jpg", 3, 4);
    var bytes = new ByteArrayOutputStream();
    bytes.write(jpeg, 0, 2);
    bytes.writeBytes(hex(segment));
    bytes.write(jpeg, 2, jpeg.length - 2);
    return bytes.toByteArray();
  }

  static List<Arguments> good() {
    return List.of(
        Arguments.of("image/png", image("png", 1, 1)),
        Arguments.of("image/png", image("png", 8_000, 1)),
        Arguments.of("image/png", image("png", 1, 8_000)),
        Arguments.of("image/jpeg", image("jpg", 1, 1)),
        Arguments.of("image/jpeg", image("jpg", 8_000, 2)),
        Arguments.of("image/jpeg", jpegAfter("FFE1 0008 457869660000")),
        Arguments.of("image/jpeg", jpegAfter("FFFFFF FE 0004 4141")),
        Arguments.of("image/gif", image("gif", 2, 3)),
        Arguments.of("image/gif", "GIF87a\1\0\1\0\0\0\0".getBytes(StandardCharsets.ISO_8859_1)),
        Arguments.of("image/webp", webp("VP8 ", "000000 9D012A 401F 401F")),
        Arguments.of("image/webp", webp("VP8L", "2F 3FDFCF07 00")),
        Arguments.of("image/webp", webp("VP8X", "00000000 3F1F00 3F1F00")));
  }

  @ParameterizedTest
  @MethodSource("good")
  void whatModelsTakeIsTaken(String mediaType, byte[] bytes) throws Exception {
    assertThat(send("image", mediaType, base64(bytes)).status()).isEqualTo(200);
  }

  static List<Arguments> mismatched() {
    var png = image("png", 1, 1);
    return List.of(
        Arguments.of("image/jpeg", png, "is image/jpeg, but the data is image/png"),
        Arguments.of("image/gif", png, "is image/gif, but the data is image/png"),
        Arguments.of("image/webp", png, "is image/webp, but the data is image/png"),
        Arguments.of("image/png", image("jpg", 1, 1), "but the data is image/jpeg"),
        Arguments.of("image/png", image("gif", 1, 1), "but the data is image/gif"),
        Arguments.of("image/png", webp("VP8X", "00"), "but the data is image/webp"),
        Arguments.of("image/png", image("bmp", 1, 1), "but the data is none of image/jpeg, "),
        Arguments.of("image/png", "<svg/>".getBytes(StandardCharsets.UTF_8), "none of"),
        Arguments.of("image/png", "%PDF-1.7".getBytes(StandardCharsets.UTF_8), "none of"),
        Arguments.of("image/png", "<html>404".getBytes(StandardCharsets.UTF_8), "none of"),
        Arguments.of(
            "image/webp", "RIFF\0\0\0\0WAVEfmt ".getBytes(StandardCharsets.UTF_8), "none of"),
        Arguments.of("image/gif", "GIF88a".getBytes(StandardCharsets.UTF_8), "none of"),
        Arguments.of("image/jpeg", hex("FFD8"), "none of"),
        Arguments.of("image/png", hex("00"), "none of"));
  }

  @ParameterizedTest
  @MethodSource("mismatched")
  void dataOfAnotherKindThanDeclaredIsRefused(String mediaType, byte[] bytes, String words)
      throws Exception {
    refused(send("image", mediaType, base64(bytes)), "media_type: ", words);
  }

  static List<Arguments> damaged() {
    var png = image("png", 5, 5);
    var jpeg = image("jpg", 5, 5);
    return List.of(
        Arguments.of("image/png", Arrays.copyOf(png, 20)),
        Arguments.of("image/png", Arrays.copyOf(png, 8)),
        Arguments.of("image/png", hex("89504E470D0A1A0A 0000000D 49444154 00000001 00000001 00")),
        Arguments.of("image/png", hex("89504E470D0A1A0A 0000000D 49484452 00000000 00000001 00")),
        Arguments.of("image/jpeg", Arrays.copyOf(jpeg, 4)),
        Arguments.of("image/jpeg", Arrays.copyOf(jpeg, 24)),
        Arguments.of("image/jpeg", hex("FFD8FFD9")),
        Arguments.of("image/jpeg", hex("FFD8FFE0FFFF00")),
        Arguments.of("image/jpeg", hex("FFD8FFE0000200")),
        Arguments.of("image/jpeg", hex("FFD8FFC0000B0800000001")),
        Arguments.of("image/jpeg", hex("FFD8FFE00000FFE00000FFE00000")),
        Arguments.of("image/gif", "GIF89a\1\0".getBytes(StandardCharsets.ISO_8859_1)),
        Arguments.of("image/gif", "GIF89a\0\0\0\0".getBytes(StandardCharsets.ISO_8859_1)),
        Arguments.of("image/webp", webp("VP8 ", "000000 000000 0100 0100")),
        Arguments.of("image/webp", webp("VP8L", "00 00000000 00")),
        Arguments.of("image/webp", webp("VP8Z", "00000000000000000000")));
  }

  @ParameterizedTest
  @MethodSource("damaged")
  void anImageWithoutASizeIsRefused(String mediaType, byte[] bytes) throws Exception {
    refused(send("image", mediaType, base64(bytes)), "data: is damaged", "no size");
  }

  static List<Arguments> large() {
    return List.of(
        Arguments.of("image/png", image("png", 8_001, 1), "it is 8,001 x 1"),
        Arguments.of("image/png", image("png", 1, 8_001), "it is 1 x 8,001"),
        Arguments.of("image/jpeg", image("jpg", 9_000, 2), "it is 9,000 x 2"),
        Arguments.of("image/gif", image("gif", 1, 10_000), "it is 1 x 10,000"),
        Arguments.of(
            "image/png",
            hex("89504E470D0A1A0A 0000000D 49484452 FFFFFFFF 00000001 00"),
            "it is 4,294,967,295 x 1"),
        Arguments.of("image/webp", webp("VP8X", "00000000 FFFFFF FFFFFF"), "it is 16,777,216 x"),
        Arguments.of("image/webp", webp("VP8 ", "000000 9D012A FF3F 0100"), "it is 16,383 x 1"),
        Arguments.of("image/webp", webp("VP8L", "2F FFFFFFFF 00"), "it is 16,384 x 16,384"));
  }

  @ParameterizedTest
  @MethodSource("large")
  void anImageWithTooManyPixelsIsRefused(String mediaType, byte[] bytes, String words)
      throws Exception {
    refused(
        send("image", mediaType, base64(bytes)),
        "data: must be at most 8,000 pixels wide and high; ",
        words);
  }

  @Test
  void anImageOfMoreThanFiveMegabytesOfBase64IsRefused() throws Exception {
    var png = image("png", 1, 1);
    int most = ImageLimits.DEFAULT.base64() / 4 * 3;
    assertThat(send("image", "image/png", base64(Arrays.copyOf(png, most))).status())
        .isEqualTo(200);
    refused(
        send("image", "image/png", base64(Arrays.copyOf(png, most + 1))),
        "data: must have at most 5,242,880 bytes of base64; it has 5,242,884");
  }

  @ParameterizedTest
  @ValueSource(strings = {"%PDF-1.4\n", "\n\n%PDF-1.7 and more", "\uFEFF%PDF-2.0"})
  void aPdfIsTaken(String start) throws Exception {
    var data = base64(start.getBytes(StandardCharsets.UTF_8));
    assertThat(send("document", "application/pdf", data).status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"hello", "PDF-1.4", "PK\u0003\u0004 a docx", "<html>", "% PDF-1.4"})
  void whatIsNoPdfIsRefused(String start) throws Exception {
    refused(
        send("document", "application/pdf", base64(start.getBytes(StandardCharsets.UTF_8))),
        "data: is not a PDF");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\u00A0", "\u200B", " \n\t", "\uFEFF"})
  void aBlankTextIsRefusedWhereverItStands(String blank) throws Exception {
    var text = Json.obj("type", "text", "text", blank);
    var words = "text: must contain a character that is not white space";
    refused(sendIn("user.message", text), words);
    var spoken = Json.obj("type", "text", "text", "hi");
    var message = Json.obj("type", "user.message", "content", Json.arr(spoken));
    var system = Json.obj("type", "system.message", "content", Json.arr(text));
    assertThat(post(message, system).error()).contains("events.1.content.0." + words);
    refused(
        sendIn(
            "user.message",
            Json.obj(
                "type",
                "document",
                "source",
                Json.obj("type", "text", "media_type", "text/plain", "data", blank))),
        "source.data: must contain a character");
  }

  @Test
  void theResultOfAToolIsCheckedTheSameWay() throws Exception {
    var answer =
        post(
            Json.obj(
                "type",
                "user.custom_tool_result",
                "custom_tool_use_id",
                "sevt_01aaaaaaaaaaaaaaaaaaaaaa",
                "content",
                Json.arr(block("image", "image/png", base64(image("jpg", 1, 1))))));
    refused(answer, "media_type: is image/png, but the data is image/jpeg");
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  private static Json.Obj block(String type, String mediaType, String data) {
    var source = Json.obj("type", "base64", "media_type", mediaType, "data", data);
    return Json.obj("type", type, "source", source);
  }

  private static Api.Answer send(String type, String mediaType, String data) throws Exception {
    return sendIn("user.message", block(type, mediaType, data));
  }

  private static Api.Answer sendIn(String event, Json.Obj block) throws Exception {
    return post(Json.obj("type", event, "content", Json.arr(block)));
  }

  private static Api.Answer post(Json.Obj... events) throws Exception {
    var body = Json.obj("events", Arrays.asList((Object[]) events));
    return API.post(session + "/events", body.toString());
  }

  private static void refused(Api.Answer answer, String... words) {
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.error()).contains("events.0.content.0.").contains(words);
  }
}
