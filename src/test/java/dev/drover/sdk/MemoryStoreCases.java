package dev.drover.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import com.anthropic.core.JsonValue;
import com.anthropic.errors.AnthropicServiceException;
import com.anthropic.errors.BadRequestException;
import com.anthropic.errors.NotFoundException;
import com.anthropic.models.beta.memorystores.BetaManagedAgentsMemoryStore;
import com.anthropic.models.beta.memorystores.MemoryStoreCreateParams;
import com.anthropic.models.beta.memorystores.MemoryStoreListParams;
import com.anthropic.models.beta.memorystores.MemoryStoreUpdateParams;
import com.anthropic.models.beta.memorystores.memories.BetaManagedAgentsMemory;
import com.anthropic.models.beta.memorystores.memories.BetaManagedAgentsMemoryListItem;
import com.anthropic.models.beta.memorystores.memories.BetaManagedAgentsMemoryView;
import com.anthropic.models.beta.memorystores.memories.BetaManagedAgentsPrecondition;
import com.anthropic.models.beta.memorystores.memories.MemoryCreateParams;
import com.anthropic.models.beta.memorystores.memories.MemoryDeleteParams;
import com.anthropic.models.beta.memorystores.memories.MemoryListParams;
import com.anthropic.models.beta.memorystores.memories.MemoryRetrieveParams;
import com.anthropic.models.beta.memorystores.memories.MemoryUpdateParams;
import com.anthropic.models.beta.memorystores.memoryversions.BetaManagedAgentsMemoryVersion;
import com.anthropic.models.beta.memorystores.memoryversions.BetaManagedAgentsMemoryVersionOperation;
import com.anthropic.models.beta.memorystores.memoryversions.MemoryVersionListParams;
import com.anthropic.models.beta.memorystores.memoryversions.MemoryVersionRedactParams;
import com.anthropic.models.beta.memorystores.memoryversions.MemoryVersionRetrieveParams;
import com.anthropic.services.blocking.beta.MemoryStoreService;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/// Memory stores, memories and their versions, as the client sees them.
final class MemoryStoreCases {
  private static final String TEXT = "Ünïcode 🐎\n";

  private final Rig rig;

  MemoryStoreCases(Rig rig) {
    this.rig = rig;
  }

  private MemoryStoreService stores() {
    return rig.beta.memoryStores();
  }

  private BetaManagedAgentsMemoryStore store() {
    return stores().create(MemoryStoreCreateParams.builder().name("Team notes").build());
  }

  private BetaManagedAgentsMemory create(BetaManagedAgentsMemoryStore store, String path) {
    var params = MemoryCreateParams.builder().path(path).content(TEXT).build();
    return stores().memories().create(store.id(), params);
  }

  private static BetaManagedAgentsPrecondition has(String sha256) {
    return BetaManagedAgentsPrecondition.builder()
        .type(JsonValue.from("content_sha256"))
        .contentSha256(sha256)
        .build();
  }

