package dev.drover.webhooks;

import dev.drover.base.Scope;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;

/// The part of a node that delivers webhook events. It serves [#ENDPOINTS] endpoints at a time and
/// sends up to [#AT_ONCE] events to each, so a slow endpoint delays no other one.
///
/// One virtual thread polls periodically; it and the threads that send end with [#close].
public final class WebhookRunner implements AutoCloseable {
  /// The number of endpoints that are served at a time.
  static final int ENDPOINTS = 32;

  /// The number of events that are sent to an endpoint at a time.
  static final int AT_ONCE = 8;

  /// The time between two polls, for what other nodes leave; what this node adds itself is sent at
  /// once, and what it has postponed is sent in time.
  private static final Duration APART = Duration.ofSeconds(5);

  /// The time between two removals of old deliveries.
  private static final Duration TRIMMED = Duration.ofMinutes(10);

  /// How long a claim is valid beyond the time-out of a request: for the look-up of the host, and
  /// for the store.
  private static final Duration MARGIN = Duration.ofSeconds(30);

  /// How long [#close] waits; what is not recorded then is sent again.
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private static final System.Logger LOG = System.getLogger(WebhookRunner.class.getName());

  private final WebhookQueue queue;
  private final KeySeal seal;
  private final WebhookSender sender;
  private final WebhookSettings settings;
  private final WebhookRules rules;
  private final Watch watch;
  private final InstantSource clock;
  private final Semaphore news = new Semaphore(0);
  private final Semaphore free = new Semaphore(ENDPOINTS);
  private final Set<WebhookEndpointId> atWork = ConcurrentHashMap.newKeySet();
  private final Set<Thread> threads = ConcurrentHashMap.newKeySet();

  /// When this node's own deliveries are due again.
  private final NavigableSet<Instant> postponed = new ConcurrentSkipListSet<>();

  private final AtomicBoolean away = new AtomicBoolean();
  private final Thread looking = Thread.ofVirtual().name("webhooks").unstarted(this::repeat);
  private Instant trimmed = Instant.EPOCH;
  private volatile boolean closed;

  /// An observer of attempts.
  @FunctionalInterface
  public interface Watch {
    /// Called after each attempt.
    void attempted(WebhookAnswer.Kind kind, Duration took);
  }

  /// A runner that starts with [#start].
  ///
  /// @param seal decrypts signing secrets
  public WebhookRunner(
      WebhookQueue queue,
      KeySeal seal,
      WebhookSender sender,
      WebhookSettings settings,
      Watch watch,
      RandomGenerator random,
      InstantSource clock) {
    this.queue = queue;
    this.seal = seal;
    this.sender = sender;
    this.settings = settings;
    this.rules = new WebhookRules(settings, random);
    this.watch = watch;
    this.clock = clock;
    queue.onNews(news::release);
  }

  /// Starts polling. Returns at once.
  public void start() {
    looking.start();
  }

  /// Looks for due deliveries now. Returns at once.
  public void hint() {
    news.release();
  }

  private void repeat() {
    try {
      while (!closed) {
        var now = clock.instant();
        attempt(this::look);
        news.tryAcquire(untilNextAfter(now).toNanos(), TimeUnit.NANOSECONDS);
        news.drainPermits();
      }
    } catch (InterruptedException _) {
      // closed
    }
  }

  /// How long nothing is due that this node knows of.
  ///
  /// @param looked before the last look, which has found what was due then
  private Duration untilNextAfter(Instant looked) {
    postponed.headSet(looked, true).clear();
    var next = postponed.ceiling(looked);
    var pause = next == null ? APART : Duration.between(clock.instant(), next);
    return pause.compareTo(APART) < 0 ? pause : APART;
  }

  /// @return whether all endpoints with due deliveries are served
  private boolean look() {
    var now = clock.instant();
    if (!now.isBefore(trimmed.plus(TRIMMED))) {
      queue.trim(now.minus(settings.kept()));
      trimmed = now;
    }
    for (var endpoint : queue.due(ENDPOINTS + atWork.size())) {
      if (closed || !free.tryAcquire()) {
        return false; // whoever ends looks again
      }
      if (atWork.add(endpoint)) {
        serve(endpoint);
      } else {
        free.release();
      }
    }
    return true;
  }

