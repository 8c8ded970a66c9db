package dev.drover.hands.bwrap;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class DiagnosisTest {
  @Test
  void aKernelThatRefusesNamespacesIsExplained() {
    assertThat(Diagnosis.explain("bwrap: setting up uid map: Permission denied"))
        .contains("apparmor_restrict_unprivileged_userns", "unprivileged_userns_clone");
    assertThat(Diagnosis.explain("bwrap: No permissions to create new namespace"))
        .contains("sysctl");
  }

  @Test
  void aContainerWithoutProcIsExplained() {
    assertThat(
            Diagnosis.explain("bwrap: Can't mount proc on /newroot/proc: Operation not permitted"))
        .contains("systempaths=unconfined");
  }

  @Test
  void anOldBubblewrapIsExplained() {
    assertThat(Diagnosis.explain("bwrap: Unknown option --disable-userns")).contains("0.8");
  }

  @Test
  void whatIsNotKnownIsTold() {
    assertThat(Diagnosis.explain("strange")).isEqualTo("strange");
    assertThat(Diagnosis.of(Path.of("/nonexistent")))
        .isEqualTo("bubblewrap ended without an error message.");
    assertThat(Diagnosis.NO_BWRAP).contains("apt-get install bubblewrap");
  }

  @Test
  void tooManyProcessesAreNotTakenForMissingNamespaces() {
    assertThat(
            Diagnosis.explain(
                "bwrap: Creating new namespace failed: Resource temporarily unavailable"))
        .contains("ulimit -u")
        .doesNotContain("sysctl");
  }
}
