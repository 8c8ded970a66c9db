package dev.drover.bench.context;

import dev.drover.session.ModelUsage;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/// The cache of a model server: beginnings of prompts, each for a while. One thread.
///
/// @see <a href="https://platform.claude.com/docs/en/build-with-claude/prompt-caching">Prompt
///   caching</a>
final class PromptCache {
  /// The number of marks that count in one prompt.
  private static final int MARKS = 4;

  /// The number of blocks before a mark at which an older entry is found.
  private static final int LOOK_BACK = 20;

  private final CachingModel.Caching caching;
  private final Map<Long, Instant> until = new HashMap<>();

  PromptCache(CachingModel.Caching caching) {
    this.caching = caching;
  }

  /// Reads the longest beginning of a prompt that is cached, and stores the prompt.
  ///
  /// @param output the tokens of the reply
  ModelUsage use(PromptView view, Instant now, long output) {
    return caching.marked() ? marked(view, now, output) : automatic(view, now, output);
  }

  private ModelUsage marked(PromptView view, Instant now, long output) {
    var parts = view.parts();
    int marks = 0;
    long read = 0;
    long written = 0;
    for (int i = parts.size() - 1; i >= 0 && marks < MARKS; i--) {
      if (!parts.get(i).marked()) {
        continue;
      }
      marks++;
      written = Math.max(written, parts.get(i).through());
      for (int back = i; back >= Math.max(0, i - LOOK_BACK); back--) {
        if (isKept(parts.get(back), now)) {
          read = Math.max(read, parts.get(back).through());
          keep(parts.get(back), now);
          break;
        }
      }
    }
    parts.stream().filter(PromptView.Part::marked).forEach(part -> keep(part, now));
    long stored = Math.max(read, written);
    return new ModelUsage(view.tokens() - stored, output, read, stored - read);
  }

  private ModelUsage automatic(PromptView view, Instant now, long output) {
    long read = 0;
    for (var part : view.parts().reversed()) {
      if (isKept(part, now)) {
        read = part.through();
        break;
      }
    }
    view.parts().forEach(part -> keep(part, now));
    return new ModelUsage(view.tokens() - read, output, read, 0);
  }

  private boolean isKept(PromptView.Part part, Instant now) {
    var end = until.get(part.hash());
    return end != null && end.isAfter(now);
  }

  private void keep(PromptView.Part part, Instant now) {
    until.put(part.hash(), now.plus(caching.ttl()));
  }
}
