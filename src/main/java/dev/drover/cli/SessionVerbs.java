package dev.drover.cli;

import dev.drover.base.Json;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/// `drover sessions`.
final class SessionVerbs {
  static final String NAME = "sessions";
  static final String ABOUT = "Sessions: conversations with an agent, each with its log.";

  private static final String PATH = "/v1/sessions";
  private static final String AGENT = "agent";
  private static final String ENVIRONMENT = "environment_id";
  private static final String MESSAGE = "--message";
  private static final String FOLLOW = "--follow";
  private static final String AT = "--at";
  private static final String TITLE = "--title";
  private static final String MODEL = "--model";
  private static final String PROFILE = "--profile";
  private static final String NO_FILES = "--no-files";
  private static final ResourceVerbs VERBS = new ResourceVerbs(PATH, "SESSION", Summaries::session);
  private static final List<Field> CREATED =
      List.of(
          new Field(
                  "agent",
                  Field.Kind.REFERENCE,
                  "AGENT",
                  "The agent's name or id (its newest version is used), or {type: agent, id: ID,"
                      + " version: N}.")
              .needed(),
          new Field(
              "environment_id",
              Field.Kind.REFERENCE,
              "ENVIRONMENT",
              "The name or id of the environment in which its tools run. [default: 'default',"
                  + " which is created if it is missing]"),
          Field.text("title", "The session's title."),
          Field.resources(),
          Field.vaults(),
          Field.metadata(false));
  private static final List<Field> UPDATED =
      List.of(Field.text("title", "The session's title."), Field.metadata(true));
  private static final PagedList SESSIONS =
      new PagedList(
          100,
          List.of(
              Filter.order("newest first"),
              Filter.agent("agent_id", "Only sessions of this agent."),
              Filter.one("agent_version", "N", "Only sessions of this version of the agent."),
              Filter.one("memory_store_id", "ID", "Only sessions with this memory store."),
              Filter.many("statuses", "--status", "STATUS", "idle, running, ... Can be repeated."),
              Filter.archived(),
              Filter.time("gt", "Created after this time, such as 2026-11-01T00:00:00Z."),
              Filter.time("gte", "Created at or after this time."),
              Filter.time("lt", "Created before this time."),
              Filter.time("lte", "Created at or before this time.")),
          List.of(
              Column.of("ID", "id"),
              Column.of("STATUS", "status"),
              new Column("AGENT", item -> Column.text(item.object("agent"), "name")).ranked(1),
              Column.time("CREATED", "created_at"),
              Column.of("TITLE", "title")));

  private SessionVerbs() {}

  static CommandSpec spec() {
    var spec =
        Specs.group(
            NAME,
            ABOUT,
            create(),
            VERBS.one("retrieve", "Shows a session.", SessionVerbs::retrieve),
            VERBS.update("Updates a session.", UPDATED),
            list(),
            VERBS.archive("Archives a session: it ends for good, and its log is kept."),
            VERBS.delete("Deletes a session and its log."),
            VERBS.one(
                "why", "Explains why a session is making progress or not.", SessionVerbs::why),
            ContextVerbs.context(),
            ContextVerbs.compact(),
            fork(),
            BundleVerbs.export(),
            BundleVerbs.imports(),
            connect());
    spec.usageMessage()
        .footer(
            "",
            "Examples:",
            "  drover sessions create --agent Coder --message 'List the files' --follow",
            "  drover sessions create --agent agent_... --environment-id env_... --memory"
                + " memstore_...",
            "  drover sessions create --agent Coder --repository https://github.com/acme/app#main"
                + " --repository-token @token",
            "  drover sessions list --status running",
            "  drover sessions why sesn_...",
            "  drover sessions context sesn_...",
            "  drover sessions fork sesn_... --at sevt_... --title 'Another attempt'",
            "  drover sessions export sesn_... -o session.tar",
            "  drover sessions import session.tar --agent Coder --environment-id default",
            "  drover sessions connect sesn_...");
    return spec;
  }

