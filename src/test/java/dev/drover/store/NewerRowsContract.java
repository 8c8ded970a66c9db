package dev.drover.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Fields;
import dev.drover.base.Json;
import dev.drover.catalog.Listing;
import dev.drover.catalog.Resource;
import dev.drover.session.Emission;
import dev.drover.session.Event;
import dev.drover.session.Session;
import dev.drover.session.Sessions;
import dev.drover.session.Slice;
import dev.drover.session.ThreadKey;
import dev.drover.testing.ResourceSample;
import dev.drover.testing.Tomorrow;
import dev.drover.wire.AgentCodec;
import dev.drover.wire.DefinitionCodec;
import dev.drover.wire.EnvironmentCodec;
import dev.drover.wire.EventCodec;
import dev.drover.wire.NetworkingCodec;
import dev.drover.wire.ResourceCodec;
import dev.drover.wire.SessionCodec;
import dev.drover.wire.Times;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

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
          Optional.empty(),
          Optional.empty());

  private static void assertHolds(Json.Obj shown, Json.Obj stored) {
    assertThat(shown.fields()).containsAllEntriesOf(stored.fields());
  }

  /// Stores a content of each JSON, updates it, archives it, and looks at it in between.
  ///
  /// @param update what an update sends
  private <T> void keeps(ResourceCodec<T> codec, List<Json.Obj> contents, Json.Obj update)
      throws Exception {
    var kind = codec.kind();
    var made = new ArrayList<Resource<T>>();
    for (var content : contents) {
      var stored = codec.stored(content);
      assertThat(codec.write(stored).fields()).containsAllEntriesOf(content.fields());
      made.add(new Resource<>(ids.next(kind.prefix()), WORKSPACE, stored, clock.instant()));
      store.catalogs().of(kind).create(made.getLast());
      clock.move(Duration.ofSeconds(1));
    }
    reopened();
    var catalog = store.catalogs().of(kind);
    assertThat(catalog.list(WORKSPACE, ALL).items()).isEqualTo(made.reversed());
    for (var resource : made) {
      catalog.update(
          WORKSPACE,
          resource.id(),
          clock.instant(),
          before -> codec.update(before.content(), Fields.of(update, "")));
    }
    reopened();
    for (int i = 0; i < made.size(); i++) {
      var before = made.get(i);
      var expected = codec.write(codec.update(before.content(), Fields.of(update, "")));
      var kept = new LinkedHashMap<>(contents.get(i).fields());
      kept.keySet().removeAll(update.fields().keySet());
      assertThat(expected.fields()).containsAllEntriesOf(kept);
      var after = store.catalogs().of(kind).get(WORKSPACE, before.id());
      assertThat(codec.write(after.content())).isEqualTo(expected);
      assertHolds(codec.show(after), new Json.Obj(kept));
      var archived = store.catalogs().of(kind).archive(WORKSPACE, before.id(), clock.instant());
      assertThat(archived.content()).isEqualTo(after.content());
      if (kind.versioned()) {
        var first = store.catalogs().of(kind).get(WORKSPACE, before.id(), 1);
        assertThat(first.content()).isEqualTo(before.content());
      }
    }
  }

  @Test
  void anAgentOfTomorrowIsListedShownAndKept() throws Exception {
    var contents =
        Tomorrow.definitions()
            .map(definition -> definition.with("metadata", Json.obj("k", "v")))
            .toList();
    keeps(AgentCodec.CODEC, contents, Json.obj("name", "renamed"));
  }

  @Test
  void anEnvironmentOfTomorrowIsListedShownAndKept() throws Exception {
    keeps(
        EnvironmentCodec.CODEC,
        Tomorrow.environments().toList(),
        Json.obj("description", "changed"));
  }

  static Stream<ResourceSample<?>> kinds() {
    return ResourceSample.all();
  }

  @ParameterizedTest
  @MethodSource("kinds")
  <T> void fieldsOfTomorrowAreKeptInEveryKind(ResourceSample<T> sample) throws Exception {
    var contents = new ArrayList<Json.Obj>();
    for (var newer : List.of("1", "null", "{\"a\":[1,{\"b\":null}]}", "\"text\"", "[1.50,1e2]")) {
      contents.add(
          sample
              .codec()
              .write(sample.content("number " + contents.size()))
              .with("newer_field", Json.trusted(newer)));
    }
    keeps(sample.codec(), contents, Json.obj("metadata", Json.obj("mark", "changed")));
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
            origin.notes(),
            origin.vaults(),
            origin.packages(),
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
