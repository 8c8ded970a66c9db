package dev.drover.hands;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.session.EventId;
import dev.drover.session.SessionId;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/// What every kind of sandbox must do, on a real one. The suites below it say it tool by tool.
public abstract class SandboxContract {
  private static final AtomicInteger NUMBERS = new AtomicInteger();

  protected final SessionId session = new SessionId("sesn_t" + NUMBERS.incrementAndGet());
  private Sandbox sandbox;

  /// The same one for all tests of a class.
  protected abstract Sandboxes sandboxes();

  @BeforeEach
  final void provision() throws Exception {
    sandbox = sandboxes().provision(HandSpec.workspace(session));
  }

  @AfterEach
  final void discard() {
    sandbox.close();
    sandboxes().discard(session);
  }

  protected final Sandbox sandbox() {
    return sandbox;
  }

  protected static ToolCall call(String tool, Object... input) {
    return new ToolCall(new EventId("sevt_c" + NUMBERS.incrementAndGet()), tool, Json.obj(input));
  }

  protected final ToolResult run(String tool, Object... input) throws InterruptedException {
    return sandbox.execute(call(tool, input));
  }

  /// The text of a call that succeeds.
  protected final String ok(String tool, Object... input) throws InterruptedException {
    var result = run(tool, input);
    assertThat(result.isError()).as(result.text()).isFalse();
    return result.text();
  }

  /// The text of a call that fails.
  protected final String error(String tool, Object... input) throws InterruptedException {
    var result = run(tool, input);
    assertThat(result.isError()).as(result.text()).isTrue();
    assertThat(result.lost()).as(result.text()).isFalse();
    return result.text();
  }

  protected final String bash(String command) throws InterruptedException {
    return ok("bash", "command", command);
  }
}
