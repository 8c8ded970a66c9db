package dev.drover;

import dev.drover.base.Problem;
import dev.drover.model.ModelRouter;
import dev.drover.model.ModelSettings;
import dev.drover.model.http.ModelHost;
import dev.drover.profile.Profiles;
import dev.drover.profile.Strategy;
import dev.drover.settings.Section;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// The settings of all models and of the servers that run them.
///
/// @param messages the Messages server, if there is one
/// @param chat the OpenAI-compatible server, if there is one
/// @param mapped ids that replace other ids
/// @param settings the operator's settings of models, by id
/// @param firstToken how long the built-in model waits before its first word
public record ModelsConfig(
    Optional<ModelHost> messages,
    Optional<ModelHost> chat,
    Map<String, String> mapped,
    Map<String, ModelSettings> settings,
    Duration firstToken) {
  public ModelsConfig {
    mapped = Map.copyOf(mapped);
    settings = Map.copyOf(settings);
  }

  /// @throws Problem `INVALID_REQUEST` if a profile for models of another server than the Messages
  ///   server has that one's strategy
  void check(Profiles profiles) {
    for (var profile : profiles.all()) {
      for (var beginning : profile.models()) {
        if (profile.settings().strategy() == Strategy.SERVER
            && !ModelRouter.isMessages(mapped.getOrDefault(beginning, beginning))) {
          throw Problem.invalid(
              ("profiles/%s.yaml: strategy: server needs a Messages server, but the models \"%s\""
                      + " have another one")
                  .formatted(profile.name(), beginning));
        }
      }
    }
  }

  static ModelsConfig read(Section root) {
    var settings = new LinkedHashMap<String, ModelSettings>();
    root.sections("model_settings")
        .forEach((id, section) -> settings.put(id, ModelSettings.read(section)));
    return new ModelsConfig(
        ModelHost.messages(root.section("anthropic")),
        ModelHost.chat(root.section("openai")),
        root.map("models"),
        settings,
        root.section("rehearsal").millis("first_token_ms", 0, 60_000, Duration.ofMillis(700)));
  }
}
