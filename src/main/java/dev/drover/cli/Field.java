package dev.drover.cli;

import dev.drover.base.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;

/// A field of a request body that has a flag.
///
/// @param name the name in the protocol
/// @param required whether the body of a new resource needs it
record Field(String name, Kind kind, String label, String description, boolean required) {
  private static final String BODY = "--body";
  private static final String METADATA = "--metadata";
  private static final String REMOVED = "--remove-metadata";
  private static final String TOOL = "--tool";
  private static final String STORE = "--memory";
  private static final Set<String> ACCESS = Set.of("read_only", "read_write");
  private static final String REPOSITORY = "--repository";
  private static final String TOKEN = "--repository-token";
  private static final String VAULT = "--vault";

  /// A field that may be missing.
  Field(String name, Kind kind, String label, String description) {
    this(name, kind, label, description, false);
  }

  enum Kind {
    /// A text, or `@FILE`.
    TEXT,
    /// A plain text, or JSON or YAML in braces.
    REFERENCE,
    /// JSON or YAML.
    DOCUMENT,
    /// An integer of at least 1.
    NUMBER,
    TOOLS,
    /// Memory stores and repositories.
    RESOURCES,
    /// The ids of vaults.
    VAULTS,
    METADATA,
    /// As `METADATA`; keys can also be removed.
    METADATA_PATCH
  }

  static Field text(String name, String description) {
    return new Field(name, Kind.TEXT, "TEXT", description);
  }

  /// The same field, which a new resource needs.
  Field needed() {
    return new Field(name, kind, label, description + " Required.", true);
  }

  static Field tools() {
    return new Field(
        "tools",
        Kind.TOOLS,
        "TOOL",
        "A tool: 'all' for all built-in tools, or the name of one, each optionally followed by"
            + " :allow, :ask or :auto; or JSON. Can be repeated.");
  }

  static Field resources() {
    return new Field(
        "resources",
        Kind.RESOURCES,
        "STORE",
        "The id of a memory store, which the agent gets as a directory; followed by :read_only if"
            + " it must not change it (otherwise :read_write). Can be repeated.");
  }

  static Field vaults() {
    return new Field(
        "vault_ids",
        Kind.VAULTS,
        "VAULT",
        "The id of a vault whose credentials the session may use. Can be repeated; the first one"
            + " that has a credential for a server counts.");
  }

  static Field metadata(boolean patch) {
    return new Field(
        "metadata",
        patch ? Kind.METADATA_PATCH : Kind.METADATA,
        "KEY=VALUE",
        "A metadata pair. Can be repeated.");
  }

  /// Adds the flags of the fields, and `--body` for all other fields.
  static void declare(CommandSpec spec, List<Field> fields) {
    for (var field : fields) {
      switch (field.kind) {
        case TOOLS -> spec.addOption(Specs.texts(TOOL, field.label, field.description));
        case RESOURCES -> {
          spec.addOption(Specs.texts(STORE, field.label, field.description));
          spec.addOption(
              Specs.texts(
                  REPOSITORY,
                  "URL",
                  "The URL of a git repository, which is cloned for the agent; followed by #BRANCH"
                      + " if it is not the default one. Can be repeated."));
          spec.addOption(
              Specs.text(
                  TOKEN,
                  "@FILE",
                  "The token for the repositories, in a file, or - for standard input; the agent"
                      + " does not see it."));
        }
        case VAULTS -> spec.addOption(Specs.texts(VAULT, field.label, field.description));
        case METADATA -> spec.addOption(Specs.texts(METADATA, field.label, field.description));
        case METADATA_PATCH -> {
          spec.addOption(Specs.texts(METADATA, field.label, field.description));
          spec.addOption(Specs.texts(REMOVED, "KEY", "A key to remove. Can be repeated."));
        }
        case NUMBER -> spec.addOption(Specs.number(field.flag(), field.description));
        case REFERENCE ->
            spec.addOption(
                Specs.text(Specs.withoutId(field.flag()), field.label, field.description));
        case TEXT, DOCUMENT ->
            spec.addOption(Specs.text(field.flag(), field.label, field.description));
      }
    }
    spec.addOption(
        Specs.text(
            BODY,
            "BODY",
            "The whole body, for fields without a flag: JSON or YAML, @FILE, or - for standard"
                + " input. Flags override its fields."));
  }

