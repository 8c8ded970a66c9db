package dev.drover.store.sql;

import dev.drover.catalog.BlobId;
import dev.drover.catalog.FileId;
import dev.drover.catalog.MemoryStoreId;
import dev.drover.catalog.WorkspaceId;
import dev.drover.session.Checkout;
import dev.drover.session.MountPath;
import dev.drover.session.RepositoryPath;
import dev.drover.session.RepositoryUrl;
import dev.drover.session.SealedToken;
import dev.drover.session.SessionResource;
import dev.drover.session.SessionResourceId;
import dev.drover.store.CredentialRefusals;
import dev.drover.store.Micros;
import dev.drover.vault.VaultKey;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The rows of the resources of sessions. Whatever changes them has locked the session's row.
final class SessionResourceRows {
  private static final String FILE = "file";
  private static final String STORE = "memory_store";
  private static final String REPOSITORY = "github_repository";
  private static final String BRANCH = "branch ";
  private static final String COMMIT = "commit ";
  private static final String WRITABLE = "read_write";
  private static final String READABLE = "read_only";

  private static final String SELECT =
      """
      SELECT session_key, id, type, file_id, original_id, blob_id, mount_path, created_at, store_id,
        access, instructions, store_name, store_description, url, checkout, token, token_version,
        token_key, updated_at
      FROM session_resource WHERE \
      """;

  private static final String ORDER = " ORDER BY created_at, id";

  private SessionResourceRows() {}

  /// The resources of a session, oldest first.
  ///
  /// @param key the key of the session, or the expression for it
  static List<SessionResource> of(Db db, String key, Object value) throws SQLException {
    return known(
        db.list(SELECT + "session_key = " + key + ORDER, SessionResourceRows::read, value));
  }

  /// The resources of several sessions, by the sessions' keys.
  static Map<Long, List<SessionResource>> of(Db db, Collection<Long> keys) throws SQLException {
    record Row(long key, Optional<SessionResource> resource) {}
    var rows =
        db.list(
            SELECT + "session_key IN (" + EventRows.marks(keys.size()) + ")" + ORDER,
            row -> new Row(row.getLong("session_key"), read(row)),
            keys.toArray());
    var found = new HashMap<Long, List<SessionResource>>();
    for (var row : rows) {
      row.resource.ifPresent(
          one -> found.computeIfAbsent(row.key, _ -> new ArrayList<>()).add(one));
    }
    return found;
  }

  /// A row of a type, an access or a checkout that only a newer version knows is left out.
  private static List<SessionResource> known(List<Optional<SessionResource>> rows) {
    return rows.stream().flatMap(Optional::stream).toList();
  }

  private static Optional<SessionResource> read(ResultSet row) throws SQLException {
    return switch (row.getString("type")) {
      case FILE -> Optional.of(file(row));
      case STORE -> store(row);
      case REPOSITORY -> repository(row);
      default -> Optional.empty();
    };
  }

  private static Optional<SessionResource> store(ResultSet row) throws SQLException {
    var access = row.getString("access");
    if (!access.equals(WRITABLE) && !access.equals(READABLE)) {
      return Optional.empty();
    }
    return Optional.of(
        new SessionResource.Attached(
            new SessionResourceId(row.getString("id")),
            new MemoryStoreId(row.getString("store_id")),
            access.equals(WRITABLE),
            Optional.ofNullable(row.getString("instructions")),
            row.getString("store_name"),
            row.getString("store_description"),
            row.getString("mount_path"),
            Micros.instant(row.getLong("created_at"))));
  }

  private static Optional<SessionResource> repository(ResultSet row) throws SQLException {
    var stored = row.getString("checkout");
    var checkout = Optional.ofNullable(stored).flatMap(SessionResourceRows::checkout);
    if (stored != null && checkout.isEmpty()) {
      return Optional.empty();
    }
    var value = row.getString("token");
    var token =
        value == null
            ? null
            : new SealedToken(row.getLong("token_version"), row.getLong("token_key"), value);
    return Optional.of(
        new SessionResource.Repository(
            new SessionResourceId(row.getString("id")),
            new RepositoryUrl(row.getString("url")),
            new RepositoryPath(row.getString("mount_path")),
            checkout,
            Optional.ofNullable(token),
            Micros.instant(row.getLong("created_at")),
            Micros.instant(row.getLong("updated_at"))));
  }

