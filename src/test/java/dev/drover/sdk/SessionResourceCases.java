package dev.drover.sdk;

import static dev.drover.sdk.RefusalCases.refused;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.anthropic.core.JsonValue;
import com.anthropic.core.MultipartField;
import com.anthropic.errors.BadRequestException;
import com.anthropic.errors.ConflictException;
import com.anthropic.errors.NotFoundException;
import com.anthropic.models.beta.files.BetaFileMetadata;
import com.anthropic.models.beta.files.FileListParams;
import com.anthropic.models.beta.files.FileUploadParams;
import com.anthropic.models.beta.sessions.BetaManagedAgentsFileResourceParams;
import com.anthropic.models.beta.sessions.SessionRetrieveParams;
import com.anthropic.models.beta.sessions.events.BetaManagedAgentsStreamSessionEvents;
import com.anthropic.models.beta.sessions.resources.BetaManagedAgentsFileResource;
import com.anthropic.models.beta.sessions.resources.BetaManagedAgentsSessionResource;
import com.anthropic.models.beta.sessions.resources.ResourceAddParams;
import com.anthropic.models.beta.sessions.resources.ResourceDeleteParams;
import com.anthropic.models.beta.sessions.resources.ResourceListParams;
import com.anthropic.models.beta.sessions.resources.ResourceRetrieveParams;
import com.anthropic.models.beta.sessions.resources.ResourceUpdateParams;
import com.anthropic.services.blocking.beta.sessions.ResourceService;
import dev.drover.base.Json;
import dev.drover.testing.Script;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The files of sessions: given at the start and in mid-session, read by the agent, taken away.
abstract class SessionResourceCases {
  private static final String ROOT = "/mnt/session/uploads/";

  private final Rig rig;
  private final ResourceService resources;

  SessionResourceCases(Rig rig) {
    this.rig = rig;
    resources = rig.beta.sessions().resources();
  }

  private String uploaded(String name, String text) {
    var file =
        MultipartField.<InputStream>builder()
            .value(new ByteArrayInputStream(text.getBytes(UTF_8)))
            .filename(name)
            .contentType("text/csv")
            .build();
    return rig.beta.files().upload(FileUploadParams.builder().file(file).build()).id();
  }

  private static BetaManagedAgentsFileResourceParams.Builder params(String file) {
    return BetaManagedAgentsFileResourceParams.builder().type(JsonValue.from("file")).fileId(file);
  }

  private BetaManagedAgentsFileResource add(
      String session, BetaManagedAgentsFileResourceParams file) {
    return rig.witness.valid(
        resources.add(
            ResourceAddParams.builder()
                .sessionId(session)
                .betaManagedAgentsFileResourceParams(file)
                .build()));
  }

  private List<BetaManagedAgentsFileResource> shown(String session) {
    var params = SessionRetrieveParams.builder().sessionId(session).build();
    var shown = rig.beta.sessions().retrieve(params).resources();
    assertThat(listed(session, 1000)).isEqualTo(shown);
    return shown.stream().map(one -> one.asFile()).toList();
  }

  private List<BetaManagedAgentsSessionResource> listed(String session, int limit) {
    return resources
        .list(ResourceListParams.builder().sessionId(session).limit(limit).build())
        .autoPager()
        .stream()
        .map(rig.witness::valid)
        .toList();
  }

  private List<BetaFileMetadata> scoped(String session) {
    return rig
        .beta
        .files()
        .list(FileListParams.builder().scopeId(session).build())
        .autoPager()
        .stream()
        .toList();
  }

  private BetaManagedAgentsFileResource retrieve(String session, String id) {
    return resources
        .retrieve(ResourceRetrieveParams.builder().sessionId(session).resourceId(id).build())
        .asFile();
  }

  private String delete(String session, String id) {
    var params = ResourceDeleteParams.builder().sessionId(session).resourceId(id).build();
    return rig.witness.valid(resources.delete(params)).id();
  }

  /// The output of a command that the agent of a session runs.
  static String run(Talk talk, Rig rig, String command) {
    rig.model.script(
        Script.reply().toolUse("bash", Json.obj("command", command)), Script.reply().text("Done."));
    talk.say("Go.");
    talk.untilIdle();
    return talk.last(BetaManagedAgentsStreamSessionEvents::isAgentToolResult)
        .asAgentToolResult()
        .content()
        .orElseThrow()
        .getFirst()
        .asText()
        .text();
  }