  /// The request body: that of `--body`, in which flags replace fields. A required field must be in
  /// one of the two.
  static Json.Obj body(Arguments arguments, List<Field> fields) {
    var body = new LinkedHashMap<String, Json>();
    arguments.text(BODY).ifPresent(text -> body.putAll(arguments.object(BODY, text).fields()));
    for (var field : fields) {
      field.read(arguments).ifPresent(value -> body.put(field.name, value));
    }
    for (var field : fields) {
      if (field.required && !body.containsKey(field.name)) {
        throw arguments.wrong(field.flag() + " is missing");
      }
    }
    return new Json.Obj(body);
  }

  /// As [#body], for an update, which must change something.
  static Json.Obj change(Arguments arguments, List<Field> fields) {
    var body = body(arguments, fields);
    if (body.fields().isEmpty()) {
      throw arguments.wrong("no changes given");
    }
    return body;
  }

  private String flag() {
    return "--" + name.replace('_', '-');
  }

  private Optional<Json> read(Arguments arguments) {
    var flag = flag();
    return switch (kind) {
      case TEXT -> arguments.text(flag).map(text -> Json.of(arguments.content(flag, text)));
      case REFERENCE ->
          arguments
              .text(flag)
              .map(text -> text.startsWith("{") ? arguments.object(flag, text) : Json.of(text));
      case DOCUMENT -> arguments.text(flag).map(text -> arguments.document(flag, text));
      case NUMBER -> arguments.number(flag, 1).map(Json::of);
      case TOOLS ->
          arguments.has(TOOL) ? Optional.of(ToolFlags.read(arguments, TOOL)) : Optional.empty();
      case RESOURCES -> resources(arguments);
      case VAULTS ->
          arguments.has(VAULT) ? Optional.of(Json.of(arguments.texts(VAULT))) : Optional.empty();
      case METADATA, METADATA_PATCH -> metadata(arguments);
    };
  }

  private static Optional<Json> resources(Arguments arguments) {
    var resources = stores(arguments);
    var token = arguments.text(TOKEN).map(text -> arguments.secret(TOKEN, text));
    for (var text : arguments.texts(REPOSITORY)) {
      int hash = text.indexOf('#');
      var resource =
          Json.obj("type", "github_repository", "url", hash < 0 ? text : text.substring(0, hash));
      if (token.isPresent()) {
        resource = resource.with("authorization_token", token.get());
      }
      if (hash >= 0) {
        var branch = Json.obj("type", "branch", "name", text.substring(hash + 1));
        resource = resource.with("checkout", branch);
      }
      resources.add(resource);
    }
    return resources.isEmpty() ? Optional.empty() : Optional.of(new Json.Arr(resources));
  }

  private static List<Json> stores(Arguments arguments) {
    var stores = new ArrayList<Json>();
    for (var text : arguments.texts(STORE)) {
      int colon = text.indexOf(':');
      var access = colon < 0 ? "read_write" : text.substring(colon + 1);
      if (!ACCESS.contains(access)) {
        throw arguments.wrong(
            STORE + ": the access after the colon must be read_only or read_write");
      }
      var id = colon < 0 ? text : text.substring(0, colon);
      stores.add(Json.obj("type", "memory_store", "memory_store_id", id, "access", access));
    }
    return stores;
  }

  private static Optional<Json> metadata(Arguments arguments) {
    var pairs = new LinkedHashMap<String, Json>();
    for (var pair : arguments.texts(METADATA)) {
      int equals = pair.indexOf('=');
      if (equals < 1) {
        throw arguments.wrong(METADATA + " must be KEY=VALUE");
      }
      pairs.put(pair.substring(0, equals), Json.of(pair.substring(equals + 1)));
    }
    arguments.texts(REMOVED).forEach(key -> pairs.put(key, Json.NULL));
    return pairs.isEmpty() ? Optional.empty() : Optional.of(new Json.Obj(pairs));
  }
}
