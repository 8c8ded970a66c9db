package dev.drover.hands.bwrap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.hands.HandSpec;
import dev.drover.hands.Sandbox;
import dev.drover.hands.ToolCall;
import dev.drover.hands.ToolResult;
import dev.drover.hands.local.SandboxSettings;
import dev.drover.session.EventId;
import dev.drover.session.SessionId;
import dev.drover.settings.SettingsFile;
import dev.drover.settings.SettingsTree;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What an operator sets holds inside a sandbox.
@Tag("sandbox")
final class BwrapSettingsTest {
  private static final Map<String, String> SET =
      Map.of(
          "DROVER_SANDBOXES_LONGEST_CALL_MS", "1000",
          "DROVER_SANDBOXES_TMP_MIB", "16",
          "DROVER_SANDBOXES_HOME_MIB", "8",
          "DROVER_SANDBOXES_SHM_MIB", "4",
          "DROVER_WORKSPACES_MAX_FILE_MIB", "2",
          "DROVER_WORKSPACES_KIND", "directory");

  private int calls;

  @Test
  void limitsThatAreSetHoldInASandbox() throws Exception {
    var profile =
        SettingsTree.of(SettingsFile.NONE, SET, Map.of(), _ -> false)
            .read(SandboxSettings::read)
            .value();
    try (var bench = new BwrapBench(profile);
        var sandbox = bench.provision(HandSpec.workspace(new SessionId("sesn_set")))) {
      assertThat(bash(sandbox, "df -B1M --output=size /tmp ~ /dev/shm | tail -3 | xargs").text())
          .isEqualTo("16 8 4");
      assertThat(bash(sandbox, "head -c 3M /dev/zero > file; stat -c %s file").text())
          .contains("File size limit exceeded")
          .endsWith("2097152");
      var stopped = bash(sandbox, "sleep 1000");
      assertThat(stopped.isError()).isTrue();
      assertThat(stopped.text()).contains("timed out after 1000ms");
    }
  }

  private ToolResult bash(Sandbox sandbox, String command) throws InterruptedException {
    var input = Json.obj("command", command, "timeout_ms", 500_000);
    return sandbox.execute(new ToolCall(new EventId("sevt_" + ++calls), "bash", input));
  }
}
