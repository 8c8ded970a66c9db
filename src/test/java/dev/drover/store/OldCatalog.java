package dev.drover.store;

import static dev.drover.store.StoreContract.OTHER_WORKSPACE;
import static dev.drover.store.StoreContract.WORKSPACE;
import static dev.drover.store.StoreContract.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Fields;
import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.catalog.Agent;
import dev.drover.catalog.Catalog;
import dev.drover.catalog.Environment;
import dev.drover.catalog.Listing;
import dev.drover.catalog.Resource;
import dev.drover.testing.Tomorrow;
import dev.drover.wire.AgentCodec;
import dev.drover.wire.EnvironmentCodec;
import dev.drover.wire.ResourceCodec;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Agents and environments in the tables that they had before schema version 14, and what becomes
/// of them.
final class OldCatalog {
  private static final String NAME = "a \"name\" \\ of\n\t\u0001 ünïcode 🐎";
  private static final Json.Obj DEFINITION = Tomorrow.definition();
  private static final String NEWER_DEFINITION =
      DEFINITION
          .with("newer_field", Json.trusted("[1.50,1e2,12345678901234567890]"))
          .with("text", "\u0000 é \\ \"")
          .toString();
  private static final String LIMITED =
      "{\"type\":\"limited\",\"allowed_hosts\":[\"a\"],\"allow_mcp_servers\":true,"
          + "\"allow_package_managers\":false,\"allowed_ports\":[443]}";
  private static final String UNRESTRICTED = "{\"type\":\"unrestricted\"}";
  private static final Listing ALL =
      new Listing(100, Optional.empty(), true, Optional.empty(), Optional.empty());

  private final Connection connection;
  private final int version;

  /// @param version of the schema
  OldCatalog(Connection connection, int version) {
    this.connection = connection;
    this.version = version;
  }

  void fill() throws SQLException {
    agent(WORKSPACE.value(), "agent_A", 1, DEFINITION.toString(), "{\"k\":\"v\"}", null);
    agent(WORKSPACE.value(), "agent_A", 2, NEWER_DEFINITION, "{}", null);
    for (int i = 3; i <= 12; i++) {
      agent(WORKSPACE.value(), "agent_A", i, NEWER_DEFINITION, "{\"k\":\"" + i + "\"}", null);
    }
    agent(WORKSPACE.value(), "agent_B", 1, DEFINITION.toString(), "{\"ü\":\"\\\"\"}", 5L);
    agent(OTHER_WORKSPACE.value(), "agent_C", 1, DEFINITION.toString(), "{}", null);
    agent(WORKSPACE.value(), "agent_D", 1, "{}", "{}", null);
    agent(WORKSPACE.value(), "agent_E", 1, "[\"name\":1}", "{}", null);
    agent(WORKSPACE.value(), "agent_F", 1, "{", "{}", null);
    environment("env_A", NAME, null, UNRESTRICTED, "{}", null, "{}");
    environment("env_B", NAME, NAME, LIMITED, "{\"k\":\"v\"}", 7L, "{}");
    environment("env_C", "c", "", UNRESTRICTED, "{}", null, "{}");
    if (version >= 10) {
      environment(
          "env_D",
          "d",
          "",
          LIMITED,
          "{}",
          null,
          "{\"config\":{\"image\":\"x\",\"packages\":{\"apt\":[\"curl\"]}},\"state\":\"building\","
              + "\"newer_field\":1.50}");
      environment(
          "env_E",
          "e",
          null,
          UNRESTRICTED,
          "{}",
          null,
          "{\"config\":{\"type\":\"self_hosted\",\"pool\":\"p\"}}");
    }
  }

  private void agent(
      String workspace,
      String id,
      int number,
      String definition,
      String metadata,
      @Nullable Long archived)
      throws SQLException {
    insert(
        "agent (workspace_id, id, version, definition, metadata, created_at, updated_at,"
            + " archived_at)",
        workspace,
        id,
        number,
        definition,
        metadata,
        1L,
        (long) number,
        archived);
  }

  private void environment(
      String id,
      String name,
      @Nullable String description,
      String networking,
      String metadata,
      @Nullable Long archived,
      String newer)
      throws SQLException {
    var columns =
        "environment (workspace_id, id, name, description, networking, metadata, created_at,"
            + " updated_at, archived_at";
    if (version < 10) {
      insert(
          columns + ")",
          WORKSPACE.value(),
          id,
          name,
          description,
          networking,
          metadata,
          2L,
          3L,
          archived);
    } else {
      insert(
          columns + ", newer)",
          WORKSPACE.value(),
          id,
          name,
          description,
          networking,
          metadata,
          2L,
          3L,
          archived,
          newer);
    }
  }

  private void insert(String into, @Nullable Object... values) throws SQLException {
    var marks = "?" + ", ?".repeat(values.length - 1);
    try (var insert =
        connection.prepareStatement("INSERT INTO " + into + " VALUES (" + marks + ")")) {
      for (int i = 0; i < values.length; i++) {
        insert.setObject(i + 1, values[i], values[i] == null ? Types.BIGINT : type(values[i]));
      }
      insert.executeUpdate();
    }
  }

  private static int type(@Nullable Object value) {
    return switch (value) {
      case Integer _ -> Types.INTEGER;
      case Long _ -> Types.BIGINT;
      case null, default -> Types.VARCHAR;
    };
  }

