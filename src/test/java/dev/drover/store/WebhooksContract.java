package dev.drover.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.catalog.MemoryStore;
import dev.drover.catalog.Resource;
import dev.drover.catalog.WorkspaceId;
import dev.drover.session.Event;
import dev.drover.session.Lease;
import dev.drover.session.Session;
import dev.drover.session.Status;
import dev.drover.session.StopReason;
import dev.drover.testing.ResourceSample;
import dev.drover.webhooks.WebhookDelivery;
import dev.drover.webhooks.WebhookDelivery.State;
import dev.drover.webhooks.WebhookEndpoint;
import dev.drover.webhooks.WebhookEndpointId;
import dev.drover.webhooks.WebhookEventId;
import dev.drover.webhooks.WebhookHealth;
import dev.drover.webhooks.WebhookQueue;
import dev.drover.webhooks.WebhookResult;
import dev.drover.webhooks.WebhookType;
import dev.drover.webhooks.Webhooks;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/// What every [Webhooks] and [WebhookQueue] does.
abstract class WebhooksContract extends StoreContract {
  private static final Duration VALID = Duration.ofSeconds(45);
  private static final String[] ALL =
      Arrays.stream(WebhookType.values()).map(WebhookType::toString).toArray(String[]::new);

  private Webhooks webhooks() {
    return store.webhooks();
  }

  private WebhookQueue queue() {
    return store.webhookQueue();
  }

  private WebhookEndpoint endpoint(WorkspaceId workspace, String... events) {
    clock.move(Duration.ofSeconds(1));
    var now = clock.instant();
    return new WebhookEndpoint(
        new WebhookEndpointId(ids.next(WebhookEndpointId.PREFIX)),
        workspace,
        new WebhookEndpoint.Editable(
            URI.create("https://example.com/a?b=c"), List.of(events), "ünï", "no\nte"),
        true,
        "",
        now,
        now);
  }

  private WebhookEndpoint created(String... events) {
    var endpoint = endpoint(WORKSPACE, events);
    webhooks().create(endpoint, "a key");
    return endpoint;
  }

  private List<WebhookDelivery> deliveries(WebhookEndpoint endpoint) {
    return webhooks()
        .deliveries(endpoint.workspace(), endpoint.id(), Optional.empty(), 100, Optional.empty())
        .items();
  }

  /// The types of the events of an endpoint, with what they are about, in the order of their names.
  private List<String> events(WebhookEndpoint endpoint) {
    return deliveries(endpoint).stream()
        .map(delivery -> delivery.event().type() + " " + delivery.event().data().text("id"))
        .sorted()
        .toList();
  }

  private List<WebhookEndpointId> due() {
    return queue().due(100);
  }

  private WebhookQueue.Round claimed(WebhookEndpoint endpoint) {
    return queue().claim(endpoint.id(), 8, VALID).orElseThrow();
  }

  private WebhookResult result(WebhookQueue.Owed owed, State state, Duration pause) {
    boolean delivered = state == State.DELIVERED;
    return new WebhookResult(
        owed.event().id(),
        owed.attempts(),
        state,
        clock.instant().plus(pause),
        clock.instant(),
        delivered ? OptionalInt.of(200) : OptionalInt.empty(),
        delivered ? Optional.empty() : Optional.of("no answer"));
  }

  private void record(
      WebhookEndpoint endpoint, WebhookQueue.Round round, State state, WebhookHealth health) {
    queue()
        .record(
            endpoint.id(),
            round.deliveries().stream()
                .map(owed -> result(owed, state, Duration.ofSeconds(60)))
                .toList(),
            _ -> health);
  }

  private WebhookHealth good() {
    return new WebhookHealth(0, null, clock.instant(), null);
  }

  private WebhookHealth failing(int failures, Duration pause) {
    var now = clock.instant();
    return new WebhookHealth(failures, now, now.plus(pause), null);
  }