  private static Optional<Checkout> checkout(String stored) {
    if (stored.startsWith(BRANCH)) {
      return Optional.of(new Checkout.Branch(stored.substring(BRANCH.length())));
    }
    return stored.startsWith(COMMIT)
        ? Optional.of(new Checkout.Commit(stored.substring(COMMIT.length())))
        : Optional.empty();
  }

  private static String stored(Checkout checkout) {
    return switch (checkout) {
      case Checkout.Branch(var name) -> BRANCH + name;
      case Checkout.Commit(var sha) -> COMMIT + sha;
    };
  }

  private static SessionResource file(ResultSet row) throws SQLException {
    return new SessionResource.Mounted(
        new SessionResourceId(row.getString("id")),
        new FileId(row.getString("file_id")),
        new FileId(row.getString("original_id")),
        new BlobId(row.getString("blob_id")),
        new MountPath(row.getString("mount_path")),
        Micros.instant(row.getLong("created_at")));
  }

  /// The contents to which the rows of a session refer, once for each reference.
  static List<BlobId> contents(Db db, long key) throws SQLException {
    return db.list(
        "SELECT blob_id FROM session_resource WHERE session_key = ? AND blob_id IS NOT NULL",
        row -> new BlobId(row.getString(1)),
        key);
  }

  static void insert(Db db, long key, SessionResource.Mounted file) throws SQLException {
    db.update(
        """
        INSERT INTO session_resource (
          session_key, id, type, file_id, original_id, blob_id, mount_path, created_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)\
        """,
        key,
        file.id().value(),
        FILE,
        file.file().value(),
        file.original().value(),
        file.content().value(),
        file.path().below(),
        Micros.of(file.createdAt()));
  }

  static void insert(Db db, long key, SessionResource.Attached store) throws SQLException {
    db.update(
        """
        INSERT INTO session_resource (
          session_key, id, type, mount_path, created_at, store_id, access, instructions, store_name,
          store_description)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)\
        """,
        key,
        store.id().value(),
        STORE,
        store.slug(),
        Micros.of(store.createdAt()),
        store.store().value(),
        store.writable() ? WRITABLE : READABLE,
        store.instructions().orElse(null),
        store.name(),
        store.description());
  }

  static void insert(Db db, WorkspaceId workspace, long key, SessionResource.Repository repository)
      throws SQLException {
    checkKey(db, workspace, repository);
    var token = repository.token();
    db.update(
        """
        INSERT INTO session_resource (
          session_key, id, type, mount_path, created_at, url, checkout, token, token_version,
          token_key, updated_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)\
        """,
        key,
        repository.id().value(),
        REPOSITORY,
        repository.path().below(),
        Micros.of(repository.createdAt()),
        repository.url().value(),
        repository.checkout().map(SessionResourceRows::stored).orElse(null),
        token.map(SealedToken::value).orElse(null),
        token.map(SealedToken::version).orElse(null),
        token.map(SealedToken::keyVersion).orElse(null),
        Micros.of(repository.updatedAt()));
  }

  /// Stores the token of a repository.
  static void update(Db db, WorkspaceId workspace, long key, SessionResource.Repository repository)
      throws SQLException {
    checkKey(db, workspace, repository);
    var token = repository.token().orElseThrow();
    db.update(
        """
        UPDATE session_resource SET token = ?, token_version = ?, token_key = ?, updated_at = ?
        WHERE session_key = ? AND id = ?\
        """,
        token.value(),
        token.version(),
        token.keyVersion(),
        Micros.of(repository.updatedAt()),
        key,
        repository.id().value());
  }

  private static void checkKey(Db db, WorkspaceId workspace, SessionResource.Repository repository)
      throws SQLException {
    var token = repository.token();
    if (token.isPresent()
        && VaultKeyRows.isMissing(db, VaultKey.owner(workspace), token.get().keyVersion())) {
      throw CredentialRefusals.rotated();
    }
  }

  /// Whether a repository of the session has a token.
  static boolean haveTokens(Db db, long key) throws SQLException {
    return db.number(
            "SELECT COUNT(*) FROM session_resource WHERE session_key = ? AND token IS NOT NULL",
            key)
        > 0;
  }

  /// Adds to the number of resources that the session's row counts.
  static void count(Db db, long key, int more) throws SQLException {
    db.update(
        "UPDATE session_origin SET resources = resources + ? WHERE session_key = ?", more, key);
  }
}
