package dev.drover.wire;

import dev.drover.base.Fields;
import dev.drover.base.Json;
import dev.drover.catalog.ResourceKind;
import dev.drover.catalog.Vault;

/// The JSON form of vaults.
public final class VaultCodec implements ResourceCodec<Vault> {
  public static final VaultCodec CODEC = new VaultCodec();

  private static final String NAME = "display_name";

  private VaultCodec() {}

  @Override
  public ResourceKind<Vault> kind() {
    return Vault.KIND;
  }

  @Override
  public Vault request(Fields sent) {
    return new Vault(sent.name(NAME, 255), Metadata.read(sent));
  }

  @Override
  public Vault update(Vault before, Fields sent) {
    return new Vault(
        sent.value(NAME).isPresent() ? sent.name(NAME, 255) : before.displayName(),
        Metadata.patch(sent, before.metadata()),
        NewerFields.without(before.newer(), sent.raw().fields().keySet()));
  }

  @Override
  public Vault stored(Json.Obj json) {
    var name = json.text(NAME);
    var known = new Vault(name == null ? "" : name, Metadata.stored(json));
    return new Vault(known.displayName(), known.metadata(), NewerFields.of(json, known(known)));
  }

  @Override
  public Json.Obj write(Vault vault) {
    return NewerFields.over(known(vault), vault.newer());
  }

  private static Json.Obj known(Vault vault) {
    return Json.obj(NAME, vault.displayName(), Metadata.FIELD, vault.metadata());
  }
}