  @Test
  void anEndpointIsKeptListedChangedAndDeletedInItsWorkspace() throws Exception {
    var first = created("agent.created", "tomorrow.invented");
    var second = created("session.created");
    reopened();
    assertThat(webhooks().get(WORKSPACE, first.id())).isEqualTo(first);
    assertThat(webhooks().list(WORKSPACE)).containsExactly(second, first);
    assertThat(webhooks().list(OTHER_WORKSPACE)).isEmpty();
    clock.move(Duration.ofSeconds(1));
    var fields =
        new WebhookEndpoint.Editable(URI.create("https://b.example/"), List.of("x.y"), "", "");
    var changed =
        webhooks()
            .update(WORKSPACE, first.id(), one -> one.changed(fields, false, clock.instant()));
    reopened();
    assertThat(webhooks().get(WORKSPACE, first.id())).isEqualTo(changed);
    assertThat(changed.fields()).isEqualTo(fields);
    assertThat(changed.enabled()).isFalse();
    assertThat(changed.updatedAt()).isAfter(changed.createdAt());
    notFound(() -> webhooks().get(OTHER_WORKSPACE, first.id()), first);
    notFound(() -> webhooks().update(OTHER_WORKSPACE, first.id(), one -> one), first);
    notFound(() -> webhooks().delete(OTHER_WORKSPACE, first.id()), first);
    notFound(
        () ->
            webhooks()
                .rekey(
                    OTHER_WORKSPACE, first.id(), "another key", Optional.empty(), clock.instant()),
        first);
    notFound(
        () ->
            webhooks()
                .deliveries(OTHER_WORKSPACE, first.id(), Optional.empty(), 1, Optional.empty()),
        first);
    webhooks().delete(WORKSPACE, first.id());
    notFound(() -> webhooks().delete(WORKSPACE, first.id()), first);
    assertThat(webhooks().list(WORKSPACE)).containsExactly(second);
  }

  private static void notFound(ThrowingCallable call, WebhookEndpoint endpoint) {
    assertProblem(
        call, Problem.Kind.NOT_FOUND, "Webhook endpoint " + endpoint.id() + " not found.");
  }

  @Test
  void aWorkspaceHasAtMost32Endpoints() {
    for (int i = 0; i < Webhooks.MOST; i++) {
      created("agent.created");
    }
    assertProblem(
        () -> created("agent.created"),
        Problem.Kind.INVALID_REQUEST,
        "A workspace can have at most 32 webhook endpoints.");
    webhooks().create(endpoint(OTHER_WORKSPACE, "agent.created"), "a key");
  }

  @Test
  void whatASessionDoesIsOwedToTheEndpointsThatWantIt() throws Exception {
    var all = created(ALL);
    var some = created("session.status_idled", "session.status_terminated");
    var other = endpoint(OTHER_WORKSPACE, ALL);
    webhooks().create(other, "a key");
    var session = newSession();
    var lease = send(session, message("hello"));
    var asked = new StopReason.RequiresAction(List.of(eventId()));
    append(
        lease,
        become(Status.RUNNING),
        answer("x"),
        become(Status.RESCHEDULING),
        become(Status.RUNNING),
        new Event.StatusIdle(eventId(), asked));
    append(lease, become(Status.RUNNING));
    var idle = append(lease, new Event.StatusIdle(eventId(), new StopReason.BudgetReached()));
    store.eventLog().release(lease);
    store
        .sessions()
        .update(
            WORKSPACE,
            session,
            one ->
                one.with(
                    new Session.Editable(
                        one.agent(), "another", one.editable().metadata(), one.budget())));
    store.sessions().archive(WORKSPACE, session);
    store.sessions().archive(WORKSPACE, session);
    store.sessions().delete(WORKSPACE, session);
    reopened();
    assertThat(events(all))
        .containsExactly(
            """
            session.archived
            session.budget_reached
            session.created
            session.deleted
            session.idled
            session.idled
            session.requires_action
            session.running
            session.running
            session.running
            session.status_idled
            session.status_idled
            session.status_rescheduled
            session.status_run_started
            session.status_run_started
            session.status_run_started
            session.status_terminated
            session.updated\
            """
                .lines()
                .map(type -> type + " " + session)
                .toArray(String[]::new));
    assertThat(events(some))
        .containsExactly(
            "session.status_idled " + session,
            "session.status_idled " + session,
            "session.status_terminated " + session);
    assertThat(events(other)).isEmpty();
    var newest =
        deliveries(some).stream()
            .filter(one -> one.event().type().equals("session.status_idled"))
            .findFirst()
            .orElseThrow();
    assertThat(newest.state()).isEqualTo(State.OWED);
    assertThat(newest.event().happenedAt()).isEqualTo(idle.getLast().processedAt());
    assertThat(newest.event().data())
        .isEqualTo(
            Json.obj(
                "type",
                "session.status_idled",
                "id",
                session.value(),
                "organization_id",
                "drover",
                "workspace_id",
                WORKSPACE.value()));
    assertThat(deliveries(all)).extracting(one -> one.event().id()).contains(newest.event().id());
  }

