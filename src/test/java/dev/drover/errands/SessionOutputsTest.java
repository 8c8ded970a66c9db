package dev.drover.errands;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.errands.SessionOutputs.Reason;
import dev.drover.files.Outputs;
import dev.drover.hands.FileStamp;
import dev.drover.hands.HandPath;
import dev.drover.hands.HandTree;
import java.time.Instant;
import java.util.List;
import java.util.Set;
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
    outputs.refuse(file(1), Reason.LASTING, "why", NOW);
    assertThat(outputs.takeLines()).containsExactly("outputs: dir/file was not kept: why");
    outputs.look(tree(file(1)), NOW);
    assertThat(outputs.isSettled()).isTrue();
    outputs.look(tree(file(2)), NOW);
    assertThat(outputs.isSettled()).isFalse();
    IntStream.range(0, 15)
        .mapToObj(i -> new HandTree.Entry(HandPath.of("line\n" + i), stamp(1), false))
        .forEach(entry -> outputs.refuse(entry, Reason.LASTING, "why", NOW));
    assertThat(outputs.takeLines())
        .hasSize(11)
        .startsWith("outputs: line_0 was not kept: why")
        .endsWith("outputs: 5 more were not kept");
    assertThat(outputs.takeLines()).isEmpty();
  }

  private void refuse(Reason reason, String why, Instant at) {
    outputs.refuse(file(1), reason, why, at);
  }

  @Test
  void aRefusalThatCanPassIsTriedAgainLaterAndToldOnceForEachReason() {
    outputs.look(tree(file(1)), NOW);
    refuse(Reason.QUOTA, "quota, 1 byte", NOW);
    var again = NOW.plus(SessionOutputs.AGAIN);
    outputs.look(tree(file(1)), again.minusMillis(1));
    outputs.retry(false, again.minusMillis(1));
    assertThat(outputs.ready(true, again)).isEmpty();
    assertThat(outputs.isSettled()).isTrue();
    outputs.retry(false, again);
    assertThat(outputs.ready(false, again)).containsExactly(file(1));
    refuse(Reason.QUOTA, "quota, 2 bytes", again);
    refuse(Reason.TOO_MANY, "too many", again);
    refuse(Reason.QUOTA, "quota, 3 bytes", again);
    assertThat(outputs.takeLines())
        .containsExactly(
            "outputs: dir/file was not kept: quota, 1 byte",
            "outputs: dir/file was not kept: too many");
    outputs.retry(true, again);
    assertThat(outputs.ready(true, again)).containsExactly(file(1));
    outputs.keep(PATH, stamp(1));
    outputs.retry(true, again);
    assertThat(outputs.isSettled()).isTrue();
  }

  @Test
  void whatIsRefusedForeverOrIsGoneIsNotTriedAgain() {
    outputs.look(tree(file(1)), NOW);
    refuse(Reason.LASTING, "why", NOW);
    outputs.retry(true, NOW);
    assertThat(outputs.isSettled()).isTrue();
    outputs.look(tree(file(2)), NOW);
    outputs.refuse(file(2), Reason.QUOTA, "quota", NOW);
    outputs.look(tree(), NOW);
    outputs.retry(true, NOW);
    assertThat(outputs.isSettled()).isTrue();
  }

  @Test
  void outputsCountWhileTheirFilesExist() {
    outputs.keep(PATH, stamp(1));
    var other = HandPath.of("other");
    outputs.keep(other, stamp(1));
    assertThat(outputs.count()).isEqualTo(2);
    outputs.setPresent(Set.of("other"));
    assertThat(outputs.count()).isEqualTo(1);
    assertThat(outputs.isPresent(PATH)).isFalse();
    assertThat(outputs.isPresent(other)).isTrue();
    outputs.look(tree(file(1)), NOW);
    assertThat(outputs.isSettled()).isTrue();
  }
}
