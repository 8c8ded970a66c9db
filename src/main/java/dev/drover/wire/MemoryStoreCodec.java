package dev.drover.wire;

import dev.drover.base.Fields;
import dev.drover.base.Json;
import dev.drover.catalog.MemoryStore;
import dev.drover.catalog.ResourceKind;

/// The JSON form of memory stores.
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
    return new MemoryStore(name(sent), description(sent, ""), Metadata.read(sent));
  }

  @Override
  public MemoryStore update(MemoryStore before, Fields sent) {
    return new MemoryStore(
        sent.value(NAME).isPresent() ? name(sent) : before.name(),
        description(sent, before.description()),
        Metadata.patch(sent, before.metadata()),
        NewerFields.without(before.newer(), sent.raw().fields().keySet()));
  }

  private static String name(Fields sent) {
    var name = sent.name(NAME, 255);
    if (name.codePoints().anyMatch(Character::isISOControl)) {
      throw sent.problem(NAME, "must not contain control characters");
    }
    return name;
  }

  private static String description(Fields sent, String otherwise) {
    var text = sent.optionalPlainText(DESCRIPTION, 1024);
    return text == null ? otherwise : text;
  }

  @Override
  public MemoryStore stored(Json.Obj json) {
    var name = json.text(NAME);
    var description = json.text(DESCRIPTION);
    var known =
        new MemoryStore(
            name == null ? "" : name,
            description == null ? "" : description,
            Metadata.stored(json));
    return new MemoryStore(
        known.name(), known.description(), known.metadata(), NewerFields.of(json, known(known)));
  }

  @Override
  public Json.Obj write(MemoryStore store) {
    return NewerFields.over(known(store), store.newer());
  }

  private static Json.Obj known(MemoryStore store) {
    return Json.obj(
        NAME, store.name(), DESCRIPTION, store.description(), Metadata.FIELD, store.metadata());
  }
}