  @Test
  void anAppendThatIsRefusedOwesNothingAndARepeatedOneOwesNothingMore() {
    var endpoint = created("session.status_run_started");
    var session = newSession();
    var lease = send(session, message("hello"));
    var emission = emission(become(Status.RUNNING));
    store.eventLog().emitEvents(lease, emission);
    store.eventLog().emitEvents(lease, emission);
    store
        .eventLog()
        .emitEvents(new Lease(session, lease.epoch() - 1), emission(become(Status.RUNNING)));
    assertThat(events(endpoint)).hasSize(1);
  }

  @Test
  void whatHappensToResourcesIsOwedIfItHasAType() {
    var endpoint = created(ALL);
    for (var sample : ResourceSample.all().toList()) {
      change(sample);
    }
    assertThat(events(endpoint).stream().map(event -> event.replaceAll(" .*", "")))
        .contains(
            "agent.archived",
            "agent.created",
            "agent.updated",
            "environment.archived",
            "environment.created",
            "environment.deleted",
            "environment.updated",
            "memory_store.archived",
            "memory_store.created",
            "memory_store.deleted",
            "vault.archived",
            "vault.created",
            "vault.deleted")
        .doesNotContain("memory_store.updated", "vault.updated")
        .doesNotHaveDuplicates();
    assertThat(MemoryStore.KIND.type()).isEqualTo("memory_store");
  }

  private <T> void change(ResourceSample<T> sample) {
    var catalog = store.catalogs().of(sample.kind());
    var now = clock.instant();
    var id = ids.next(sample.kind().prefix());
    catalog.create(new Resource<>(id, WORKSPACE, sample.content("a"), now));
    catalog.update(WORKSPACE, id, now, before -> sample.changed(before.content(), "b"));
    catalog.update(WORKSPACE, id, now, Resource::content);
    catalog.archive(WORKSPACE, id, now);
    catalog.archive(WORKSPACE, id, now);
    if (sample.kind().deletable()) {
      catalog.delete(WORKSPACE, id);
    }
  }

  @Test
  void whatIsDueIsClaimedOnceTheLongestDueFirstAndIsDeliveredWhenThatIsRecorded() throws Exception {
    var endpoint = created("session.created");
    var idle = created("session.created");
    webhooks().update(WORKSPACE, idle.id(), one -> one.changed(one.fields(), false, Instant.EPOCH));
    var sessions = new ArrayList<String>();
    for (int i = 0; i < 3; i++) {
      clock.move(Duration.ofSeconds(1));
      sessions.add(newSession().value());
    }
    reopened();
    assertThat(due()).containsExactly(endpoint.id());
    var first = queue().claim(endpoint.id(), 2, VALID).orElseThrow();
    assertThat(first.url()).isEqualTo(endpoint.fields().url());
    assertThat(first.deliveries())
        .extracting(owed -> String.valueOf(owed.event().data().text("id")))
        .containsExactlyElementsOf(sessions.subList(0, 2));
    var second = claimed(endpoint);
    assertThat(second.deliveries()).hasSize(1);
    assertThat(queue().claim(endpoint.id(), 2, VALID)).isEmpty();
    assertThat(due()).isEmpty();
    record(endpoint, first, State.DELIVERED, good());
    record(endpoint, second, State.FAILED, good());
    clock.move(Duration.ofDays(1));
    assertThat(due()).isEmpty();
    assertThat(deliveries(endpoint))
        .extracting(WebhookDelivery::state)
        .containsExactly(State.FAILED, State.DELIVERED, State.DELIVERED);
    var delivered = deliveries(endpoint).getLast();
    assertThat(delivered.attempts()).isEqualTo(1);
    assertThat(delivered.status()).hasValue(200);
    assertThat(delivered.dueAt()).isEmpty();
    assertThat(delivered.attemptedAt()).isPresent();
    assertThat(deliveries(endpoint).getFirst().error()).hasValue("no answer");
  }

