package dev.drover.cli;

import dev.drover.base.Json;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/// `drover keys`: the API keys of workspaces, and the one that commands send.
final class KeyVerbs {
  static final String NAME = "keys";
  static final String ABOUT = "API keys: of workspaces, and the one that commands send.";

  private static final String PATH = "/drover/keys";
  private static final String WORKSPACE = "--workspace";
  private static final String LABEL = "--name";
  private static final String SCOPE = "--scope";
  private static final String EXPIRES = "--expires-in-seconds";
  private static final PagedList KEYS =
      new PagedList(
          100,
          List.of(
              new Filter(
                  "include_revoked",
                  "--include-revoked",
                  Filter.Kind.SWITCH,
                  "",
                  "Include revoked ones.")),
          List.of(
              Column.of("ID", "id"),
              Column.of("NAME", "name"),
              Column.of("PREFIX", "prefix"),
              new Column("SCOPES", KeyVerbs::scopes),
              Column.of("LAST USED", "last_used_on"),
              Column.time("EXPIRES", "expires_at"),
              Column.time("REVOKED", "revoked_at")));

  private KeyVerbs() {}

  private static String scopes(Json.Obj key) {
    return String.join(
        " ",
        key.items("scopes").stream()
            .map(scope -> scope instanceof Json.Str(var name) ? name : "")
            .toList());
  }

  static CommandSpec spec() {
    var create =
        Specs.verb(
                "create",
                "Creates a key, and prints it; its id goes to standard error.",
                KeyVerbs::create)
            .addOption(Specs.text(LABEL, "TEXT", "The key's name."))
            .addOption(
                Specs.texts(
                    SCOPE,
                    "SCOPE",
                    "What the key may do, such as sessions:write. Can be repeated. [default: all"
                        + " scopes but those of keys and of the server]"))
            .addOption(
                Specs.number(
                    EXPIRES, "How long the key is accepted, in seconds. [default: for ever]"));
    var list = Specs.verb("list", "Lists keys.", call -> KEYS.print(call, all(call)));
    KEYS.declare(list);
    var spec =
        Specs.group(
            NAME,
            ABOUT,
            Specs.verb(
                "show",
                "Prints the API key that the other commands would send, and its source on"
                    + " standard error. Does not contact a server.",
                KeyVerbs::show),
            of(create),
            of(list),
            of(one("retrieve", "Shows a key, without its text.", KeyVerbs::retrieve)),
            of(
                Confirmation.declare(
                    one(
                        "revoke",
                        "Revokes a key: every node refuses it at once.",
                        call ->
                            Confirmation.ask(
                                call, "Revoke key " + call.arguments().id(), KeyVerbs::revoke)))));
    spec.usageMessage()
        .footer(
            "",
            "The setting api_key (DROVER_API_KEY), or else the file 'api-key' in the data"
                + " directory, which the first start creates, is the key of the default workspace"
                + " with all scopes. All other keys are created with these commands; the server"
                + " stores only their hashes.",
            "",
            "Examples:",
            "  DROVER_API_KEY=$(drover keys show) node first.mjs",
            "  drover keys create --name CI --scope sessions:read --scope sessions:write",
            "  drover keys create --workspace wrkspc_... --name Laptop",
            "  drover keys revoke apikey_...");
    return spec;
  }

  private static CommandSpec one(String name, String about, Verb verb) {
    return Specs.id(Specs.verb(name, about, verb), "KEY", "The key's id.");
  }

  private static CommandSpec of(CommandSpec spec) {
    return spec.addOption(
        Specs.text(
            WORKSPACE,
            "ID",
            "The workspace of the key. [default: the one of the key that this command sends]"));
  }

  private static String all(Invocation call) {
    return call.arguments()
        .text(WORKSPACE)
        .map(id -> WorkspaceVerbs.PATH + "/" + Api.segment(id) + "/keys")
        .orElse(PATH);
  }

  private static int create(Invocation call) throws Refusal, IOException, InterruptedException {
    var arguments = call.arguments();
    var body = new LinkedHashMap<String, Json>();
    if (call.output().quiet()) {
      throw arguments.wrong("--quiet would leave out the key, which nothing shows again");
    }
    body.put("name", Json.of(arguments.required(LABEL)));
    if (arguments.has(SCOPE)) {
      body.put("scopes", Json.arr(arguments.texts(SCOPE).toArray()));
    }
    arguments.number(EXPIRES, 1).ifPresent(time -> body.put("expires_in_seconds", Json.of(time)));
    var created = call.api().post(all(call), new Json.Obj(body));
    if (call.output().json()) {
      return call.print(created);
    }
    call.output().line(Column.text(created, "key"));
    call.say(
        Sanitized.line(
            "%s of %s; nothing shows the key again"
                .formatted(Column.text(created, "id"), Column.text(created, "workspace_id"))));
    return 0;
  }

  private static int retrieve(Invocation call) throws Refusal, IOException, InterruptedException {
    return call.print(call.api().get(call.path(all(call))));
  }

  private static int revoke(Invocation call) throws Refusal, IOException, InterruptedException {
    return call.print(call.api().post(call.path(all(call)) + "/revoke"));
  }

  private static int show(Invocation invocation) {
    var target = invocation.target();
    if (target.key().isEmpty()) {
      invocation.say("no key for " + target.url() + ": " + target.advice());
      return 1;
    }
    var key = target.key().get().reveal();
    if (invocation.output().json()) {
      invocation.output().object(Json.obj("key", key, "from", target.keyFrom()));
    } else {
      invocation.output().line(key);
      invocation.say("from " + target.keyFrom());
    }
    return 0;
  }
}