  /// Looks at a store that was opened over it.
  ///
  /// @param version that the schema had
  static void assertMigrated(Store store, int version) {
    agents(store.catalogs().of(Agent.KIND));
    environments(store.catalogs().of(Environment.KIND), version);
  }

  private static void agents(Catalog<Agent> agents) {
    assertThat(agents.list(WORKSPACE, ALL).items())
        .extracting(Resource::id)
        .containsExactly("agent_D", "agent_B", "agent_A");
    assertThat(agents.list(OTHER_WORKSPACE, ALL).items())
        .extracting(Resource::id)
        .containsExactly("agent_C");
    var latest = agents.get(WORKSPACE, "agent_A");
    assertThat(latest.version()).isEqualTo(12);
    assertThat(latest.updatedAt()).isEqualTo(Micros.instant(12));
    assertThat(latest.content().metadata()).containsOnlyKeys("k").containsValue("12");
    var definition = (Json.Obj) Json.trusted(NEWER_DEFINITION);
    assertThat(AgentCodec.CODEC.show(latest).fields()).containsAllEntriesOf(definition.fields());
    assertThat(AgentCodec.CODEC.show(latest).get("newer_field").orElseThrow())
        .hasToString("[1.50,1e2,12345678901234567890]");
    var versions = agents.versions(WORKSPACE, "agent_A", 100, Optional.empty()).items();
    assertThat(versions).extracting(Resource::version).startsWith(12, 11).endsWith(2, 1);
    assertThat(AgentCodec.CODEC.write(agents.get(WORKSPACE, "agent_A", 1).content()))
        .isEqualTo(DEFINITION.with("metadata", Json.obj("k", "v")));
    assertThat(agents.get(WORKSPACE, "agent_B").archivedAt()).isEqualTo(Micros.instant(5));
    assertThat(agents.get(WORKSPACE, "agent_B").content().metadata()).containsEntry("ü", "\"");
    for (var damaged : new String[] {"agent_E", "agent_F"}) {
      assertThatThrownBy(() -> agents.get(WORKSPACE, damaged))
          .isInstanceOf(IllegalStateException.class);
    }
    var next = update(agents, AgentCodec.CODEC, "agent_A", Json.obj("description", "next"));
    assertThat(next.version()).isEqualTo(13);
    assertThat(AgentCodec.CODEC.show(next).get("newer_field").orElseThrow())
        .hasToString("[1.50,1e2,12345678901234567890]");
    assertThat(agents.get(WORKSPACE, "agent_A", 12)).isEqualTo(latest);
  }

  private static <T> Resource<T> update(
      Catalog<T> catalog, ResourceCodec<T> codec, String id, Json.Obj sent) {
    catalog.update(
        WORKSPACE,
        id,
        Instant.EPOCH.plusSeconds(9),
        before -> codec.update(before.content(), Fields.of(sent, "")));
    return catalog.get(WORKSPACE, id);
  }

  private static void environments(Catalog<Environment> environments, int version) {
    assertThat(environments.list(WORKSPACE, ALL).items()).hasSize(version < 10 ? 3 : 5);
    assertThat(environments.get(WORKSPACE, "env_A"))
        .isEqualTo(
            new Resource<>(
                "env_A",
                WORKSPACE,
                1,
                new Environment(NAME, null, new Environment.Networking.Unrestricted(), Map.of()),
                Micros.instant(2),
                Micros.instant(3),
                null));
    var archived = environments.get(WORKSPACE, "env_B");
    assertThat(archived.archivedAt()).isEqualTo(Micros.instant(7));
    assertThat(archived.content().description()).isEqualTo(NAME);
    assertThat(config(archived).object("networking")).isEqualTo(Json.trusted(LIMITED));
    assertThat(environments.get(WORKSPACE, "env_C").content().description()).isEmpty();
    assertProblem(
        () -> update(environments, EnvironmentCodec.CODEC, "env_C", Json.obj("name", NAME)),
        Problem.Kind.CONFLICT,
        "An environment named \"" + NAME + "\" already exists: env_A.");
    if (version >= 10) {
      for (var sent : new Json.Obj[] {Json.EMPTY, Json.obj("description", "changed")}) {
        newer(update(environments, EnvironmentCodec.CODEC, "env_D", sent));
        var other = update(environments, EnvironmentCodec.CODEC, "env_E", sent);
        assertThat(config(other)).isEqualTo(Json.obj("type", "self_hosted", "pool", "p"));
        assertThat(other.content().isSupported()).isFalse();
      }
    }
    environments.delete(WORKSPACE, "env_B");
  }

  private static void newer(Resource<Environment> environment) {
    var shown = EnvironmentCodec.CODEC.show(environment);
    assertThat(shown.text("state")).isEqualTo("building");
    assertThat(shown.get("newer_field").orElseThrow()).hasToString("1.50");
    assertThat(shown.get("drover_newer")).isEmpty();
    assertThat(config(environment).text("image")).isEqualTo("x");
    assertThat(config(environment).object("networking")).isEqualTo(Json.trusted(LIMITED));
    assertThat(config(environment).object("packages").items("apt"))
        .containsExactly(Json.of("curl"));
  }

  private static Json.Obj config(Resource<Environment> environment) {
    return EnvironmentCodec.CODEC.show(environment).object("config");
  }
}
