package dev.drover.wire;

import dev.drover.base.Fields;
import dev.drover.base.Json;
import dev.drover.catalog.MemoryStore;
import dev.drover.catalog.ResourceKind;

/// Memory stores as JSON.
public final class MemoryStoreCodec implements ResourceCodec<MemoryStore> {
  public static final MemoryStoreCodec CODEC = new MemoryStoreCodec();

  private static final String NAME = "name";
  private static final String DESCRIPTION = "description";

  private MemoryStoreCodec() {}

  @Override
  public ResourceKind<MemoryStore> kind() {
    return MemoryStore.KIND;
  }

  @Override
  public MemoryStore request(Fields sent) {
    return new MemoryStore(name(sent), description(sent), Metadata.read(sent), Json.EMPTY);
  }

  @Override
  public MemoryStore update(MemoryStore before, Fields sent) {
    return new MemoryStore(
        sent.value(NAME).isPresent() ? name(sent) : before.name(),
        sent.has(DESCRIPTION) ? description(sent) : before.description(),
        Metadata.patch(sent, before.metadata()),
        NewerFields.without(before.newer(), sent.raw().fields().keySet()));
  }

  private static String name(Fields sent) {
    var name = sent.text(NAME, 1, 255);
    if (name.codePoints().anyMatch(Character::isISOControl)) {
      throw sent.problem(NAME, "must not contain control characters");
    }
    return name;
  }

  private static String description(Fields sent) {
    var description = sent.optionalText(DESCRIPTION, 1024);
    return description == null ? "" : description;
  }

  @Override
  public MemoryStore stored(Json.Obj json) {
    var name = json.text(NAME);
    var description = json.text(DESCRIPTION);
    var metadata = Metadata.stored(json);
    var known =
        new MemoryStore(
            name == null ? "" : name, description == null ? "" : description, metadata, Json.EMPTY);
    return new MemoryStore(
        known.name(), known.description(), metadata, NewerFields.of(json, write(known)));
  }

  @Override
  public Json.Obj write(MemoryStore store) {
    var known =
        Json.obj(
            NAME, store.name(), DESCRIPTION, store.description(), Metadata.FIELD, store.metadata());
    return NewerFields.over(known, store.newer());
  }
}
