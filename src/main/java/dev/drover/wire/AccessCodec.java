package dev.drover.wire;

import dev.drover.access.KeyRequest;
import dev.drover.access.KeyScope;
import dev.drover.access.Workspace;
import dev.drover.access.WorkspaceKey;
import dev.drover.base.Fields;
import dev.drover.base.Json;
import dev.drover.base.Secret;
import java.time.Duration;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/// The JSON form of workspaces and API keys.
public final class AccessCodec {
  private static final int NAME = 256;
  private static final long SHORTEST = 60;
  private static final long LONGEST = Duration.ofDays(3_650).toSeconds();
  private static final String NAMED = "name";
  private static final String STORAGE = "storage_mib";

  /// The largest limit for stored contents, in MiB: 1 PiB.
  private static final long LARGEST = 1L << 30;

  private AccessCodec() {}

  /// Reads the body of a request to create a key.
  public static KeyRequest key(Fields body) {
    var request =
        new KeyRequest(
            body.name(NAMED, NAME),
            scopes(body),
            body.integer("expires_in_seconds", SHORTEST, LONGEST).map(Duration::ofSeconds));
    body.end();
    return request;
  }

  private static Set<KeyScope> scopes(Fields body) {
    if (body.value("scopes").isEmpty()) {
      return KeyScope.USUAL;
    }
    var scopes = EnumSet.noneOf(KeyScope.class);
    for (var name : body.texts("scopes", 100, 100)) {
      scopes.add(KeyScope.named(name).orElseThrow(() -> body.problem("scopes", allowed())));
    }
    if (scopes.isEmpty()) {
      throw body.problem("scopes", "must contain at least 1 item");
    }
    return scopes;
  }

  private static String allowed() {
    return Arrays.stream(KeyScope.values())
        .map(KeyScope::toString)
        .collect(Collectors.joining(", ", "must be of ", ""));
  }

  /// Reads the body of a request to create a workspace.
  ///
  /// @return what gives a workspace its name and its limit
  public static UnaryOperator<Workspace> create(Fields body) {
    var name = body.name(NAMED, NAME);
    var storage = storage(body);
    body.end();
    return workspace -> workspace.with(name, storage);
  }

  /// Reads the body of a request to change a workspace. Fields that are absent stay as they are; a
  /// limit that is null is replaced by the one in the settings.
  public static UnaryOperator<Workspace> update(Fields body) {
    var name =
        body.value(NAMED).isPresent()
            ? Optional.of(body.name(NAMED, NAME))
            : Optional.<String>empty();
    boolean limited = body.has(STORAGE);
    var storage = storage(body);
    body.end();
    return before -> before.with(name.orElse(before.name()), limited ? storage : before.storage());
  }

  private static OptionalLong storage(Fields body) {
    var mebibytes = body.integer(STORAGE, 1, LARGEST);
    return mebibytes.isPresent() ? OptionalLong.of(mebibytes.get() << 20) : OptionalLong.empty();
  }

  public static Json.Obj write(Workspace.Summary summary) {
    var workspace = summary.workspace();
    var storage = workspace.storage();
    return Json.obj(
        "id", workspace.id().value(),
        "type", "workspace",
        "name", workspace.name(),
        "storage_mib", storage.isPresent() ? storage.getAsLong() >> 20 : null,
        "stored_bytes", summary.stored(),
        "api_keys", summary.keys(),
        "created_at", Times.write(workspace.createdAt()),
        "archived_at", Times.write(workspace.archivedAt()));
  }

  public static Json.Obj write(WorkspaceKey key) {
    return Json.obj(
        "id", key.id().id(),
        "type", "api_key",
        "workspace_id", key.workspace().value(),
        "name", key.name(),
        "prefix", key.prefix(),
        "scopes", key.scopes().stream().sorted().map(KeyScope::toString).toList(),
        "created_by", key.createdBy().id(),
        "created_at", Times.write(key.createdAt()),
        "expires_at", Times.write(key.expiresAt().orElse(null)),
        "last_used_on", key.lastUsed().map(LocalDate::toString).orElse(null),
        "revoked_at", Times.write(key.revoked().map(WorkspaceKey.Revocation::at).orElse(null)),
        "revoked_by", key.revoked().map(revoked -> revoked.by().id()).orElse(null));
  }

  /// A new key with its text, which no other answer shows.
  public static Json.Obj write(WorkspaceKey key, Secret text) {
    return write(key).with("key", text.reveal());
  }
}
