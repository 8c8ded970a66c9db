package dev.drover.wire;

import dev.drover.base.Json;
import dev.drover.catalog.VaultId;
import dev.drover.vault.CredentialId;
import dev.drover.vault.UseReceipt;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// The JSON form of receipts. The digest of a receipt is that of its JSON without `type` and
/// `hash`, so everybody can check it.
public final class ReceiptCodec {
  private ReceiptCodec() {}

  public static Json.Obj write(UseReceipt receipt) {
    return signed(receipt).with("type", "receipt").with("hash", receipt.hash());
  }

  /// A receipt of one use has no `uses`, as those that older versions wrote.
  private static Json.Obj signed(UseReceipt receipt) {
    var signed = ofOne(receipt);
    return receipt.uses() == 1 ? signed : signed.with("uses", receipt.uses());
  }

  private static Json.Obj ofOne(UseReceipt receipt) {
    var signed =
        Json.obj(
            "id", receipt.id(),
            "workspace_id", receipt.workspace().value(),
            "strand", receipt.strand(),
            "number", receipt.number(),
            "created_at", Times.write(receipt.at()),
            "vault_id", receipt.vault().map(VaultId::value).orElse(null),
            "credential_id", receipt.credential().map(CredentialId::value).orElse(null),
            "purpose", receipt.purpose(),
            "session_id", receipt.session().orElse(null),
            "event_id", receipt.event().orElse(null),
            "host", receipt.host(),
            "previous", receipt.previous());
    // Only where there is one: receipts of earlier versions keep their digests.
    return receipt.resource().map(id -> signed.with("resource_id", id)).orElse(signed);
  }

  /// The digest of a receipt, in hexadecimal digits.
  public static String hash(UseReceipt receipt) {
    var text = signed(receipt).toString().getBytes(StandardCharsets.UTF_8);
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JDK has no SHA-256", e);
    }
  }
}
