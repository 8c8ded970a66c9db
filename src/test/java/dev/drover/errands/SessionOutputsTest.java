package dev.drover.errands;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.files.Outputs;
import dev.drover.hands.FileStamp;
import dev.drover.hands.HandPath;
import dev.drover.hands.HandTree;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class SessionOutputsTest {
  private static final Instant NOW = Instant.EPOCH;
  private static final HandPath PATH = HandPath.of("dir/file");

  private final SessionOutputs outputs = new SessionOutputs(List.of());

  private static FileStamp stamp(int change) {
    return new FileStamp(10, 7, change, change, 0100644, 1);
  }

  private static HandTree tree(HandTree.Entry... entries) {
    return new HandTree(new HandTree.Cookie(entries.length, 1), List.of(entries), false);
  }

  private static HandTree.Entry file(int change) {
    return new HandTree.Entry(PATH, stamp(change), false);
  }

  @Test
  void aFileIsReadyWhenNothingLivesOrItHasNotChangedForAWhile() {
    outputs.look(tree(file(1)), NOW);
    assertThat(outputs.ready(true, NOW)).containsExactly(file(1));
    var almost = NOW.plus(SessionOutputs.STEADY).minusMillis(1);
    assertThat(outputs.ready(false, almost)).isEmpty();
    outputs.look(tree(file(2)), almost);
    assertThat(outputs.ready(false, NOW.plus(SessionOutputs.STEADY))).isEmpty();
    outputs.look(tree(file(2)), almost.plusMillis(500));
    assertThat(outputs.ready(false, almost.plus(SessionOutputs.STEADY))).containsExactly(file(2));
  }

  @Test
  void whatIsKeptIsNotLookedAtAgainEvenByAnotherServer() {
    outputs.look(tree(file(1)), NOW);
    outputs.keep(PATH, stamp(1));
    outputs.look(tree(file(1)), NOW);
    assertThat(outputs.isSettled()).isTrue();
    var text = SessionOutputs.text(stamp(1));
    var other = new SessionOutputs(List.of(new Outputs.Output(PATH.bytes(), text, "digest")));
    other.look(tree(file(1)), NOW);
    assertThat(other.ready(true, NOW)).isEmpty();
    other.look(tree(file(2)), NOW);
    assertThat(other.ready(true, NOW)).containsExactly(file(2));
    assertThat(other.count()).isEqualTo(1);
  }

  @Test
  void aFileThatCouldNotBeReadKeepsTheCollectionOpenUntilTheNextLook() {
    outputs.look(tree(file(1)), NOW);
    outputs.lose(PATH);
    assertThat(outputs.isSettled()).isFalse();
    assertThat(outputs.cookie()).isEmpty();
    outputs.look(tree(file(2)), NOW);
    assertThat(outputs.ready(true, NOW)).containsExactly(file(2));
    outputs.lose(PATH);
    outputs.look(tree(), NOW);
    assertThat(outputs.isSettled()).isTrue();
  }

  @Test
  void aRefusalIsToldOnceForEachStateAndOnlyTheFirstAreToldOneByOne() {
    outputs.look(tree(file(1)), NOW);
    outputs.refuse(PATH, stamp(1), "why");
    assertThat(outputs.takeLines()).containsExactly("outputs: dir/file was not kept: why");
    outputs.look(tree(file(1)), NOW);
    assertThat(outputs.isSettled()).isTrue();
    outputs.look(tree(file(2)), NOW);
    assertThat(outputs.isSettled()).isFalse();
    IntStream.range(0, 15).forEach(i -> outputs.refuse(HandPath.of("line\n" + i), stamp(1), "why"));
    assertThat(outputs.takeLines())
        .hasSize(11)
        .startsWith("outputs: line_0 was not kept: why")
        .endsWith("outputs: 5 more were not kept");
    assertThat(outputs.takeLines()).isEmpty();
  }
}