  private static CommandSpec create() {
    var spec = Specs.verb("create", "Creates a session.", SessionVerbs::create);
    Field.declare(spec, CREATED);
    spec.addOption(Specs.text(MESSAGE, "TEXT", "The first message, or @FILE."));
    spec.addOption(Specs.flag(FOLLOW, "Show the turn that the message begins, to its end."));
    CopyOptions.addTo(spec);
    return spec;
  }

  private static CommandSpec list() {
    var spec =
        Specs.verb(
            "list",
            "Lists sessions. 'waiting' means idle, and a tool call waits for your answer.",
            call -> SESSIONS.print(call, PATH, page -> new Waiting(call.api()).marked(page)));
    SESSIONS.declare(spec);
    return spec;
  }

  /// The directory is checked before the session is created.
  private static int create(Invocation call) throws Refusal, IOException, InterruptedException {
    var arguments = call.arguments();
    var body = Field.body(arguments, CREATED);
    var message = arguments.text(MESSAGE).map(text -> arguments.content(MESSAGE, text));
    boolean follow = arguments.has(FOLLOW);
    if (follow && message.isEmpty()) {
      throw arguments.wrong(FOLLOW + " needs " + MESSAGE);
    }
    if (follow && call.output().quiet()) {
      throw arguments.wrong(FOLLOW + " shows the turn; leave out --quiet");
    }
    var options = arguments.copy();
    try {
      var directory =
          options.directory().isPresent()
              ? Optional.of(CopiedDirectory.of(call.shell(), options))
              : Optional.<CopiedDirectory>empty();
      var session = call.api().post(PATH, named(call, body));
      var id = Column.text(session, "id");
      if (!follow || call.output().json()) {
        VERBS.print(call, session);
      }
      if (directory.isPresent()) {
        directory.get().send(call.api(), id);
      }
      if (follow) {
        var model = Column.text(session.object("agent").object("model"), "id");
        return new FollowedTurn(call, id).run(model, message.get());
      }
      if (message.isPresent()) {
        call.api()
            .post(
                PATH + "/" + Api.segment(id) + "/events",
                Json.obj("events", Json.arr(Outgoing.message(message.get()))));
      }
      return 0;
    } catch (CopiedDirectory.Declined e) {
      call.say(String.valueOf(e.getMessage()));
      return 1;
    }
  }

  /// Shows a session, and for people also the one that it continues.
  private static int retrieve(Invocation call) throws Refusal, IOException, InterruptedException {
    var session = call.api().get(call.path(PATH));
    if (call.output().json()) {
      return VERBS.print(call, session);
    }
    try {
      var standing = call.api().get(call.path("/drover/sessions"));
      return VERBS.print(
          call,
          session
              .with("forked_from", lineage(standing.object("forked_from")))
              .with("imported_from", lineage(standing.object("imported_from"))));
    } catch (Refusal refusal) {
      if (refusal.status() != 403) {
        throw refusal;
      }
      return VERBS.print(call, session); // the key may not ask where it comes from
    }
  }

  /// The body with ids in place of names.
  private static Json.Obj named(Invocation call, Json.Obj body)
      throws Refusal, IOException, InterruptedException {
    var named = body;
    if (body.text(AGENT) != null) {
      var agent = call.lookup().id(IdLookup.Kind.AGENT, Column.text(body, AGENT));
      named = named.with(AGENT, agent);
    }
    if (body.text(ENVIRONMENT) != null) {
      var text = Column.text(body, ENVIRONMENT);
      named = named.with(ENVIRONMENT, call.lookup().id(IdLookup.Kind.ENVIRONMENT, text));
    } else if (body.get(ENVIRONMENT).isEmpty()) {
      named = named.with(ENVIRONMENT, new NewSession(call.api()).environment());
    }
    return named;
  }