  @Test
  void aClaimWithoutAResultEndsAndItsLateResultCountsForNothing() {
    var endpoint = created("session.created");
    newSession();
    var lost = claimed(endpoint);
    clock.move(VALID.minusSeconds(1));
    assertThat(due()).isEmpty();
    clock.move(Duration.ofSeconds(1));
    var again = claimed(endpoint);
    assertThat(again.deliveries().getFirst().attempts()).isEqualTo(2);
    assertThat(again.deliveries().getFirst().event())
        .isEqualTo(lost.deliveries().getFirst().event());
    record(endpoint, lost, State.DELIVERED, good());
    assertThat(deliveries(endpoint).getFirst().state()).isEqualTo(State.OWED);
    record(endpoint, again, State.DELIVERED, good());
    assertThat(deliveries(endpoint).getFirst().state()).isEqualTo(State.DELIVERED);
  }

  @Test
  void whatANodeHadClaimedIsDueAgainWhenItHasLeft() throws Exception {
    var endpoint = created("session.created");
    newSession();
    claimed(endpoint);
    assertThat(due()).isEmpty();
    store.nodes().leave();
    assertThat(due()).as("a node that leaves claims nothing").isEmpty();
    reopened();
    assertThat(claimed(endpoint).deliveries().getFirst().attempts()).isEqualTo(2);
  }

  @Test
  void anEndpointThatDoesNotAnswerIsProbedWithOneEventAndGetsAllWhenItIsBack() {
    var endpoint = created("session.created");
    for (int i = 0; i < 5; i++) {
      newSession();
    }
    record(endpoint, claimed(endpoint), State.OWED, failing(3, Duration.ofSeconds(100)));
    newSession();
    clock.move(Duration.ofSeconds(99));
    assertThat(due()).isEmpty();
    assertThat(queue().claim(endpoint.id(), 8, VALID)).isEmpty();
    clock.move(Duration.ofSeconds(1));
    assertThat(due()).containsExactly(endpoint.id());
    var probe = claimed(endpoint);
    assertThat(probe.deliveries()).hasSize(1);
    assertThat(due()).as("no other node probes").isEmpty();
    queue()
        .record(
            endpoint.id(),
            List.of(result(probe.deliveries().getFirst(), State.OWED, Duration.ofHours(1))),
            _ -> failing(4, Duration.ZERO));
    var next = claimed(endpoint);
    assertThat(next.deliveries()).hasSize(1);
    assertThat(next.deliveries()).isNotEqualTo(probe.deliveries());
    record(endpoint, next, State.DELIVERED, good());
    assertThat(claimed(endpoint).deliveries()).as("the first probe, too").hasSize(5);
  }

  @Test
  void aDisabledEndpointGetsNothingAndKeepsWhatWasOwedToIt() {
    var endpoint = created("session.created");
    newSession();
    var since = clock.instant();
    queue()
        .record(
            endpoint.id(),
            List.of(result(claimed(endpoint).deliveries().getFirst(), State.OWED, Duration.ZERO)),
            before -> {
              assertThat(before.failures()).isZero();
              return new WebhookHealth(0, null, since, "it answered with a redirect");
            });
    var disabled = webhooks().get(WORKSPACE, endpoint.id());
    assertThat(disabled.enabled()).isFalse();
    assertThat(disabled.disabledReason()).isEqualTo("it answered with a redirect");
    assertThat(queue().tally().disabled()).isEqualTo(1);
    newSession();
    assertThat(due()).isEmpty();
    assertThat(events(endpoint)).hasSize(1);
    assertThatThrownBy(
            () ->
                webhooks()
                    .resend(
                        WORKSPACE,
                        endpoint.id(),
                        deliveries(endpoint).getFirst().event().id(),
                        clock.instant()))
        .hasMessageContaining("is disabled");
    var enabled =
        webhooks()
            .update(
                WORKSPACE, endpoint.id(), one -> one.changed(one.fields(), true, clock.instant()));
    assertThat(enabled.disabledReason()).isEmpty();
    assertThat(queue().tally().disabled()).isZero();
    assertThat(due()).containsExactly(endpoint.id());
    newSession();
    assertThat(claimed(endpoint).deliveries()).hasSize(2);
  }

