package dev.drover.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// The measure of recovery: a server is killed while its turns wait for the model, and is started
/// again. The time is measured from the moment when the new process reports that it listens, until
/// a client that reconnects sees each turn continue.
final class RecoveryMeasure {
  private RecoveryMeasure() {}

  static List<Figure> take(Run run) throws IOException, InterruptedException {
    var figures = new ArrayList<>(figures("", millis(run, run.drover("recovery"), "recovery")));
    var database = run.database();
    if (database.isPresent()) {
      var subject = run.drover("recovery-postgres", database.get());
      figures.addAll(figures(", PostgreSQL", millis(run, subject, "recovery-postgres")));
    }
    return figures;
  }

  private static List<Figure> figures(String where, Samples millis) {
    var name = "turn goes on after a kill and a start" + where;
    return List.of(
        Figure.of("recovery", name + ", p50", "ms", millis.median(), new Target.None()),
        Figure.of(
            "recovery", name + ", p95", "ms", millis.percentile(95), new Target.AtMost(1_000)));
  }

  private static Samples millis(Run run, Subject first, String data)
      throws IOException, InterruptedException {
    var millis = new ArrayList<Double>();
    var subject = first;
    for (int i = 0; i < run.size().kills(); i++) {
      var sessions = KilledSessions.atWork(subject, run);
      subject.child().kill();
      subject = run.keep(subject.again(run.directory(data)));
      millis.addAll(KilledSessions.goOn(subject, sessions, subject.child().listening()));
    }
    subject.close();
    return new Samples(millis);
  }
}
