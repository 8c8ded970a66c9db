package dev.drover.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a model sees of the content of a result.
final class McpContentTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"type\":\"text\",\"text\":\"hi\"} | {\"type\":\"text\",\"text\":\"hi\"}",
        "{\"type\":\"image\",\"data\":\"aGk=\",\"mimeType\":\"image/png\"} |"
            + " {\"type\":\"image\",\"source\":{\"type\":\"base64\",\"media_type\":\"image/png\","
            + "\"data\":\"aGk=\"}}",
        "{\"type\":\"image\",\"data\":\"aGk=\",\"mimeType\":\"image/tiff\"} |"
            + " {\"type\":\"text\",\"text\":\"[not shown: image, image/tiff, 3 bytes]\"}",
        "{\"type\":\"image\",\"data\":\"not base64!\",\"mimeType\":\"image/png\"} |"
            + " {\"type\":\"text\",\"text\":\"[not shown: image, image/png, 6 bytes]\"}",
        "{\"type\":\"audio\",\"data\":\"aGk=\",\"mimeType\":\"audio/wav\"} |"
            + " {\"type\":\"text\",\"text\":\"[not shown: audio, audio/wav, 3 bytes]\"}",
        "{\"type\":\"resource\",\"resource\":{\"uri\":\"a://b\",\"text\":\"in\"}} |"
            + " {\"type\":\"text\",\"text\":\"[a://b]\\nin\"}",
        "{\"type\":\"resource\",\"resource\":{\"uri\":\"a://b\",\"blob\":\"aGk=\","
            + "\"mimeType\":\"image/gif\"}} | {\"type\":\"image\",\"source\":{\"type\":\"base64\","
            + "\"media_type\":\"image/gif\",\"data\":\"aGk=\"}}",
        "{\"type\":\"resource\",\"resource\":{\"uri\":\"a://b\",\"blob\":\"aGk=\","
            + "\"mimeType\":\"application/pdf\"}} | {\"type\":\"document\",\"source\":{\"type\":"
            + "\"base64\",\"media_type\":\"application/pdf\",\"data\":\"aGk=\"}}",
        "{\"type\":\"resource\",\"resource\":{\"uri\":\"a://b\",\"blob\":\"aGk=\"}} |"
            + " {\"type\":\"text\",\"text\":\"[not shown: a://b, no type, 3 bytes]\"}",
        "{\"type\":\"resource_link\",\"uri\":\"a://b\",\"name\":\"B\"} |"
            + " {\"type\":\"text\",\"text\":\"[a link to a resource: B, a://b]\"}",
        "{\"type\":\"hologram\"} | {\"type\":\"text\",\"text\":\"[not shown: a block of a type that"
            + " Drover does not know]\"}",
        "7 | {\"type\":\"text\",\"text\":\"[not shown: a block of a type that Drover does not"
            + " know]\"}",
      })
  void eachKindOfContentBecomesABlock(String item, String block) {
    var result = Json.obj("content", Json.arr(Json.trusted(item)));
    assertThat(McpContent.of(result).items()).containsExactly(Json.trusted(block));
  }

  @Test
  void structuredContentIsShownOnlyIfThereIsNoOther() {
    var structured = Json.obj("structuredContent", Json.obj("n", 7));
    assertThat(McpContent.of(structured).toString()).contains("{\\\"n\\\":7}");
    var both = structured.with("content", Json.arr(Json.obj("type", "text", "text", "seven")));
    assertThat(McpContent.of(both).items()).hasSize(1);
    assertThat(McpContent.of(both).toString()).contains("seven");
  }

  @Test
  void manyImagesAndBlocksAreCut() {
    var image = Json.obj("type", "image", "data", "aGk=", "mimeType", "image/png");
    var items = new Object[2_000];
    java.util.Arrays.fill(items, image);
    var blocks = McpContent.of(Json.obj("content", Json.arr(items))).items();
    assertThat(blocks).hasSize(1_001);
    assertThat(blocks.stream().filter(block -> block.toString().contains("\"image\""))).hasSize(20);
    assertThat(blocks.getLast().toString()).contains("1,000 further blocks");
  }
}
