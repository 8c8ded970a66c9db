package dev.drover.telemetry;

import dev.drover.model.Answer;
import dev.drover.model.Capabilities;
import dev.drover.model.Listener;
import dev.drover.model.Model;
import dev.drover.model.Models;
import dev.drover.model.Prompt;
import dev.drover.session.ModelUsage;
import java.util.List;
import java.util.Locale;

/// Models whose requests are measured.
public final class MeteredModels implements Models {
  private final Models models;
  private final Meters meters;

  public MeteredModels(Models models, Meters meters) {
    this.models = models;
    this.meters = meters;
  }

  @Override
  public Route route(String modelId) {
    var route = models.route(modelId);
    var label = models.ids().contains(modelId) ? modelId : "other";
    return new Route(new Metered(route.model(), label), route.name());
  }

  @Override
  public Capabilities capabilities(String modelId) {
    return models.capabilities(modelId);
  }

  @Override
  public List<String> ids() {
    return models.ids();
  }

  private final class Metered implements Model {
    private final Model model;
    private final String label;

    Metered(Model model, String label) {
      this.model = model;
      this.label = label;
    }

    @Override
    public Answer answer(Prompt prompt, Listener listener) throws InterruptedException {
      long start = System.nanoTime();
      var outcome = "interrupted";
      try {
        var answer = model.answer(prompt, new FirstByte(listener, start));
        outcome =
            switch (answer) {
              case Answer.Reply reply -> {
                count(reply.usage());
                yield "ok";
              }
              case Answer.Failure failure -> failure.kind().name().toLowerCase(Locale.ROOT);
            };
        return answer;
      } finally {
        meters.modelCalls.increment(label, outcome);
        meters.modelSeconds.since(start, label, outcome);
      }
    }

    private void count(ModelUsage usage) {
      meters.tokens.add(usage.inputTokens(), "input");
      meters.tokens.add(usage.outputTokens(), "output");
      meters.tokens.add(usage.cacheReadTokens(), "cache_read");
      meters.tokens.add(usage.cacheCreationTokens(), "cache_creation");
    }

    private final class FirstByte implements Listener {
      private final Listener listener;
      private final long start;
      private boolean heard;

      FirstByte(Listener listener, long start) {
        this.listener = listener;
        this.start = start;
      }

      @Override
      public void blockStarted(int index, String type) {
        if (!heard) {
          heard = true;
          meters.modelFirstByte.since(start, label);
        }
        listener.blockStarted(index, type);
      }

      @Override
      public void callStarted(int index, String tool) {
        listener.callStarted(index, tool);
      }

      @Override
      public void text(int index, String delta) {
        listener.text(index, delta);
      }
    }
  }
}
