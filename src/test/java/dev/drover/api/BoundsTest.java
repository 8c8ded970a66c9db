package dev.drover.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Problem;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// How many connections a process takes.
final class BoundsTest {
  private static OptionalInt count(Integer number) {
    return number == null ? OptionalInt.empty() : OptionalInt.of(number);
  }

  @ParameterizedTest
  @CsvSource({
    "1024, , , 512, 128",
    "300, , , 150, 37",
    "64, , , 32, 8",
    "8, , , 16, 8",
    "1048576, , , 50000, 12500",
    "2147483647, , , 50000, 12500",
    "1024, 800, , 800, 200",
    "1024, 896, 10, 896, 10",
    "1024, 16, 16, 16, 16",
    "4096, , 1, 2048, 1",
  })
  void theyFollowFromTheFilesThatItMayOpen(
      int files, Integer connections, Integer perAddress, int all, int each) {
    assertThat(Bounds.of(count(connections), count(perAddress), files))
        .isEqualTo(new Bounds(all, each));
  }

  @Test
  void moreThanFitsIsRefusedWithWhatToDo() {
    assertThatThrownBy(() -> Bounds.of(OptionalInt.of(1_000), OptionalInt.empty(), 1_024))
        .isInstanceOf(Problem.class)
        .hasMessageStartingWith("connections.max: 1000 connections do not fit into the 1024 files")
        .hasMessageContaining("ulimit -n");
  }

  @Test
  void moreForOneAddressThanThereAreIsRefused() {
    for (var most : new OptionalInt[] {OptionalInt.of(512), OptionalInt.empty()}) {
      assertThatThrownBy(() -> Bounds.of(most, OptionalInt.of(513), 1_024))
          .isInstanceOf(Problem.class)
          .hasMessageStartingWith(
              "connections.per_address: 513 is more than the 512 connections that there are");
    }
  }
}
