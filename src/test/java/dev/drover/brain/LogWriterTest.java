package dev.drover.brain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.session.Emission;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.Session;
import dev.drover.session.Stored;
import dev.drover.session.ThreadKey;
import dev.drover.session.Usage;
import dev.drover.testing.Stage;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class LogWriterTest {
  @Test
  void whatComesWhileTheLogIsReadIsReadOnce() {
    try (var stage = new Stage()) {
      var log = stage.store().eventLog();
      var fold = new SessionFold(0, Usage.NONE, Optional.empty());
      var lease = log.claim(stage.session()).orElseThrow();
      var writer = new LogWriter(log, lease, fold, ThreadKey.PRIMARY);
      writer.write(List.of(entry(new Event.StatusRunning(id(stage)))));
      rename(stage, "one");
      assertThat(writer.history()).extracting(Stored::position).containsExactly(1L);
      rename(stage, "two");
      var thread = new Event.ThreadRunning(id(stage), stage.row().origin().primary(), "Tester");
      writer.write(List.of(entry(thread)));
      assertThat(writer.history()).extracting(Stored::position).containsExactly(1L, 2L, 3L, 4L);
      assertThat(fold.position()).isEqualTo(4);
    }
  }

  private static Emission.Entry entry(Event event) {
    return new Emission.Entry(ThreadKey.PRIMARY, event, null);
  }

  private static void rename(Stage stage, String title) {
    stage
        .store()
        .sessions()
        .update(
            Stage.WORKSPACE,
            stage.session(),
            session ->
                session.with(
                    new Session.Editable(session.agent(), title, Map.of(), session.budget())));
  }

  private static EventId id(Stage stage) {
    return new EventId(stage.ids().next(EventId.PREFIX));
  }
}
