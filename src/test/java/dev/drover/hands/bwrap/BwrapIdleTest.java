package dev.drover.hands.bwrap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.base.Scope;
import dev.drover.hands.HandSpec;
import dev.drover.hands.ToolCall;
import dev.drover.hands.local.SandboxSettings;
import dev.drover.session.EventId;
import dev.drover.session.SessionId;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// A hand made from a virtual thread lives on when the carrier thread that it happened to run on is
/// retired, 30 idle seconds later. The one test that has to take its time; it runs beside others.
@Execution(ExecutionMode.CONCURRENT)
@Tag("sandbox")
final class BwrapIdleTest {
  @Test
  void aHandSurvivesTheThreadThatMadeIt() throws Exception {
    try (var bench = new BwrapBench(SandboxSettings.DEFAULT);
        var scope = new Scope()) {
      var session = new SessionId("sesn_idle");
      var sandbox = scope.fork(() -> bench.provision(HandSpec.workspace(session))).join();
      var call = new ToolCall(new EventId("sevt_1"), "bash", Json.obj("command", "x=kept"));
      sandbox.execute(call);
      assertThat(new CountDownLatch(1).await(36, TimeUnit.SECONDS)).isFalse();
      var later = new ToolCall(new EventId("sevt_2"), "bash", Json.obj("command", "echo $x"));
      assertThat(sandbox.execute(later).text()).isEqualTo("kept");
      sandbox.close();
    }
  }
}
