package dev.drover.telemetry;

import dev.drover.session.Jobs;
import dev.drover.session.Nodes;
import dev.drover.webhooks.WebhookQueue;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// The figures that all nodes of a store share. The store is queried at most every [#FRESH],
/// however often the figures are requested. While the store does not answer, only these figures are
/// missing.
final class NodeFigures implements Metrics.Figure {
  private static final Duration FRESH = Duration.ofSeconds(5);
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private final Nodes nodes;
  private final Jobs jobs;
  private final WebhookQueue webhooks;
  private final InstantSource clock;
  private @Nullable FutureTask<Look> looking;
  private Instant looked = Instant.EPOCH;

  private record Look(
      List<Nodes.Member> members,
      Nodes.Queue queue,
      Jobs.Tally jobs,
      WebhookQueue.Tally webhooks) {}

  NodeFigures(Nodes nodes, Jobs jobs, WebhookQueue webhooks, InstantSource clock) {
    this.nodes = nodes;
    this.jobs = jobs;
    this.webhooks = webhooks;
    this.clock = clock;
  }

  @Override
  public void write(StringBuilder out) {
    look().ifPresent(look -> write(look, out));
  }

  private void write(Look look, StringBuilder out) {
    gauge(out, "drover_nodes", "Live nodes.", look.members.size());
    gauge(
        out,
        "drover_node_silent_seconds",
        "The longest time since the last beat of a live node.",
        look.members.stream().mapToLong(node -> node.silent().toMillis()).max().orElse(0) / 1e3);
    gauge(
        out,
        "drover_sessions_held",
        "Sessions that this node holds.",
        look.members.stream().filter(Nodes.Member::self).mapToDouble(Nodes.Member::sessions).sum());
    gauge(
        out,
        "drover_queue_sessions",
        "Sessions that owe work and that no node holds.",
        (double) look.queue.sessions());
    gauge(
        out,
        "drover_queue_oldest_seconds",
        "The minimum waiting time of the oldest of these.",
        age(look.queue.since()));
    gauge(
        out,
        "drover_jobs_owed",
        "Jobs that are to be done, now or after a pause.",
        (double) look.jobs.owed());
    gauge(
        out,
        "drover_jobs_oldest_seconds",
        "How long the oldest of these has been owed.",
        age(look.jobs.since()));
    gauge(
        out,
        "drover_jobs_failed",
        "Jobs that failed too often and are not tried any more.",
        (double) look.jobs.failed());
    write(look.webhooks, out);
  }

  private void write(WebhookQueue.Tally tally, StringBuilder out) {
    gauge(
        out,
        "drover_webhooks_owed",
        "Webhook events that are owed to enabled endpoints.",
        (double) tally.owed());
    gauge(
        out,
        "drover_webhooks_oldest_seconds",
        "The age of the oldest of these.",
        age(tally.since()));
    gauge(
        out,
        "drover_webhook_endpoints_disabled",
        "Webhook endpoints that the server has disabled.",
        (double) tally.disabled());
  }

  /// The age in seconds; 0 if there is no time.
  private double age(Optional<Instant> since) {
    return since
            .map(time -> Math.max(0, Duration.between(time, clock.instant()).toMillis()))
            .orElse(0L)
        / 1e3;
  }

  private static void gauge(StringBuilder out, String name, String help, double value) {
    Metrics.head(out, name, "gauge", help);
    Metrics.line(out, name, "", value);
  }

  private Optional<Look> look() {
    try {
      return Optional.of(asked().get(PATIENCE.toNanos(), TimeUnit.NANOSECONDS));
    } catch (TimeoutException | ExecutionException _) {
      return Optional.empty();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  /// One query at a time.
  private synchronized FutureTask<Look> asked() {
    var now = clock.instant();
    if (looking == null || (looking.isDone() && looked.plus(FRESH).isBefore(now))) {
      looked = now;
      looking =
          new FutureTask<>(
              () -> new Look(nodes.members(), nodes.queue(), jobs.tally(), webhooks.tally()));
      Thread.ofVirtual().name("node-figures").start(looking);
    }
    return looking;
  }
}
