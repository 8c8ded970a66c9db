package dev.drover.model;

import dev.drover.base.Problem;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// Routes a model id to its model: `rehearsal` to the built-in model, an id that the operator has
/// mapped to the mapped id, `openai/NAME` to the OpenAI-compatible server, and every other id to
/// the Messages server.
public final class ModelRouter implements Models {
  /// The id of the built-in offline model, which always exists.
  public static final String REHEARSAL = "rehearsal";

  /// The prefix of ids for the OpenAI-compatible server. The server receives the id without it.
  static final String OPENAI = "openai/";

  private static final int MAX_ID = 256;

  private final Model rehearsal;
  private final Optional<Model> messages;
  private final Optional<Model> chat;
  private final Map<String, String> mapped;
  private final Map<String, ModelSettings> settings;

  /// @param messages the Messages server, if one is configured
  /// @param chat the OpenAI-compatible server, if one is configured
  /// @param mapped model ids and the ids to use in their place; the target is not looked up again
  /// @param settings the operator's settings for models, by id
  /// @throws Problem `INVALID_REQUEST` if `mapped` is not a map of ids, or maps `rehearsal`, or if
  ///   a model's settings contradict each other
  public ModelRouter(
      Model rehearsal,
      Optional<Model> messages,
      Optional<Model> chat,
      Map<String, String> mapped,
      Map<String, ModelSettings> settings) {
    this.rehearsal = rehearsal;
    this.messages = messages;
    this.chat = chat;
    this.mapped = Map.copyOf(mapped);
    this.settings = Map.copyOf(settings);
    this.mapped.forEach(
        (id, target) -> {
          check(id);
          check(target);
        });
    if (this.mapped.containsKey(REHEARSAL)) {
      throw Problem.invalid("The model id rehearsal is built in and cannot be mapped");
    }
    this.settings.keySet().forEach(this::checkSettings);
  }

  private void checkSettings(String id) {
    check(id);
    try {
      if (capabilities(id).serverCompaction() && !isMessages(mapped.getOrDefault(id, id))) {
        throw Problem.invalid("server_compaction: only a Messages server can have it");
      }
    } catch (Problem e) {
      throw Problem.invalid("model_settings." + id + "." + e.getMessage());
    }
  }

  @Override
  public Route route(String modelId) {
    check(modelId);
    var name = mapped.getOrDefault(modelId, modelId);
    if (name.equals(REHEARSAL)) {
      return new Route(rehearsal, name);
    }
    var chosen = server(name);
    if (chosen.isEmpty()) {
      var called = name.equals(modelId) ? name : modelId + " (mapped to " + name + ")";
      throw Problem.invalid("Model " + called + ": " + missing(name));
    }
    var can = capabilities(modelId);
    var model =
        can.images() && can.documents()
            ? chosen.get()
            : new CapabilityFilter(chosen.get(), can.images(), can.documents());
    return new Route(model, isChat(name) ? name.substring(OPENAI.length()) : name);
  }

  private Optional<Model> server(String name) {
    return isChat(name) ? chat : messages;
  }

  /// Whether a model, by its id and not by what it is mapped to, is one of the Messages server. The
  /// beginning of an id is enough.
  public static boolean isMessages(String id) {
    return !id.equals(REHEARSAL) && !isChat(id);
  }

  private static boolean isChat(String name) {
    return name.startsWith(OPENAI);
  }

  private static String missing(String name) {
    return isChat(name)
        ? "no OpenAI-compatible server is configured. Set DROVER_OPENAI_API_KEY, or"
            + " DROVER_OPENAI_BASE_URL for your own server"
        : "no Messages server is configured. Set DROVER_ANTHROPIC_API_KEY, or"
            + " DROVER_ANTHROPIC_BASE_URL for your own server, or use the built-in model"
            + " rehearsal";
  }

  /// The first that exists: the settings of the id, the settings of its target, or the known
  /// values.
  @Override
  public Capabilities capabilities(String modelId) {
    var name = mapped.getOrDefault(modelId, modelId);
    var capabilities = set(name, KnownModels.of(name));
    return name.equals(modelId) ? capabilities : set(modelId, capabilities);
  }

  private Capabilities set(String id, Capabilities known) {
    var said = settings.get(id);
    return said == null ? known : said.over(known);
  }

  @Override
  public List<String> ids() {
    return Stream.concat(
            Stream.of(REHEARSAL),
            Stream.concat(mapped.keySet().stream(), settings.keySet().stream())
                .filter(id -> !id.equals(REHEARSAL))
                .filter(this::isServed)
                .distinct()
                .sorted())
        .toList();
  }

  private boolean isServed(String mappedId) {
    var name = mapped.getOrDefault(mappedId, mappedId);
    return name.equals(REHEARSAL) || server(name).isPresent();
  }

  private static void check(String id) {
    if (id.isBlank() || id.length() > MAX_ID || !id.codePoints().allMatch(ModelRouter::printable)) {
      throw Problem.invalid("A model id has 1 to " + MAX_ID + " printable characters");
    }
    if (id.startsWith(OPENAI) && id.substring(OPENAI.length()).isBlank()) {
      throw Problem.invalid("The model id openai/ needs a name after it");
    }
  }

  private static boolean printable(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }
}
