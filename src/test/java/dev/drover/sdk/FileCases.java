package dev.drover.sdk;

import static dev.drover.sdk.RefusalCases.refused;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.anthropic.core.MultipartField;
import com.anthropic.errors.BadRequestException;
import com.anthropic.errors.ContentTooLargeException;
import com.anthropic.errors.NotFoundException;
import com.anthropic.models.beta.files.BetaFileMetadata;
import com.anthropic.models.beta.files.FileListParams;
import com.anthropic.models.beta.files.FileUploadParams;
import com.anthropic.models.files.FileMetadata;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Files, by the client with and without `beta`.
abstract class FileCases {
  private final Rig rig;

  FileCases(Rig rig) {
    this.rig = rig;
  }

  private static MultipartField<InputStream> field(String name, byte[] content) {
    return MultipartField.<InputStream>builder()
        .value(new ByteArrayInputStream(content))
        .filename(name)
        .build();
  }

  private BetaFileMetadata uploaded(String name, String content) {
    return rig.beta
        .files()
        .upload(FileUploadParams.builder().file(field(name, content.getBytes(UTF_8))).build());
  }

  @Test
  void aFileGoesUpAndComesDown(@TempDir Path directory) throws Exception {
    var bytes = new byte[2_000_000];
    new Random(7).nextBytes(bytes);
    var path = Files.write(directory.resolve("ünï data.csv"), bytes);
    var files = rig.beta.files();
    var file = files.upload(FileUploadParams.builder().file(path).expiresInSeconds(3_600).build());
    assertThat(file.id()).startsWith("file_");
    assertThat(file.filename()).isEqualTo("ünï data.csv");
    assertThat(file.mimeType()).isEqualTo("text/csv");
    assertThat(file.sizeBytes()).isEqualTo(bytes.length);
    assertThat(file.downloadable()).hasValue(true);
    assertThat(file.scope()).isEmpty();
    assertThat(Duration.between(file.createdAt(), file.expiresAt().orElseThrow()))
        .isEqualTo(Duration.ofHours(1));
    assertThat(files.retrieveMetadata(file.id())).isEqualTo(file);
    try (var download = files.download(file.id())) {
      assertThat(download.statusCode()).isEqualTo(200);
      assertThat(download.headers().values("content-type")).containsExactly("text/csv");
      assertThat(download.body().readAllBytes()).isEqualTo(bytes);
    }
    var deleted = files.delete(file.id());
    assertThat(deleted.id()).isEqualTo(file.id());
    assertThat(deleted._type()).hasToString("file_deleted");
    refused(NotFoundException.class, () -> files.retrieveMetadata(file.id()), "");
    refused(
        NotFoundException.class,
        () -> {
          try (var download = files.download(file.id())) {
            assertThat(download).isNull();
          }
        },
        "");
    refused(NotFoundException.class, () -> files.delete(file.id()), "");
  }

  @Test
  void filesAreListedByPageAndById() {
    var made = new ArrayList<BetaFileMetadata>();
    for (int i = 0; i < 5; i++) {
      made.addFirst(uploaded("f" + i, "content " + i));
    }
    var files = rig.beta.files();
    var page = files.list(FileListParams.builder().limit(2).build());
    assertThat(page.items()).hasSize(2);
    assertThat(page.autoPager().stream().limit(5)).containsExactlyElementsOf(made);
    var some =
        files.list(
            FileListParams.builder()
                .addId(made.get(4).id())
                .addId(made.get(1).id())
                .addId("file_unknown")
                .build());
    assertThat(some.items()).containsExactly(made.get(1), made.get(4));
    assertThat(some.hasNextPage()).isFalse();
    var session = FileListParams.builder().scopeId(rig.session()).build();
    assertThat(files.list(session).items()).isEmpty();
  }

  @Test
  void whatCannotBeUploaded() {
    var files = rig.beta.files();
    refused(BadRequestException.class, () -> uploaded("a:b", "x"), "")
        .hasMessageContaining("has a character that is not allowed");
    refused(
        BadRequestException.class,
        () ->
            files.upload(
                FileUploadParams.builder()
                    .file(field("a", new byte[1]))
                    .expiresInSeconds(1)
                    .build()),
        "");
    var large = FileUploadParams.builder().file(field("a", new byte[(3 << 20) + 1])).build();
    refused(ContentTooLargeException.class, () -> files.upload(large), "");
  }

  @Test
  void theClientWithoutBetaDoesTheSame() throws Exception {
    var files = rig.files;
    FileMetadata file =
        files.upload(
            com.anthropic.models.files.FileUploadParams.builder()
                .file(field("a.txt", "stable".getBytes(UTF_8)))
                .build());
    assertThat(file.mimeType()).isEqualTo("text/plain");
    assertThat(files.retrieveMetadata(file.id())).isEqualTo(file);
    assertThat(files.list().items()).contains(file);
    try (var download = files.download(file.id())) {
      assertThat(new String(download.body().readAllBytes(), UTF_8)).isEqualTo("stable");
    }
    assertThat(files.delete(file.id()).id()).isEqualTo(file.id());
    refused(NotFoundException.class, () -> files.retrieveMetadata(file.id()), "");
  }
}