  private static int why(Invocation invocation) throws Refusal, IOException, InterruptedException {
    var diagnosis = invocation.api().get(invocation.path("/drover/sessions"));
    if (invocation.output().json()) {
      return invocation.print(diagnosis);
    }
    invocation.output().line(Sanitized.line(Column.text(diagnosis, "why")));
    var holder = diagnosis.object("holder");
    var last = diagnosis.object("last_event");
    var error = diagnosis.object("last_error");
    return invocation.print(
        Json.obj(
            "status",
            diagnosis.text("status"),
            "held by",
            holder.text("node") == null
                ? null
                : "%s (%s, pid %s), epoch %s"
                    .formatted(
                        holder.text("node"),
                        Column.text(holder, "host"),
                        Column.text(holder, "pid"),
                        Column.text(holder, "epoch")),
            "waiting",
            diagnosis.object("inbox").number("waiting", 0),
            "last event",
            last.text("type") == null
                ? null
                : last.text("type") + " at " + Column.seconds(Column.text(last, "processed_at")),
            "forked from",
            lineage(diagnosis.object("forked_from")),
            "imported from",
            lineage(diagnosis.object("imported_from")),
            "last error",
            error.text("message") == null
                ? null
                : "%s at %s: %s"
                    .formatted(
                        error.text("type"),
                        Column.seconds(Column.text(error, "processed_at")),
                        error.text("message"))));
  }

  private static @Nullable String lineage(Json.Obj origin) {
    return origin.text("session_id") == null
        ? null
        : "%s, position %d".formatted(origin.text("session_id"), origin.number("position", 0));
  }

  private static CommandSpec fork() {
    var spec =
        VERBS.one(
            "fork", "Creates a session that continues the log of another one.", SessionVerbs::fork);
    spec.addOption(
        Specs.text(
            AT,
            "EVENT",
            "The last event to copy: its id, or its position in the log. [default: the end of the"
                + " last turn]"));
    spec.addOption(Specs.text(TITLE, "TEXT", "The title of the new session."));
    spec.addOption(Specs.text(MODEL, "ID", "Another model for the new session."));
    spec.addOption(Specs.text(PROFILE, "NAME", "Another profile for the new session."));
    spec.addOption(
        Specs.flag(NO_FILES, "Begin with empty directories, even if there is a snapshot."));
    return spec;
  }

  private static int fork(Invocation call) throws Refusal, IOException, InterruptedException {
    var arguments = call.arguments();
    var body = new LinkedHashMap<String, Json>();
    arguments
        .text(AT)
        .ifPresent(at -> body.put("at", Json.of(isPosition(at) ? Long.valueOf(at) : at)));
    arguments.text(MODEL).ifPresent(model -> body.put("model", Json.of(model)));
    arguments.text(PROFILE).ifPresent(profile -> body.put("profile", Json.of(profile)));
    if (arguments.has(NO_FILES)) {
      body.put("workspace", Json.of("none"));
    }
    arguments
        .text(TITLE)
        .ifPresent(text -> body.put("title", Json.of(arguments.content(TITLE, text))));
    var fork = call.api().post(call.path("/drover/sessions") + "/fork", new Json.Obj(body));
    if (call.output().json()) {
      return call.print(fork);
    }
    var workspace = fork.object("workspace");
    var reason = workspace.text("reason");
    call.say(
        reason != null
            ? "The sandbox of the new session begins without files. " + Sanitized.line(reason)
            : "The sandbox of the new session begins with the files of %s, position %d of the log."
                .formatted(
                    Sanitized.line(Column.seconds(Column.text(workspace, "taken_at"))),
                    workspace.number("position", 0)));
    return VERBS.print(call, fork.object("session"));
  }

  private static boolean isPosition(String at) {
    return at.matches("[0-9]{1,18}");
  }

  private static CommandSpec connect() {
    return ConnectCommand.declare(
        VERBS.one(
            "connect", ConnectCommand.ABOUT, invocation -> new ConnectCommand(invocation).run()));
  }
}
