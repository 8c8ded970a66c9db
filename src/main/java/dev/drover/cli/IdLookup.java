package dev.drover.cli;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// The ids that users mean: an id itself, the beginning of one, or the name of an agent or an
/// environment. A text that begins like an id is never a name. Whole ids cost no request.
final class IdLookup {
  /// The length of an id without its prefix.
  private static final int LENGTH = 24;

  /// The most items of a list that are searched.
  private static final int MOST_ITEMS = 10_000;

  private static final int PAGE = 100;

  private final Api api;

  /// A kind of resource.
  enum Kind {
    AGENT("agent", "agent_", "/v1/agents", true),
    ENVIRONMENT("environment", "env_", "/v1/environments", true),
    SESSION("session", "sesn_", "/v1/sessions", false),
    MEMORY_STORE("memory store", "memstore_", "/v1/memory_stores", false),
    VAULT("vault", "vlt_", "/v1/vaults", false),
    SKILL("skill", "skill_", "/v1/skills", false),
    FILE("file", "file_", "/v1/files", false),
    WEBHOOK("webhook", "whep_", "/v1/organizations/webhooks", false);

    private final String noun;
    private final String prefix;
    private final String list;
    private final boolean named;

    Kind(String noun, String prefix, String list, boolean named) {
      this.noun = noun;
      this.prefix = prefix;
      this.list = list;
      this.named = named;
    }

    /// The kind of the resources with these paths.
    static Optional<Kind> of(String collection) {
      return switch (collection) {
        case "/drover/sessions" -> Optional.of(SESSION);
        case "/drover/webhooks" -> Optional.of(WEBHOOK);
        default ->
            List.of(values()).stream().filter(kind -> kind.list.equals(collection)).findFirst();
      };
    }

    String noun() {
      return noun;
    }

    /// The path of the list of all of them.
    String list() {
      return list;
    }

    /// Whether resources of this kind can be named by their names.
    boolean isNamed() {
      return named;
    }

    /// Whether a text is a whole id, or one that no server has made.
    private boolean isWhole(String text) {
      return text.startsWith(prefix) && text.length() >= prefix.length() + LENGTH;
    }
  }

  IdLookup(Api api) {
    this.api = api;
  }

  /// The id that the text stands for. A text that stands for none is returned as it is, unless it
  /// can only be a name.
  ///
  /// @throws Problem if it stands for several
  String id(Kind kind, String text) throws Refusal, IOException, InterruptedException {
    if (kind.isWhole(text)) {
      return text;
    }
    if (text.startsWith(kind.prefix) || !kind.named) {
      var beginning = text.startsWith(kind.prefix) ? text : kind.prefix + text;
      var found = find(kind, item -> Column.text(item, "id").startsWith(beginning));
      return only(kind, found, "begin with " + Sanitized.line(beginning)).orElse(text);
    }
    return byName(kind, text)
        .orElseThrow(
            () -> Problem.notFound("no %s is named %s".formatted(kind.noun, quoted(text))));
  }

  /// The id of the resource with a name; empty if there is none. One that is not archived comes
  /// before archived ones.
  ///
  /// @throws Problem if several have the name
  Optional<String> byName(Kind kind, String name)
      throws Refusal, IOException, InterruptedException {
    var all = find(kind, item -> name.equals(item.text("name")));
    var active = all.stream().filter(IdLookup::isActive).toList();
    return only(kind, active.isEmpty() ? all : active, "are named " + quoted(name));
  }

  /// The id of the resource with a name that is not archived; empty if there is none.
  ///
  /// @throws Problem if several have the name
  Optional<String> activeByName(Kind kind, String name)
      throws Refusal, IOException, InterruptedException {
    var found = find(kind, item -> name.equals(item.text("name")) && isActive(item));
    return only(kind, found, "are named " + quoted(name));
  }

  private static boolean isActive(Json.Obj item) {
    return item.text("archived_at") == null;
  }

  private static Optional<String> only(Kind kind, List<Json.Obj> found, String what) {
    if (found.size() < 2) {
      return found.stream().findFirst().map(item -> Column.text(item, "id"));
    }
    var ids = found.stream().map(item -> Sanitized.line(Column.text(item, "id"))).toList();
    throw Problem.invalid(
        "%d %ss %s; name one by its id: %s"
            .formatted(ids.size(), kind.noun, what, String.join(", ", ids)));
  }

  private List<Json.Obj> find(Kind kind, Predicate<Json.Obj> wanted)
      throws Refusal, IOException, InterruptedException {
    var found = new ArrayList<Json.Obj>();
    var page = Optional.of("");
    for (int seen = 0; page.isPresent(); seen += PAGE) {
      if (seen >= MOST_ITEMS) {
        throw Problem.invalid("there are too many %ss; give the whole id".formatted(kind.noun));
      }
      var answer =
          api.get(
              kind.list
                  + (kind == Kind.FILE ? "?limit=" : "?include_archived=true&limit=")
                  + PAGE
                  + page.get());
      for (var item : answer.items("data")) {
        if (item instanceof Json.Obj object && wanted.test(object)) {
          found.add(object);
        }
      }
      page = Paging.after(answer);
    }
    return found;
  }

  private static String quoted(String text) {
    return "'" + Sanitized.line(text) + "'";
  }
}