  private void serve(WebhookEndpointId endpoint) {
    var thread =
        Thread.ofVirtual()
            .name("webhook")
            .unstarted(
                () -> {
                  boolean sent = false;
                  try {
                    sent = attempt(() -> round(endpoint));
                  } finally {
                    atWork.remove(endpoint);
                    free.release();
                    threads.remove(Thread.currentThread());
                  }
                  if (sent) {
                    news.release(); // there may be more
                  }
                });
    threads.add(thread);
    thread.start();
    if (closed) {
      thread.interrupt();
    }
  }

  /// Sends some events to an endpoint. If it is interrupted, nothing is recorded, and the events
  /// are sent again by another node or after the next start.
  ///
  /// @return false if there was nothing to send
  private boolean round(WebhookEndpointId endpoint) throws InterruptedException {
    var valid = settings.timeout().plus(MARGIN);
    var claimed = queue.claim(endpoint, AT_ONCE, valid);
    if (claimed.isEmpty()) {
      return false;
    }
    var round = claimed.get();
    var keys = round.keys().opened(key -> seal.open(round.workspace(), endpoint, key));
    var answers = answers(round, keys);
    var now = clock.instant();
    var results = new ArrayList<WebhookResult>();
    for (int i = 0; i < answers.size(); i++) {
      results.add(rules.after(round.deliveries().get(i), answers.get(i), now));
    }
    queue.record(
        endpoint,
        results,
        health -> {
          var after = healthAfter(endpoint, health, answers, now);
          postpone(results, after);
          return after;
        });
    return true;
  }

  /// Remembers when the next attempt may be made.
  private void postpone(List<WebhookResult> results, WebhookHealth health) {
    results.stream()
        .filter(result -> result.state() == WebhookDelivery.State.OWED)
        .map(WebhookResult::dueAt)
        .map(due -> due.isBefore(health.pausedUntil()) ? health.pausedUntil() : due)
        .forEach(postponed::add);
    if (health.failures() > 0) {
      postponed.add(health.pausedUntil());
    }
  }

  private List<WebhookAnswer> answers(WebhookQueue.Round round, SigningKeys keys)
      throws InterruptedException {
    var answers = new ArrayList<WebhookAnswer>();
    try (var scope = new Scope()) {
      var sent =
          round.deliveries().stream()
              .map(one -> scope.fork(() -> sent(round.url(), keys, one)))
              .toList();
      for (var one : sent) {
        answers.add(one.join());
      }
    }
    return answers;
  }

  private WebhookHealth healthAfter(
      WebhookEndpointId endpoint, WebhookHealth before, List<WebhookAnswer> answers, Instant now) {
    var after = rules.after(before, answers, now);
    if (after.disable() != null) {
      LOG.log(
          Level.WARNING,
          "webhook endpoint %s is disabled: %s".formatted(endpoint, after.disable()));
    }
    return after;
  }

  private WebhookAnswer sent(URI url, SigningKeys keys, WebhookQueue.Owed owed)
      throws InterruptedException {
    long start = System.nanoTime();
    WebhookAnswer answer;
    try {
      answer = sender.send(url, keys, owed.event());
    } catch (RuntimeException e) {
      // One event must not stop the others.
      LOG.log(Level.ERROR, "webhook event " + owed.event().id() + " cannot be sent", e);
      answer = new WebhookAnswer(WebhookAnswer.Kind.UNREACHABLE, 0, "internal error");
    }
    watch.attempted(answer.kind(), Duration.ofNanos(System.nanoTime() - start));
    return answer;
  }

  private interface Work {
    boolean run() throws InterruptedException;
  }

  /// @return what `work` returns; false if it failed
  private boolean attempt(Work work) {
    try {
      boolean result = work.run();
      away.set(false);
      return result;
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      if (!away.getAndSet(true)) {
        LOG.log(Level.WARNING, "webhooks wait for the store: " + e.getMessage());
      }
    }
    return false;
  }

  /// Starts no further request and interrupts the running ones. Idempotent.
  @Override
  public void close() {
    closed = true;
    looking.interrupt();
    threads.forEach(Thread::interrupt);
    try {
      long until = System.nanoTime() + PATIENCE.toNanos();
      if (looking.isAlive()) {
        looking.join(PATIENCE);
      }
      for (var thread : threads) {
        thread.join(Duration.ofNanos(Math.max(1, until - System.nanoTime())));
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