  private static void assertConflict(ThrowingCallable call, String type) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            AnthropicServiceException.class,
            e -> {
              assertThat(e.statusCode()).isEqualTo(409);
              assertThat(e.headers().values("x-should-retry")).containsExactly("false");
              assertThat(e.body().toString()).contains("memory_" + type + "_error");
            });
  }

  @Test
  void aStoreIsMadeChangedListedArchivedAndDeleted() {
    var made = store();
    assertThat(made.description()).isEmpty();
    assertThat(made.archivedAt()).isEmpty();
    var changed =
        stores()
            .update(
                MemoryStoreUpdateParams.builder()
                    .memoryStoreId(made.id())
                    .description("What was decided.")
                    .metadata(
                        MemoryStoreUpdateParams.Metadata.builder()
                            .putAdditionalProperty("team", JsonValue.from("web"))
                            .build())
                    .build());
    assertThat(changed.name()).isEqualTo("Team notes");
    assertThat(stores().retrieve(made.id())).isEqualTo(changed);
    var other = store();
    assertThat(ids(MemoryStoreListParams.builder().limit(1).build()))
        .containsSubsequence(other.id(), made.id());
    var archived = stores().archive(made.id());
    assertThat(archived.archivedAt()).isPresent();
    assertThat(ids(MemoryStoreListParams.none())).contains(other.id()).doesNotContain(made.id());
    var all = MemoryStoreListParams.builder().includeArchived(true).build();
    assertThat(ids(all)).contains(made.id());
    assertThatThrownBy(
            () ->
                stores().update(made.id(), MemoryStoreUpdateParams.builder().name("Other").build()))
        .isInstanceOf(BadRequestException.class)
        .hasMessageContaining("cannot modify archived resource");
    assertThatThrownBy(() -> create(archived, "/a")).isInstanceOf(BadRequestException.class);
    assertThat(stores().delete(made.id()).id()).isEqualTo(made.id());
    assertThatThrownBy(() -> stores().retrieve(made.id())).isInstanceOf(NotFoundException.class);
  }

  private List<String> ids(MemoryStoreListParams params) {
    return stores().list(params).autoPager().stream()
        .map(BetaManagedAgentsMemoryStore::id)
        .toList();
  }

  @Test
  void aMemoryIsWrittenReadMovedAndDeleted() {
    var store = store();
    var memories = stores().memories();
    var made = create(store, "/notes/todo.md");
    assertThat(made.content()).as("basic").isEmpty();
    assertThat(made.contentSizeBytes()).isEqualTo(15);
    assertThat(made.memoryStoreId()).isEqualTo(store.id());
    var id = made.id();
    var get = MemoryRetrieveParams.builder().memoryStoreId(store.id()).build();
    assertThat(memories.retrieve(id, get).content()).hasValue(TEXT);
    var changed =
        memories.update(
            MemoryUpdateParams.builder()
                .memoryStoreId(store.id())
                .memoryId(id)
                .view(BetaManagedAgentsMemoryView.FULL)
                .content("")
                .path("/done.md")
                .precondition(has(made.contentSha256()))
                .build());
    assertThat(changed.content()).hasValue("");
    assertThat(changed.path()).isEqualTo("/done.md");
    assertThat(changed.memoryVersionId()).isNotEqualTo(made.memoryVersionId());
    assertConflict(
        () ->
            memories.update(
                id,
                MemoryUpdateParams.builder()
                    .memoryStoreId(store.id())
                    .content("x")
                    .precondition(has(made.contentSha256()))
                    .build()),
        "precondition_failed");
    assertConflict(() -> create(store, "/done.md/more"), "path_conflict");
    var delete = MemoryDeleteParams.builder().memoryStoreId(store.id());
    assertConflict(
        () -> memories.delete(id, delete.expectedContentSha256(made.contentSha256()).build()),
        "precondition_failed");
    var last = delete.expectedContentSha256(changed.contentSha256()).build();
    assertThat(memories.delete(id, last).id()).isEqualTo(id);
    assertThatThrownBy(() -> memories.retrieve(id, get)).isInstanceOf(NotFoundException.class);
  }

  @Test
  void memoriesAreListedByPathWithDirectories() {
    var store = store();
    for (var path : List.of("/b", "/a/x", "/a/y/z", "/c")) {
      create(store, path);
    }
    var full = MemoryListParams.builder().limit(2).view(BetaManagedAgentsMemoryView.FULL).build();
    assertThat(stores().memories().list(store.id(), full).autoPager())
        .extracting(BetaManagedAgentsMemoryListItem::path, item -> item.asMemory().content())
        .containsExactly(
            tuple("/a/x", Optional.of(TEXT)),
            tuple("/a/y/z", Optional.of(TEXT)),
            tuple("/b", Optional.of(TEXT)),
            tuple("/c", Optional.of(TEXT)));
    var shallow = MemoryListParams.builder().limit(1).depth(1).pathPrefix("/a/").build();
    assertThat(stores().memories().list(store.id(), shallow).autoPager())
        .extracting(BetaManagedAgentsMemoryListItem::path, item -> item.isMemoryPrefix())
        .containsExactly(tuple("/a/x", false), tuple("/a/y/", true));
  }

  @Test
  void versionsTellWhoDidWhatAndAreRedacted() {
    var store = store();
    var made = create(store, "/a");
    stores()
        .memories()
        .delete(made.id(), MemoryDeleteParams.builder().memoryStoreId(store.id()).build());
    var versions = stores().memoryVersions();
    var list = MemoryVersionListParams.builder().limit(1).memoryId(made.id()).build();
    assertThat(versions.list(store.id(), list).autoPager())
        .extracting(BetaManagedAgentsMemoryVersion::operation)
        .containsExactly(
            BetaManagedAgentsMemoryVersionOperation.DELETED,
            BetaManagedAgentsMemoryVersionOperation.CREATED);
    var get = MemoryVersionRetrieveParams.builder().memoryStoreId(store.id()).build();
    var first = versions.retrieve(made.memoryVersionId(), get);
    assertThat(first.content()).hasValue(TEXT);
    var key = first.createdBy().orElseThrow().asApi().apiKeyId();
    assertThat(key).startsWith("apikey_");
    var redacted =
        versions.redact(
            first.id(), MemoryVersionRedactParams.builder().memoryStoreId(store.id()).build());
    assertThat(redacted.redactedAt()).isPresent();
    assertThat(redacted.redactedBy().orElseThrow().asApi().apiKeyId()).isEqualTo(key);
    assertThat(redacted.content()).isEmpty();
    assertThat(redacted.path()).isEmpty();
    assertThat(versions.retrieve(first.id(), get)).isEqualTo(redacted);
    var others = MemoryVersionListParams.builder().apiKeyId(key).sessionId("sesn_1").build();
    assertThat(versions.list(store.id(), others).items()).isEmpty();
  }
}
