package dev.drover.sdk;

import static dev.drover.sdk.RefusalCases.refused;
import static org.assertj.core.api.Assertions.assertThat;

import com.anthropic.core.JsonValue;
import com.anthropic.errors.BadRequestException;
import com.anthropic.errors.NotFoundException;
import com.anthropic.models.beta.memorystores.MemoryStoreCreateParams;
import com.anthropic.models.beta.memorystores.memories.BetaManagedAgentsMemoryListItem;
import com.anthropic.models.beta.memorystores.memories.BetaManagedAgentsMemoryView;
import com.anthropic.models.beta.memorystores.memories.MemoryCreateParams;
import com.anthropic.models.beta.memorystores.memories.MemoryListParams;
import com.anthropic.models.beta.memorystores.memoryversions.MemoryVersionListParams;
import com.anthropic.models.beta.sessions.BetaManagedAgentsMemoryStoreResourceParam;
import com.anthropic.models.beta.sessions.BetaManagedAgentsMemoryStoreResourceParam.Access;
import com.anthropic.models.beta.sessions.BetaManagedAgentsSession;
import com.anthropic.models.beta.sessions.SessionListParams;
import com.anthropic.models.beta.sessions.SessionRetrieveParams;
import com.anthropic.models.beta.sessions.resources.BetaManagedAgentsMemoryStoreResource;
import com.anthropic.models.beta.sessions.resources.BetaManagedAgentsSessionResource;
import com.anthropic.models.beta.sessions.resources.ResourceListParams;
import com.anthropic.services.blocking.beta.MemoryStoreService;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Memory stores of sessions: attached at the start, read and written by agents.
abstract class MemoryResourceCases {
  private final Rig rig;
  private final MemoryStoreService stores;

  MemoryResourceCases(Rig rig) {
    this.rig = rig;
    stores = rig.beta.memoryStores();
  }

  private String store(String name) {
    return stores
        .create(MemoryStoreCreateParams.builder().name(name).description("What we know").build())
        .id();
  }

  private static BetaManagedAgentsMemoryStoreResourceParam.Builder params(String store) {
    return BetaManagedAgentsMemoryStoreResourceParam.builder()
        .type(JsonValue.from("memory_store"))
        .memoryStoreId(store);
  }

  private List<String> memories(String store) {
    return stores
        .memories()
        .list(
            MemoryListParams.builder()
                .memoryStoreId(store)
                .view(BetaManagedAgentsMemoryView.FULL)
                .build())
        .autoPager()
        .stream()
        .map(BetaManagedAgentsMemoryListItem::asMemory)
        .map(memory -> memory.path() + " " + memory.content().orElseThrow())
        .toList();
  }

  @Test
  void aSessionShowsItsMemoryStores() {
    var notes = store("Team Notes");
    var rules = store("Rules");
    var session =
        rig.beta
            .sessions()
            .create(
                rig.session(Rig.coder())
                    .addResource(params(notes).instructions("Read them first.").build())
                    .addResource(params(rules).access(Access.READ_ONLY).build())
                    .build());
    var shown =
        rig.beta
            .sessions()
            .retrieve(SessionRetrieveParams.builder().sessionId(session.id()).build())
            .resources();
    assertThat(shown).isEqualTo(session.resources());
    assertThat(
            rig
                .beta
                .sessions()
                .resources()
                .list(ResourceListParams.builder().sessionId(session.id()).limit(1).build())
                .autoPager()
                .stream()
                .map(rig.witness::valid))
        .isEqualTo(shown);
    assertThat(shown)
        .extracting(BetaManagedAgentsSessionResource::asMemoryStore)
        .containsExactly(
            BetaManagedAgentsMemoryStoreResource.builder()
                .type(JsonValue.from("memory_store"))
                .memoryStoreId(notes)
                .access(BetaManagedAgentsMemoryStoreResource.Access.READ_WRITE)
                .instructions("Read them first.")
                .name("Team Notes")
                .description("What we know")
                .mountPath("/mnt/memory/team-notes")
                .build(),
            BetaManagedAgentsMemoryStoreResource.builder()
                .type(JsonValue.from("memory_store"))
                .memoryStoreId(rules)
                .access(BetaManagedAgentsMemoryStoreResource.Access.READ_ONLY)
                .instructions((String) null)
                .name("Rules")
                .description("What we know")
                .mountPath("/mnt/memory/rules")
                .build());
    assertThat(
            rig.beta
                .sessions()
                .list(SessionListParams.builder().memoryStoreId(rules).build())
                .items())
        .extracting(BetaManagedAgentsSession::id)
        .containsExactly(session.id());
  }

  @Test
  void whatAnAgentRemembersIsReadByTheNextOne() {
    var notes = store("Notes");
    var rules = store("Rules");
    stores
        .memories()
        .create(rules, MemoryCreateParams.builder().path("/one.md").content("be kind").build());
    var session =
        rig.session(Rig.coder())
            .addMemoryStoreResource(notes)
            .addResource(params(rules).access(Access.READ_ONLY).build())
            .build();
    final String first;
    try (var talk = new Talk(rig, rig.beta.sessions().create(session).id())) {
      first = talk.id;
      assertThat(
              SessionResourceCases.run(
                  talk,
                  rig,
                  "cd /mnt/memory; cat rules/*; echo x > rules/two.md; printf hi > notes/a.md"))
          .contains("be kind")
          .contains("Read-only file system");
    }
    assertThat(memories(notes)).containsExactly("/a.md hi");
    assertThat(memories(rules)).containsExactly("/one.md be kind");
    var versions =
        stores
            .memoryVersions()
            .list(MemoryVersionListParams.builder().memoryStoreId(notes).sessionId(first).build())
            .items();
    assertThat(versions).hasSize(1);
    assertThat(versions.getFirst().createdBy().orElseThrow().asSession().sessionId())
        .isEqualTo(first);
    var next = rig.session(Rig.coder()).addMemoryStoreResource(notes).build();
    try (var talk = new Talk(rig, rig.beta.sessions().create(next).id())) {
      assertThat(SessionResourceCases.run(talk, rig, "cat /mnt/memory/notes/a.md")).isEqualTo("hi");
    }
  }

  @Test
  void aStoreThatCannotBeAttachedIsRefused() {
    var archived = store("Old");
    stores.archive(archived);
    var request = rig.session(Rig.coder());
    refused(
        BadRequestException.class,
        () ->
            rig.beta
                .sessions()
                .create(request.resources(List.of()).addMemoryStoreResource(archived).build()),
        "");
    refused(
        NotFoundException.class,
        () ->
            rig.beta
                .sessions()
                .create(
                    request.resources(List.of()).addMemoryStoreResource("memstore_01none").build()),
        "");
  }
}
