package dev.drover.bench.context;

import dev.drover.base.Ids;
import dev.drover.model.Price;
import dev.drover.profile.Strategy;
import dev.drover.session.EventLog;
import dev.drover.session.Sessions;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// The comparison of the harness's strategies with the common ways to keep a conversation within a
/// context. All of them play the same scripted session.
public final class ContextComparison {
  /// The list price of a large model: a token from the cache costs a twentieth.
  public static final Price PRICE =
      new Price(
          new BigDecimal("4"), new BigDecimal("20"), new BigDecimal("0.20"), new BigDecimal("5"));

  /// The strategies of the harness that shorten contexts.
  public static final List<Strategy> STRATEGIES =
      List.of(Strategy.ROLLING, Strategy.SUMMARY, Strategy.NOTE);

  /// The context of a model for the whole session, in tokens.
  private static final int UNLIMITED = 100_000_000;

  private final Sessions sessions;
  private final EventLog log;
  private final Ids ids;

  public ContextComparison(Sessions sessions, EventLog log, Ids ids) {
    this.sessions = sessions;
    this.log = log;
    this.ids = ids;
  }

  /// A server as the Messages API is, with a context of this size.
  public static CachingModel.Server server(int context) {
    return new CachingModel.Server(
        context,
        context < 100_000 ? 8_192 : 32_000,
        CachingModel.Overflow.ANTHROPIC,
        CachingModel.Caching.MARKS,
        true,
        PRICE);
  }

  /// Plays a session in each way. The full history comes first; its model has no limit.
  ///
  /// @param context of the model, in tokens
  public List<ContextFigures> run(ScriptedSession script, int context) throws InterruptedException {
    var figures = new ArrayList<ContextFigures>();
    figures.add(played(PromptPolicy.Way.FULL, 0, script, UNLIMITED));
    long limit = context * 8L / 10;
    figures.add(played(PromptPolicy.Way.SLIDING, limit, script, context));
    figures.add(played(PromptPolicy.Way.HALVING, limit, script, context));
    figures.add(played(PromptPolicy.Way.CLEARING, context / 2, script, UNLIMITED));
    for (var strategy : STRATEGIES) {
      figures.add(played(strategy, script, context));
    }
    return figures;
  }

  private static ContextFigures played(
      PromptPolicy.Way way, long limit, ScriptedSession script, int context) {
    var policy = new PromptPolicy(way, limit, script, server(context));
    policy.play();
    var model = policy.model();
    return ContextFigures.of(
        way.name().toLowerCase(Locale.ROOT),
        model.capabilities(CachingModel.ID).price().orElseThrow(),
        model.requests(),
        policy.kept(),
        policy.kept(),
        script.facts().size());
  }

  private ContextFigures played(Strategy strategy, ScriptedSession script, int context)
      throws InterruptedException {
    var run = new SessionRun(sessions, log, ids, script, strategy, server(context));
    run.play();
    var requests = run.model().requests();
    int inContext = run.seen().getLast().cardinality();
    return ContextFigures.of(
        strategy.name().toLowerCase(Locale.ROOT),
        PRICE,
        requests,
        inContext,
        run.find(),
        script.facts().size());
  }
}
