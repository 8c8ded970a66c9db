package dev.drover.desk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.catalog.Environment;
import dev.drover.catalog.Packages;
import dev.drover.catalog.Packages.Manager;
import dev.drover.catalog.WorkspaceId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class PackageChoiceTest {
  private static Environment environment(Map<Manager, List<String>> lists) {
    return new Environment(
        "E",
        null,
        new Environment.Networking.Unrestricted(),
        new Packages(lists),
        Map.of(),
        Json.EMPTY);
  }

  private static Environment settled(
      Set<Manager> managers, Optional<Environment> before, Environment after) {
    return PackageChoice.of(managers).settled(WorkspaceId.DEFAULT, before, after);
  }

  @Test
  void onlyPackageManagersOfTheMachineInstall() {
    var gems = environment(Map.of(Manager.GEM, List.of("rails:7.1.0")));
    assertThatThrownBy(() -> settled(Set.of(Manager.APT, Manager.GO), Optional.empty(), gems))
        .isInstanceOf(Problem.class)
        .hasMessage(
            "config.packages.gem: this server cannot install packages with gem; it can with: apt,"
                + " go");
    assertThat(settled(Set.of(Manager.GEM), Optional.empty(), gems)).isEqualTo(gems);
    assertThat(settled(Set.of(), Optional.of(gems), gems)).isEqualTo(gems);
  }

  @Test
  void aptMayInstallThem() {
    var both =
        environment(Map.of(Manager.APT, List.of("ruby"), Manager.GEM, List.of("rails:7.1.0")));
    assertThat(settled(Set.of(Manager.APT), Optional.empty(), both)).isEqualTo(both);
    assertThatThrownBy(() -> settled(Set.of(Manager.PIP), Optional.empty(), both))
        .hasMessageStartingWith("config.packages.apt: this server cannot install");
  }
}