  @Test
  void aSessionIsCreatedWithFiles() {
    var data = uploaded("data.csv", "a,b\n1,2\n");
    var session =
        rig.beta
            .sessions()
            .create(
                rig.session(Rig.coder())
                    .addResource(params(data).mountPath("/workspace/seed/data.csv").build())
                    .addResource(params(data).build())
                    .build());
    var files = session.resources().stream().map(one -> one.asFile()).toList();
    assertThat(files)
        .extracting(BetaManagedAgentsFileResource::mountPath)
        .containsExactly(ROOT + "workspace/seed/data.csv", ROOT + data);
    assertThat(shown(session.id())).isEqualTo(files);
    assertThat(files).extracting(BetaManagedAgentsFileResource::fileId).doesNotContain(data);
    assertThat(scoped(session.id()))
        .allSatisfy(file -> assertThat(file.filename()).isEqualTo("data.csv"))
        .extracting(BetaFileMetadata::id)
        .containsExactlyInAnyOrderElementsOf(
            files.stream().map(BetaManagedAgentsFileResource::fileId).toList());
    assertThat(retrieve(session.id(), files.getLast().id())).isEqualTo(files.getLast());
  }

  @Test
  void anAgentReadsItsFilesAsTheyComeAndGoAndCannotChangeThem() {
    var session =
        rig.session(Rig.coder())
            .addResource(params(uploaded("a", "first")).mountPath("in/a.txt").build())
            .build();
    try (var talk = new Talk(rig, rig.beta.sessions().create(session).id())) {
      assertThat(run(talk, rig, "cd /uploads/in && cat a.txt && ls -l a.txt | cut -c1-10"))
          .isEqualTo("first-r--r--r--");
      assertThat(rig.model.requests().getLast().body().get("system").orElseThrow().toString())
          .contains(ROOT + "in/a.txt");
      var second = add(talk.id, params(uploaded("b", "second")).mountPath("in/b.txt").build());
      assertThat(run(talk, rig, "ls; cat b.txt")).isEqualTo("a.txt\nb.txt\nsecond");
      assertThat(run(talk, rig, "echo x > b.txt; rm -f a.txt; chmod 600 a.txt; touch c; ls"))
          .contains("b.txt: Read-only file system")
          .contains("cannot remove 'a.txt': Read-only file system")
          .contains("changing permissions of 'a.txt': Read-only file system")
          .contains("cannot touch 'c': Read-only file system")
          .endsWith("a.txt\nb.txt");
      assertThat(delete(talk.id, second.id())).isEqualTo(second.id());
      assertThat(run(talk, rig, "ls")).isEqualTo("a.txt");
    }
  }

  @Test
  void resourcesAreListedInPages() {
    var file = uploaded("a", "same");
    var session = rig.session();
    for (int i = 0; i < 5; i++) {
      add(session, params(file).mountPath("d/" + i).build());
    }
    var all = listed(session, 1000);
    assertThat(all).hasSize(5);
    for (int limit : List.of(1, 2, 5)) {
      assertThat(listed(session, limit)).isEqualTo(all);
    }
    var first = resources.list(ResourceListParams.builder().sessionId(session).limit(2).build());
    delete(session, first.items().getLast().asFile().id());
    assertThat(first.nextPage().items()).isEqualTo(all.subList(2, 4));
    refused(
        BadRequestException.class,
        () -> resources.list(ResourceListParams.builder().sessionId(session).page("x").build()),
        "");
  }

  @Test
  void whatIsNotThereIsRefused() {
    var id = rig.session();
    var file = uploaded("a", "text");
    refused(NotFoundException.class, () -> add(id, params("file_01none").build()), "");
    refused(NotFoundException.class, () -> add("sesn_01none", params(file).build()), "");
    refused(NotFoundException.class, () -> retrieve(id, "sesrsc_01none"), "");
    refused(NotFoundException.class, () -> delete(id, "sesrsc_01none"), "");
    refused(
        NotFoundException.class,
        () ->
            rig.beta
                .sessions()
                .create(rig.session(Rig.coder()).addFileResource("file_01none").build()),
        "");
    assertThat(shown(id)).isEmpty();
  }

  @Test
  void whatCannotBeIsRefused() {
    var id = rig.session();
    var file = uploaded("a", "text");
    var placed = add(id, params(file).mountPath("a").build());
    refused(BadRequestException.class, () -> add(id, params(file).mountPath("../a").build()), "");
    refused(ConflictException.class, () -> add(id, params(file).mountPath("/a/b").build()), "");
    refused(
        BadRequestException.class,
        () ->
            resources.update(
                ResourceUpdateParams.builder()
                    .sessionId(id)
                    .resourceId(placed.id())
                    .authorizationToken("t")
                    .build()),
        "");
    refused(
        BadRequestException.class,
        () ->
            rig.beta
                .sessions()
                .create(
                    rig.session(Rig.coder())
                        .addResource(params(file).build())
                        .addResource(params(file).build())
                        .build()),
        "");
    assertThat(shown(id)).containsExactly(placed);
  }

  @Test
  void aDeletedSessionTakesItsCopiesAlong() {
    var file = uploaded("a", "text");
    var id = rig.session();
    var copy = add(id, params(file).build()).fileId();
    rig.beta.sessions().delete(id);
    assertThat(scoped(id)).isEmpty();
    refused(NotFoundException.class, () -> rig.beta.files().retrieveMetadata(copy), "");
    assertThat(rig.beta.files().retrieveMetadata(file).id()).isEqualTo(file);
  }
}
