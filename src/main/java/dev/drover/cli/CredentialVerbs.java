package dev.drover.cli;

import dev.drover.base.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;

/// `drover credentials`: what a vault contains. Secrets are read from files or standard input.
final class CredentialVerbs {
  static final String NAME = "credentials";
  static final String ABOUT = "The credentials of a vault.";

  private static final String SERVER = "--mcp-server-url";
  private static final String TOKEN = "--token";
  private static final String VARIABLE = "--secret-name";
  private static final String VALUE = "--secret-value";
  private static final String HOST = "--allowed-host";
  private static final Field TITLE = Field.text("display_name", "The credential's name.");
  private static final List<Field> CREATED = List.of(TITLE, Field.metadata(false));
  private static final List<Field> UPDATED = List.of(TITLE, Field.metadata(true));
  private static final PagedList LIST =
      new PagedList(
          100,
          List.of(Filter.archived()),
          List.of(
              Column.of("ID", "id"),
              new Column("TYPE", item -> Column.text(item.object("auth"), "type")),
              new Column("FOR", item -> subject(item.object("auth"))),
              Column.of("NAME", "display_name"),
              Column.time("UPDATED", "updated_at"),
              Column.state()));

  private CredentialVerbs() {}

  private static String subject(Json.Obj auth) {
    return Optional.ofNullable(auth.text("mcp_server_url"))
        .orElseGet(() -> Column.text(auth, "secret_name"));
  }

  static CommandSpec spec() {
    var create = vault("create", "Adds a credential.", CredentialVerbs::create);
    create
        .addOption(Specs.text(SERVER, "URL", "The MCP server that the token is for."))
        .addOption(Specs.text(TOKEN, "TOKEN", "Its token: @FILE, or - for standard input."))
        .addOption(Specs.text(VARIABLE, "NAME", "An environment variable of the sandbox."))
        .addOption(Specs.text(VALUE, "SECRET", "Its value: @FILE, or - for standard input."))
        .addOption(
            Specs.texts(
                HOST,
                "HOST",
                "A host that may get the value, or *.domain. Can be repeated."
                    + " [default: every host that the session may reach]"));
    Field.declare(create, CREATED);
    var update = one("update", "Updates a credential.", CredentialVerbs::update);
    update
        .addOption(Specs.text(TOKEN, "TOKEN", "Another token: @FILE, or - for standard input."))
        .addOption(Specs.text(VALUE, "SECRET", "Another value: @FILE, or - for standard input."));
    Field.declare(update, UPDATED);
    var list = vault("list", "Lists credentials.", call -> LIST.print(call, all(call)));
    LIST.declare(list);
    var spec =
        Specs.group(
            NAME,
            ABOUT,
            create,
            one("retrieve", "Shows a credential.", call -> call.print(call.api().get(path(call)))),
            update,
            list,
            Confirmation.declare(
                one(
                    "archive",
                    "Archives a credential: its secrets are removed.",
                    call ->
                        Confirmation.ask(
                            call,
                            "Archive credential " + call.arguments().word(1),
                            post("/archive")))),
            Confirmation.declare(
                one(
                    "delete",
                    "Deletes a credential.",
                    call ->
                        Confirmation.ask(
                            call,
                            "Delete credential " + call.arguments().word(1),
                            sure -> sure.print(sure.api().delete(path(sure)))))),
            one(
                "validate",
                "Tests a credential with OAuth at its MCP server.",
                post("/mcp_oauth_validate")));
    spec.usageMessage()
        .footer(
            "",
            "A credential with OAuth is created with --body.",
            "",
            "Examples:",
            "  drover credentials create vlt_... --mcp-server-url https://mcp.example.com/mcp"
                + " --token @token.txt",
            "  drover credentials create vlt_... --secret-name API_TOKEN --secret-value -"
                + " --allowed-host api.example.com",
            "  drover credentials update vlt_... vcrd_... --token @token.txt");
    return spec;
  }

  private static CommandSpec vault(String name, String about, Verb verb) {
    return Specs.id(Specs.verb(name, about, verb), "VAULT", "The vault's id.");
  }

  private static CommandSpec one(String name, String about, Verb verb) {
    return vault(name, about, verb)
        .addPositional(Specs.word(1, "CREDENTIAL", "1", "The credential's id."));
  }

  private static String all(Invocation call) throws Refusal, IOException, InterruptedException {
    return call.path(VaultVerbs.PATH) + "/credentials";
  }

  private static String path(Invocation call) throws Refusal, IOException, InterruptedException {
    return all(call) + "/" + Api.segment(call.arguments().word(1));
  }

  private static Verb post(String rest) {
    return call -> call.print(call.api().post(path(call) + rest));
  }

  private static int create(Invocation call) throws Refusal, IOException, InterruptedException {
    var body = Field.body(call.arguments(), CREATED);
    return call.print(call.api().post(all(call), with(body, auth(call.arguments()))));
  }

  private static Json.Obj with(Json.Obj body, Optional<Json.Obj> auth) {
    return auth.map(sent -> body.with("auth", sent)).orElse(body);
  }

  private static Optional<Json.Obj> auth(Arguments arguments) {
    var server = arguments.text(SERVER);
    var variable = arguments.text(VARIABLE);
    if (server.isPresent() && variable.isPresent()) {
      throw arguments.wrong("give " + SERVER + " or " + VARIABLE + ", not both");
    }
    if (server.isPresent()) {
      var token = required(arguments, TOKEN);
      return Optional.of(
          Json.obj("type", "static_bearer", "mcp_server_url", server.get(), "token", token));
    }
    return variable.map(
        name ->
            Json.obj(
                "type",
                "environment_variable",
                "secret_name",
                name,
                "secret_value",
                required(arguments, VALUE),
                "networking",
                networking(arguments.texts(HOST))));
  }

  private static Json.Obj networking(List<String> hosts) {
    return hosts.isEmpty()
        ? Json.obj("type", "unrestricted")
        : Json.obj("type", "limited", "allowed_hosts", hosts);
  }

  private static String required(Arguments arguments, String flag) {
    return arguments
        .text(flag)
        .map(value -> arguments.secret(flag, value))
        .orElseThrow(() -> arguments.wrong(flag + " is missing"));
  }

  private static int update(Invocation call) throws Refusal, IOException, InterruptedException {
    var arguments = call.arguments();
    var secrets = new ArrayList<Json.Obj>();
    secret(arguments, TOKEN, "static_bearer", "token").ifPresent(secrets::add);
    secret(arguments, VALUE, "environment_variable", "secret_value").ifPresent(secrets::add);
    if (secrets.size() > 1) {
      throw arguments.wrong("give " + TOKEN + " or " + VALUE + ", not both");
    }
    var body = Field.body(arguments, UPDATED);
    var changed = with(body, secrets.stream().findFirst());
    if (changed.fields().isEmpty()) {
      throw arguments.wrong("no changes given");
    }
    return call.print(call.api().post(path(call), changed));
  }

  private static Optional<Json.Obj> secret(
      Arguments arguments, String flag, String type, String field) {
    return arguments
        .text(flag)
        .map(
            value -> {
              var auth = new LinkedHashMap<String, Json>();
              auth.put("type", Json.of(type));
              auth.put(field, Json.of(arguments.secret(flag, value)));
              return new Json.Obj(auth);
            });
  }
}
