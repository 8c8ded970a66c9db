package dev.drover.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.catalog.Agent;
import dev.drover.catalog.AgentId;
import dev.drover.catalog.Definition;
import dev.drover.catalog.Environment;
import dev.drover.catalog.EnvironmentId;
import dev.drover.catalog.Listing;
import dev.drover.session.Emission;
import dev.drover.session.Event;
import dev.drover.session.Session;
import dev.drover.session.Sessions;
import dev.drover.session.Slice;
import dev.drover.session.ThreadKey;
import dev.drover.testing.Tomorrow;
import dev.drover.wire.AgentCodec;
import dev.drover.wire.DefinitionCodec;
import dev.drover.wire.EnvironmentCodec;
import dev.drover.wire.EventCodec;
import dev.drover.wire.NetworkingCodec;
import dev.drover.wire.SessionCodec;
import dev.drover.wire.Times;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// For each kind of row: one with fields of tomorrow is listed, shown, and kept whole when it is
/// written again.
abstract class NewerRowsContract extends StoreContract {
  private static final Listing ALL =
      new Listing(100, Optional.empty(), true, Optional.empty(), Optional.empty());
  private static final Sessions.Listing ALL_SESSIONS =
      new Sessions.Listing(
          100,
          Optional.empty(),
          false,
          true,
          Set.of(),
          Optional.empty(),
          OptionalInt.empty(),
          Optional.empty(),
          Optional.empty());

  private Agent agent(Json.Obj definition) {
    return new Agent(
        new AgentId(ids.next(AgentId.PREFIX)),
        WORKSPACE,
        1,
        DefinitionCodec.CODEC.stored(definition),
        Map.of(),
        clock.instant(),
        clock.instant(),
        null);
  }

  private static void assertHolds(Json.Obj shown, Json.Obj stored) {
    assertThat(shown.fields()).containsAllEntriesOf(stored.fields());
  }

  private static Definition renamed(Definition agent) {
    return new Definition(
        "renamed",
        agent.description(),
        agent.model(),
        agent.system(),
        agent.tools(),
        agent.newer());
  }

  @Test
  void anAgentOfTomorrowIsListedShownAndKept() throws Exception {
    var stored = new ArrayList<Json.Obj>();
    var made = new ArrayList<Agent>();
    for (var definition : Tomorrow.definitions().toList()) {
      var agent = agent(definition);
      store.agents().put(agent);
      stored.addFirst(definition);
      made.addFirst(agent);
      clock.move(Duration.ofSeconds(1));
    }
    reopened();
    var listed = store.agents().list(WORKSPACE, ALL).items();
    assertThat(listed).isEqualTo(made);
    for (int i = 0; i < listed.size(); i++) {
      var id = listed.get(i).id();
      assertHolds(AgentCodec.write(listed.get(i)), stored.get(i));
      store
          .agents()
          .update(
              WORKSPACE,
              id,
              now -> now.changed(renamed(now.definition()), now.metadata(), clock.instant()));
    }
    reopened();
    for (int i = 0; i < listed.size(); i++) {
      var id = listed.get(i).id();
      var shown = AgentCodec.write(store.agents().get(WORKSPACE, id, OptionalInt.empty()));
      assertHolds(shown, stored.get(i).with("name", "renamed").with("version", 2));
      var versions = store.agents().versions(WORKSPACE, id, 9, Optional.empty()).items();
      assertHolds(AgentCodec.write(versions.getLast()), stored.get(i));
    }
  }

  private static Json.Obj config(Environment environment) {
    return EnvironmentCodec.write(environment).object("config");
  }

