package dev.drover.sdk;

import static dev.drover.sdk.RefusalCases.refused;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.anthropic.core.JsonValue;
import com.anthropic.errors.NotFoundException;
import com.anthropic.models.beta.files.BetaFileMetadata;
import com.anthropic.models.beta.files.FileListParams;
import dev.drover.base.Json;
import dev.drover.testing.Script;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// What agents write to their outputs, as clients find and download it.
abstract class OutputCases {
  private final Rig rig;

  OutputCases(Rig rig) {
    this.rig = rig;
  }

  /// A turn in which the agent runs a command in its outputs.
  private void run(Talk talk, String command) {
    rig.model.script(
        Script.reply().toolUse("bash", Json.obj("command", "cd /mnt/session/outputs; " + command)),
        Script.reply().text("Done."));
    talk.say("Go.");
    talk.untilIdle();
  }

  private List<BetaFileMetadata> outputs(String session) {
    return rig
        .beta
        .files()
        .list(FileListParams.builder().scopeId(session).limit(1).build())
        .autoPager()
        .stream()
        .toList();
  }

  /// The outputs of a session by name, once they are these.
  private Map<String, BetaFileMetadata> untilNamed(String session, String... names) {
    return await()
        .until(
            () ->
                outputs(session).stream()
                    .collect(Collectors.toMap(BetaFileMetadata::filename, file -> file)),
            files -> files.keySet().equals(Set.of(names)));
  }

  private static BetaFileMetadata named(Map<String, BetaFileMetadata> files, String name) {
    return Objects.requireNonNull(files.get(name));
  }

  private String text(BetaFileMetadata file) {
    try (var download = rig.beta.files().download(file.id())) {
      return new String(download.body().readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void outputsAreFilesOfTheirSession() {
    try (var talk = rig.talk(Rig.coder())) {
      run(talk, "mkdir charts; echo a,b > data.csv; printf '\\211PNG' > 'charts/my chart.png'");
      var files = untilNamed(talk.id, "data.csv", "my chart.png");
      var chart = named(files, "my chart.png");
      assertThat(chart.mimeType()).isEqualTo("image/png");
      assertThat(chart.sizeBytes()).isEqualTo(4);
      assertThat(chart.downloadable()).hasValue(true);
      assertThat(chart.scope().orElseThrow().id()).isEqualTo(talk.id);
      assertThat(chart._additionalProperties())
          .containsEntry("path", JsonValue.from("charts/my chart.png"));
      assertThat(rig.beta.files().retrieveMetadata(chart.id())).isEqualTo(chart);
      assertThat(text(named(files, "data.csv"))).isEqualTo("a,b\n");
      assertThat(outputs(rig.session())).isEmpty();
    }
  }

  @Test
  void aNewContentReplacesAnOutputAndADeletedOneStaysAway() {
    try (var talk = rig.talk(Rig.coder())) {
      run(talk, "echo first > a; echo other > b");
      var first = untilNamed(talk.id, "a", "b");
      rig.beta.files().delete(named(first, "b").id());
      run(talk, "echo second > a; touch b; rm -f b; echo other > b; echo c > c");
      var second = untilNamed(talk.id, "a", "c");
      assertThat(named(second, "a").id()).isNotEqualTo(named(first, "a").id());
      assertThat(text(named(second, "a"))).isEqualTo("second\n");
      assertThat(text(named(first, "a"))).isEqualTo("first\n");
      rig.beta.sessions().delete(talk.id);
      refused(
          NotFoundException.class,
          () -> rig.beta.files().retrieveMetadata(named(second, "a").id()),
          "");
      refused(
          NotFoundException.class,
          () -> rig.beta.files().retrieveMetadata(named(first, "a").id()),
          "");
    }
  }
}
