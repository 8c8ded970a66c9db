package dev.drover.bench;

import dev.drover.session.SessionId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// The measure of a session with a long log: the times to list a page of events, to wake a brain,
/// and to send a message to the model.
final class LongLogMeasure {
  private static final Target TARGET = new Target.AtMost(20);

  /// As of a session that has worked for days with a context of 200,000 tokens.
  private static final int CHAPTERS = 12;

  private static final Target ASKS = new Target.AtMost(30);

  private LongLogMeasure() {}

  static List<Figure> take(Run run) throws IOException {
    int events = run.size().events();
    String session;
    String inChapters;
    try (var drover = run.drover("long")) {
      session = drover.session();
      inChapters = drover.session();
    }
    try (var store = run.stores().open(run.directory("long").resolve("drover.db"))) {
      new LongLog(store.eventLog(), run.ids()).fill(new SessionId(session), events);
      new LongLog(store.eventLog(), run.ids(), CHAPTERS).fill(new SessionId(inChapters), events);
    }
    try (var drover = run.drover("long")) {
      var log = String.format(Locale.ROOT, "log of %,d events: ", events);
      var figures = new ArrayList<Figure>();
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