  @Test
  void anEnvironmentOfTomorrowIsListedShownAndKept() throws Exception {
    var networkings = Tomorrow.networkings().toList();
    var others = Tomorrow.ofEnvironments().toList();
    var made = new ArrayList<Environment>();
    for (int i = 0; i < Math.max(networkings.size(), others.size()); i++) {
      var environment =
          new Environment(
              new EnvironmentId(ids.next(EnvironmentId.PREFIX)),
              WORKSPACE,
              "environment " + i,
              null,
              NetworkingCodec.CODEC.stored(networkings.get(i % networkings.size())),
              Map.of(),
              clock.instant(),
              clock.instant(),
              null,
              others.get(i % others.size()));
      store.environments().create(environment);
      made.add(environment);
      clock.move(Duration.ofSeconds(1));
    }
    reopened();
    assertThat(store.environments().list(WORKSPACE, ALL).items()).isEqualTo(made.reversed());
    for (int i = 0; i < made.size(); i++) {
      var before = made.get(i);
      if (before.isSupported()) {
        assertThat(config(before).object("networking"))
            .isEqualTo(networkings.get(i % networkings.size()));
      }
      assertThat(EnvironmentCodec.write(before).fields().keySet())
          .containsAll(before.newer().fields().keySet());
      store
          .environments()
          .update(
              WORKSPACE,
              before.id(),
              now ->
                  now.changed(
                      "renamed " + now.name(),
                      "d",
                      now.networking(),
                      now.metadata(),
                      now.newer(),
                      clock.instant()));
    }
    reopened();
    for (var before : made) {
      var after = store.environments().get(WORKSPACE, before.id());
      assertThat(after.name()).isEqualTo("renamed " + before.name());
      assertThat(EnvironmentCodec.write(after))
          .isEqualTo(
              EnvironmentCodec.write(before)
                  .with("name", after.name())
                  .with("description", "d")
                  .with("updated_at", EnvironmentCodec.write(after).text("updated_at")));
      assertThat(store.environments().archive(WORKSPACE, before.id(), clock.instant()).newer())
          .isEqualTo(before.newer());
    }
  }

  @Test
  void aMessageOfTomorrowIsKeptWholeWhenItIsTakenUp() {
    var id = newSession();
    var message = message("hello");
    var lease = send(id, message);
    var received =
        ((Json.Obj) Json.trusted(EventCodec.write(message, null)))
            .with("field_of_tomorrow", Json.obj("a", 1));
    var entry = new Emission.Entry(ThreadKey.PRIMARY, message, null, received.toString());
    var running = entry(new Event.StatusRunning(eventId()));
    appended(store.eventLog().emitEvents(lease, new Emission(List.of(running, entry))));
    var stored = store.eventLog().getEvents(id, Slice.after(1, 9)).getFirst();
    assertThat(Json.trusted(stored.json()))
        .isEqualTo(received.with("processed_at", Times.write(stored.processedAt())));
    assertThat(stored.event()).isEqualTo(message);
    assertThat(store.eventLog().inbox(id).queued()).isEmpty();
  }

  private Session session(Json.Obj definition, Json.Obj networking, Json.Obj newer) {
    var plain = session(WORKSPACE, clock.instant());
    var origin = plain.origin();
    return new Session(
        plain.id(),
        new Session.Origin(
            plain.workspace(),
            origin.primary(),
            origin.agentId(),
            origin.agentVersion(),
            origin.environment(),
            NetworkingCodec.CODEC.stored(networking),
            origin.createdAt(),
            newer),
        new Session.Editable(
            DefinitionCodec.CODEC.stored(definition),
            plain.editable().title(),
            plain.editable().metadata(),
            plain.budget()));
  }

  private Json.Obj shown(Session session) {
    return SessionCodec.write(session, clock.instant(), Optional.empty());
  }

  @Test
  void aSessionOfTomorrowIsListedShownAndKept() throws Exception {
    var definitions = Tomorrow.definitions().toList();
    var networkings = Tomorrow.networkings().toList();
    var others = Tomorrow.ofSessions().toList();
    var made = new ArrayList<Session>();
    for (int i = 0; i < definitions.size(); i++) {
      var session =
          session(
              definitions.get(i),
              networkings.get(i % networkings.size()),
              others.get(i % others.size()));
      store.sessions().create(session, List.of());
      made.add(session);
      clock.move(Duration.ofSeconds(1));
    }
    reopened();
    assertThat(store.sessions().list(WORKSPACE, ALL_SESSIONS).items()).isEqualTo(made.reversed());
    for (int i = 0; i < made.size(); i++) {
      var id = made.get(i).id();
      assertHolds(shown(made.get(i)).object("agent"), definitions.get(i));
      assertHolds(shown(made.get(i)), others.get(i % others.size()));
      var lease = send(id, message("hello")); // and what a brain writes changes nothing of it
      store.eventLog().release(lease);
      store
          .sessions()
          .update(
              WORKSPACE,
              id,
              now ->
                  now.with(
                      new Session.Editable(
                          now.agent(), "retitled", now.editable().metadata(), now.budget())));
    }
    reopened();
    for (int i = 0; i < made.size(); i++) {
      var after = store.sessions().getSession(WORKSPACE, made.get(i).id());
      assertThat(after.editable().title()).isEqualTo("retitled");
      assertThat(after.agent()).isEqualTo(made.get(i).agent());
      assertThat(NetworkingCodec.CODEC.write(after.origin().networking()))
          .isEqualTo(networkings.get(i % networkings.size()));
      assertHolds(shown(after), others.get(i % others.size()));
    }
  }
}
