package dev.drover.hands.bwrap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Ids;
import dev.drover.base.Json;
import dev.drover.base.Pause;
import dev.drover.hands.Resources;
import dev.drover.hands.ToolCall;
import dev.drover.session.EventId;
import dev.drover.session.SessionId;
import java.nio.file.Path;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SmokeTest {
  @TempDir Path data;

  @Test
  void bashRuns() throws Exception {
    try (var sandboxes =
        new BwrapSandboxes(data, Profile.DEFAULT, new Ids(new SecureRandom()), Pause.REAL)) {
      System.out.println(sandboxes.enforcement());
      assertThat(sandboxes.problem()).isEmpty();
      for (int i = 0; i < 5; i++) {
        long t = System.nanoTime();
        var sandbox = sandboxes.provision(new Resources(new SessionId("sesn_01a" + i)));
        long u = System.nanoTime();
        var result =
            sandbox.execute(
                new ToolCall(
                    new EventId("sevt_1"),
                    "bash",
                    Json.obj(
                        "command", "id; pwd; ls -la / /workspace /etc; cat /proc/mounts; env")));
        long v = System.nanoTime();
        if (i == 0) System.out.println(result.text());
        sandbox.close();
        System.out.println(
            (u - t) / 1e6 + " " + (v - u) / 1e6 + " " + (System.nanoTime() - v) / 1e6);
      }
    }
  }
}
