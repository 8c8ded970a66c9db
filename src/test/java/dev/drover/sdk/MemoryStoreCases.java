package dev.drover.sdk;

import static dev.drover.sdk.RefusalCases.refused;
import static org.assertj.core.api.Assertions.assertThat;

import com.anthropic.core.JsonValue;
import com.anthropic.errors.BadRequestException;
import com.anthropic.errors.NotFoundException;
import com.anthropic.models.beta.memorystores.BetaManagedAgentsMemoryStore;
import com.anthropic.models.beta.memorystores.MemoryStoreCreateParams;
import com.anthropic.models.beta.memorystores.MemoryStoreListParams;
import com.anthropic.models.beta.memorystores.MemoryStoreUpdateParams;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Memory stores, without their memories.
final class MemoryStoreCases {
  private final Rig rig;

  MemoryStoreCases(Rig rig) {
    this.rig = rig;
  }

  private BetaManagedAgentsMemoryStore create(String name) {
    return rig.beta.memoryStores().create(MemoryStoreCreateParams.builder().name(name).build());
  }

  @Test
  void aNewStoreIsReadBackAndNamesAreNotUnique() {
    var store = create("notes");
    assertThat(store.id()).startsWith("memstore_");
    assertThat(store.description()).isEmpty();
    assertThat(store.archivedAt()).isEmpty();
    assertThat(rig.beta.memoryStores().retrieve(store.id())).isEqualTo(store);
    assertThat(create("notes").id()).isNotEqualTo(store.id());
    refused(NotFoundException.class, () -> rig.beta.memoryStores().retrieve("memstore_01No"), "");
  }

  @Test
  void anUpdateKeepsWhatItDoesNotName() {
    var made =
        rig.beta
            .memoryStores()
            .create(
                MemoryStoreCreateParams.builder()
                    .name("notes")
                    .description("of the team")
                    .metadata(
                        MemoryStoreCreateParams.Metadata.builder()
                            .putAdditionalProperty("a", JsonValue.from("1"))
                            .build())
                    .build());
    var changed = update(MemoryStoreUpdateParams.builder().memoryStoreId(made.id()).name("diary"));
    assertThat(changed.name()).isEqualTo("diary");
    assertThat(changed.description()).isEqualTo("of the team");
    assertThat(changed.metadata()._additionalProperties()).containsKey("a");
    var cleared =
        update(MemoryStoreUpdateParams.builder().memoryStoreId(made.id()).description(""));
    assertThat(cleared.description()).isEmpty();
    assertThat(cleared.createdAt()).isEqualTo(made.createdAt());
    assertThat(cleared.updatedAt()).isAfter(made.updatedAt());
  }

  private BetaManagedAgentsMemoryStore update(MemoryStoreUpdateParams.Builder params) {
    return rig.beta.memoryStores().update(params.build());
  }

  @Test
  void storesAreListedArchivedAndDeleted() {
    var kept = create("kept");
    var gone = create("gone");
    var archived = rig.beta.memoryStores().archive(gone.id());
    assertThat(archived.archivedAt()).isPresent();
    assertThat(archived.updatedAt()).isEqualTo(archived.archivedAt().orElseThrow());
    assertThat(rig.beta.memoryStores().archive(gone.id())).isEqualTo(archived);
    refused(
            BadRequestException.class,
            () -> update(MemoryStoreUpdateParams.builder().memoryStoreId(gone.id()).name("x")),
            "")
        .hasMessageContaining("cannot modify archived resource");
    var ids = new ArrayList<String>();
    rig.beta
        .memoryStores()
        .list(MemoryStoreListParams.builder().limit(1).build())
        .autoPager()
        .forEach(store -> ids.add(store.id()));
    assertThat(ids).contains(kept.id()).doesNotContain(gone.id()).doesNotHaveDuplicates();
    for (var id : List.of(gone.id(), kept.id())) {
      assertThat(rig.beta.memoryStores().delete(id).id()).isEqualTo(id);
      refused(NotFoundException.class, () -> rig.beta.memoryStores().retrieve(id), "");
    }
  }
}
