package dev.drover.bench;

import dev.drover.session.SessionId;
import dev.drover.store.Store;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// The measure of a session with a long log: the times to list a page of events, to wake a brain,
/// and to send a message to the model; and the memory that a wake takes.
final class LongLogMeasure {
  private static final Target TARGET = new Target.AtMost(20);

  /// As of a session that has worked for days with a context of 200,000 tokens.
  private static final int CHAPTERS = 12;

  private static final double MEGABYTE = 1 << 20;

  private static final Target ASKS = new Target.AtMost(30);

  private LongLogMeasure() {}

  /// The number of wakes whose memory is counted; the least of them is reported, because the first
  /// ones load classes.
  private static final int WAKES = 10;

  /// The number of events of a session that is not long.
  private static final int SHORT = 1_000;

  /// What may be in use after all wakes that was not before them, in megabytes: caches of the store
  /// and code that was not used before.
  private static final double LEFT = 2;

  static List<Figure> take(Run run) throws IOException, InterruptedException {
    int events = run.size().events();
    String session;
    String inChapters;
    String oneChapter;
    String few;
    try (var drover = run.drover("long")) {
      session = drover.session();
      inChapters = drover.session();
      oneChapter = drover.session();
      few = drover.session();
    }
    var memory = new ArrayList<Figure>();
    try (var store = run.stores().open(run.directory("long").resolve("drover.db"))) {
      new LongLog(store.eventLog(), run.ids()).fill(new SessionId(session), events);
      var log = new LongLog(store.eventLog(), run.ids(), CHAPTERS);
      log.fill(new SessionId(inChapters), events);
      log.fillOneChapter(new SessionId(oneChapter), events / (CHAPTERS + 1));
      new LongLog(store.eventLog(), run.ids()).fill(new SessionId(few), Math.min(SHORT, events));
      memory.addAll(memory(run, store, inChapters, oneChapter, few));
    }
    try (var drover = run.drover("long")) {
      var log = String.format(Locale.ROOT, "log of %,d events: ", events);
      var figures = new ArrayList<>(memory);
      figures.addAll(
          figures(log + "first page of 1,000", pages(run, drover, session, "limit=1000"), false));
      figures.addAll(
          figures(log + "last 20", pages(run, drover, session, "order=desc&limit=20"), true));
      figures.addAll(
          figures(log + "last 1,000", pages(run, drover, session, "order=desc&limit=1000"), false));
      figures.addAll(figures(log + "wake", wakes(run, drover, session), true));
      figures.addAll(figures(log + "message to model", asks(run, drover, session), false));
      figures.addAll(
          figures(
              "the same in 12 chapters: message to model", asks(run, drover, inChapters), ASKS));
      figures.addAll(
          figures(
              "log of a new session: message to model",
              asks(run, drover, drover.session()),
              false));
      return figures;
    }
  }

  /// What wakes with a request to the model allocate, and what is in use after all of them.
  private static List<Figure> memory(
      Run run, Store store, String inChapters, String oneChapter, String few)
      throws InterruptedException {
    var wakes = new WakeMemory(store.sessions(), store.eventLog(), run.ids());
    var sessions =
        List.of(new SessionId(inChapters), new SessionId(oneChapter), new SessionId(few));
    var least = new double[sessions.size()];
    Arrays.fill(least, Double.MAX_VALUE);
    double before = 0;
    for (int i = 0; i < WAKES; i++) {
      for (int s = 0; s < least.length; s++) {
        least[s] = Math.min(least[s], wakes.wake(sessions.get(s)) / MEGABYTE);
      }
      before = i == 0 ? WakeMemory.live() / MEGABYTE : before;
    }
    double after = WakeMemory.live() / MEGABYTE;
    int events = run.size().events();
    return List.of(
        Figure.of(
            "long-log",
            String.format(
                Locale.ROOT,
                "log of %,d events in %d chapters, and one of the last chapter alone: allocated by"
                    + " a wake with a request",
                events,
                CHAPTERS),
            "MB",
            least[0],
            least[1],
            new Target.FloorTimes(2)),
        Figure.of(
            "long-log",
            String.format(
                Locale.ROOT,
                "log of %,d events: allocated by a wake with a request",
                Math.min(SHORT, events)),
            "MB",
            least[2],
            new Target.None()),
        Figure.of(
            "long-log",
            "heap in use after %d such wakes, and after %d"
                .formatted(WAKES * least.length, least.length),
            "MB",
            after,
            before,
            new Target.FloorPlus(LEFT)));
  }

  private static List<Figure> figures(String name, Samples millis, boolean judged) {
    return figures(name, millis, judged ? TARGET : new Target.None());
  }

  private static List<Figure> figures(String name, Samples millis, Target median) {
    return List.of(
        Figure.of("long-log", name + ", p50", "ms", millis.median(), median),
        Figure.of("long-log", name + ", p95", "ms", millis.percentile(95), new Target.None()));
  }

  private static Samples pages(Run run, Subject drover, String session, String query)
      throws IOException {
    var millis = new ArrayList<Double>();
    var request = Http.request("GET", "/v1/sessions/" + session + "/events?" + query, "");
    try (var wire = Wire.to(drover.url())) {
      for (int i = -run.size().reads(); i < run.size().reads(); i++) {
        long start = System.nanoTime();
        wire.write(request);
        Http.answer(wire);
        if (i >= 0) {
          millis.add((System.nanoTime() - start) / 1e6);
        }
      }
    }
    return new Samples(millis);
  }

  private static Samples wakes(Run run, Subject drover, String session) throws IOException {
    var millis = new ArrayList<Double>();
    try (var client = BenchClient.open(drover, session)) {
      for (int i = -run.size().reads(); i < run.size().reads(); i++) {
        double wake = client.wakeMillis();
        if (i >= 0) {
          millis.add(wake);
        }
      }
    }
    return new Samples(millis);
  }

  private static Samples asks(Run run, Subject drover, String session) throws IOException {
    var millis = new ArrayList<Double>();
    try (var client = BenchClient.open(drover, session)) {
      for (int i = -run.size().reads() / 3; i < run.size().reads() / 2; i++) {
        double wake = client.turn("text").wakeMillis(run.model());
        if (i >= 0) {
          millis.add(wake);
        }
      }
    }
    return new Samples(millis);
  }
}
