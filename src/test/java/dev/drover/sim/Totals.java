package dev.drover.sim;

/// What happened in one run, or in many.
final class Totals {
  long runs;
  long steps;
  long simulatedSeconds;
  long acknowledged;
  long lost;
  long doubled;
  long calls;
  long withoutResult;
  long withTwoResults;
  long stuck;
  long crashes;
  long zombies;
  long cuts;
  long lostAnswers;
  long lateCommits;
  long buried;
  long modelFailures;
  long handsLost;
  long chapters;
  long summaries;

  void add(Totals other) {
    runs += other.runs;
    steps += other.steps;
    simulatedSeconds += other.simulatedSeconds;
    acknowledged += other.acknowledged;
    lost += other.lost;
    doubled += other.doubled;
    calls += other.calls;
    withoutResult += other.withoutResult;
    withTwoResults += other.withTwoResults;
    stuck += other.stuck;
    crashes += other.crashes;
    zombies += other.zombies;
    cuts += other.cuts;
    lostAnswers += other.lostAnswers;
    lateCommits += other.lateCommits;
    buried += other.buried;
    modelFailures += other.modelFailures;
    handsLost += other.handsLost;
    chapters += other.chapters;
    summaries += other.summaries;
  }

  @Override
  public String toString() {
    return """
    runs %,d · steps %,d · simulated hours %,d
    acknowledged events %,d · lost %d · doubled %d
    tool calls %,d · without result %d · with two results %d · stuck sessions %d
    crashes %,d · zombies %,d · cuts %,d · lost answers %,d · late commits %,d · buried nodes %,d · model failures %,d · hands lost %,d
    chapters %,d · by summaries or notes %,d\
    """
        .formatted(
            runs,
            steps,
            simulatedSeconds / 3_600,
            acknowledged,
            lost,
            doubled,
            calls,
            withoutResult,
            withTwoResults,
            stuck,
            crashes,
            zombies,
            cuts,
            lostAnswers,
            lateCommits,
            buried,
            modelFailures,
            handsLost,
            chapters,
            summaries);
  }
}