  @Test
  void aDeliveryIsSentAgainOnRequestWhateverBecameOfIt() {
    var endpoint = created("session.created");
    newSession();
    record(endpoint, claimed(endpoint), State.FAILED, failing(5, Duration.ofHours(1)));
    var event = deliveries(endpoint).getFirst().event();
    var now = clock.instant();
    var again = webhooks().resend(WORKSPACE, endpoint.id(), event.id(), now);
    assertThat(again.state()).isEqualTo(State.OWED);
    assertThat(again.dueAt()).hasValue(now);
    var round = claimed(endpoint);
    assertThat(round.deliveries()).containsExactly(new WebhookQueue.Owed(event, 1));
    record(endpoint, round, State.DELIVERED, good());
    webhooks().resend(WORKSPACE, endpoint.id(), event.id(), now);
    assertThat(claimed(endpoint).deliveries()).hasSize(1);
    var none = new WebhookEventId("whe_none");
    assertProblem(
        () -> webhooks().resend(WORKSPACE, endpoint.id(), none, now),
        Problem.Kind.NOT_FOUND,
        "Webhook event whe_none not found.");
    notFound(() -> webhooks().resend(OTHER_WORKSPACE, endpoint.id(), event.id(), now), endpoint);
  }

  @Test
  void secretsAreReplacedWithOrWithoutAnOverlap() throws Exception {
    var endpoint = endpoint(WORKSPACE, "session.created");
    webhooks().create(endpoint, "first");
    newSession();
    var now = clock.instant();
    webhooks().rekey(WORKSPACE, endpoint.id(), "second", Optional.of(now.plusSeconds(60)), now);
    reopened();
    assertThat(keys(endpoint)).containsExactly("second", "first");
    queue().trim(Instant.EPOCH);
    assertThat(keys(endpoint)).containsExactly("second", "first");
    clock.move(Duration.ofSeconds(61));
    queue().trim(Instant.EPOCH);
    assertThat(keys(endpoint)).containsExactly("second", "");
    webhooks().rekey(WORKSPACE, endpoint.id(), "third", Optional.empty(), now);
    assertThat(keys(endpoint)).containsExactly("third", "");
  }

  private List<String> keys(WebhookEndpoint endpoint) {
    clock.move(VALID);
    var keys = claimed(endpoint).keys();
    var previous = keys.previous();
    return List.of(keys.current(), previous == null ? "" : previous);
  }

  @Test
  void deliveriesAreListedNewestFirstPageByPageAndRemovedAfterATime() {
    var endpoint = created("session.created");
    var all = new ArrayList<String>();
    for (int i = 0; i < 5; i++) {
      clock.move(Duration.ofSeconds(1));
      all.addFirst(newSession().value());
    }
    var seen = new ArrayList<String>();
    var page = Optional.<String>empty();
    do {
      var found = webhooks().deliveries(WORKSPACE, endpoint.id(), Optional.empty(), 2, page);
      found.items().forEach(one -> seen.add(String.valueOf(one.event().data().text("id"))));
      page = found.next();
    } while (page.isPresent());
    assertThat(seen).isEqualTo(all);
    record(endpoint, queue().claim(endpoint.id(), 1, VALID).orElseThrow(), State.FAILED, good());
    assertThat(
            webhooks()
                .deliveries(
                    WORKSPACE, endpoint.id(), Optional.of(State.FAILED), 9, Optional.empty())
                .items())
        .hasSize(1);
    queue().trim(clock.instant().minusSeconds(2));
    assertThat(deliveries(endpoint)).hasSize(3);
    assertThat(queue().tally().owed()).isEqualTo(3);
    assertThat(queue().tally().since()).hasValue(clock.instant().minusSeconds(2));
    webhooks().delete(WORKSPACE, endpoint.id());
    assertThat(queue().tally().owed()).isZero();
  }

  @Test
  void whoeverDeliversIsNotifiedOfWhatIsAdded() {
    var news = new AtomicInteger();
    queue().onNews(news::incrementAndGet);
    newSession();
    int before = news.get();
    created("session.created");
    newSession();
    assertThat(news.get()).isGreaterThan(before);
  }
}
