package dev.drover.cli;

import dev.drover.base.Json;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/// `drover webhooks`: endpoints that are notified of events, and what was sent to them.
final class WebhookVerbs {
  static final String NAME = "webhooks";
  static final String ABOUT = "Webhooks: URLs that are notified of what happens.";

  private static final String PATH = "/v1/organizations/webhooks";
  private static final String DELIVERIES = "/drover/webhooks";
  private static final String ENDPOINT = "--endpoint";
  private static final String EVENT = "--event";
  private static final String LABEL = "--name";
  private static final String DESCRIPTION = "--description";
  private static final String OVERLAP = "--overlap-seconds";
  private static final ResourceVerbs VERBS = new ResourceVerbs(PATH, "WEBHOOK");
  private static final PagedList ENDPOINTS =
      new PagedList(
          1000,
          List.of(Filter.order("desc")),
          List.of(
              Column.of("ID", "id"),
              Column.of("NAME", "name"),
              Column.of("URL", "url"),
              Column.of("STATE", "state"),
              Column.of("REASON", "disabled_reason"),
              Column.time("CREATED", "created_at")));
  private static final PagedList SENT =
      new PagedList(
          100,
          List.of(Filter.one("state", "owed|delivered|failed", "Only deliveries in this state.")),
          List.of(
              new Column("EVENT", item -> Column.text(item.object("event"), "id")),
              new Column("TYPE", item -> Column.text(data(item), "type")),
              new Column("ABOUT", item -> Column.text(data(item), "id")),
              Column.of("STATE", "state"),
              Column.of("ATTEMPTS", "attempts"),
              Column.of("STATUS", "response_status"),
              Column.of("ERROR", "error"),
              Column.time("LAST ATTEMPT", "attempted_at"),
              Column.time("NEXT ATTEMPT", "next_attempt_at")));

  private WebhookVerbs() {}

  private static Json.Obj data(Json.Obj delivery) {
    return delivery.object("event").object("data");
  }

  static CommandSpec spec() {
    var deliveries =
        VERBS.one(
            "deliveries",
            "Lists what was sent to an endpoint, and what is still owed to it.",
            call -> SENT.print(call, deliveriesOf(call)));
    SENT.declare(deliveries);
    var spec =
        Specs.group(
            NAME,
            ABOUT,
            fields(
                Specs.verb(
                    "create",
                    "Creates an endpoint, and prints its signing secret.",
                    WebhookVerbs::create)),
            VERBS.retrieve("Shows an endpoint."),
            fields(VERBS.one("update", "Updates an endpoint.", WebhookVerbs::update)),
            VERBS.list("Lists endpoints.", ENDPOINTS),
            VERBS.one("enable", "Enables an endpoint.", call -> state(call, "enabled")),
            VERBS.one(
                "disable",
                "Disables an endpoint: what happens from now on is not sent to it.",
                call -> state(call, "disabled")),
            VERBS.delete("Deletes an endpoint."),
            VERBS
                .one("rotate", "Replaces the signing secret, and prints it.", WebhookVerbs::rotate)
                .addOption(
                    Specs.number(
                        OVERLAP,
                        "How long requests are also signed with the old secret. [default: 0]")),
            deliveries,
            VERBS
                .one("resend", "Sends an event once more, at once.", WebhookVerbs::resend)
                .addOption(Specs.text(EVENT, "ID", "The event's id, such as whe_....")));
    spec.usageMessage()
        .footer(
            "",
            "Examples:",
            "  drover webhooks create --endpoint https://example.com/hook --event"
                + " session.status_idled",
            "  drover webhooks deliveries whep_... --state failed",
            "  drover webhooks resend whep_... --event whe_...");
    return spec;
  }

  private static CommandSpec fields(CommandSpec spec) {
    return spec.addOption(Specs.text(ENDPOINT, "URL", "The URL to which events are sent."))
        .addOption(
            Specs.texts(
                EVENT,
                "TYPE",
                "A type of events to send, such as session.status_idled. Can be repeated."))
        .addOption(Specs.text(LABEL, "TEXT", "A label."))
        .addOption(Specs.text(DESCRIPTION, "TEXT", "Notes."));
  }

  private static Json.Obj body(Arguments arguments) {
    var body = new LinkedHashMap<String, Json>();
    arguments.text(ENDPOINT).ifPresent(url -> body.put("url", Json.of(url)));
    if (arguments.has(EVENT)) {
      body.put("enabled_events", Json.arr(arguments.texts(EVENT).toArray()));
    }
    arguments.text(LABEL).ifPresent(text -> body.put("name", Json.of(text)));
    arguments
        .text(DESCRIPTION)
        .ifPresent(text -> body.put("description", Json.of(arguments.content(DESCRIPTION, text))));
    return new Json.Obj(body);
  }

  private static int create(Invocation call) throws Refusal, IOException, InterruptedException {
    call.arguments().required(ENDPOINT);
    if (call.output().quiet()) {
      throw call.arguments().wrong("--quiet would leave out the secret, which nothing shows again");
    }
    if (!call.arguments().has(EVENT)) {
      throw call.arguments().wrong(EVENT + " is missing");
    }
    return call.print(call.api().post(PATH, body(call.arguments())));
  }

  private static int update(Invocation call) throws Refusal, IOException, InterruptedException {
    var body = body(call.arguments());
    if (body.fields().isEmpty()) {
      throw call.arguments().wrong("no changes given");
    }
    return call.print(call.api().post(call.path(PATH), body));
  }

  private static int state(Invocation call, String state)
      throws Refusal, IOException, InterruptedException {
    return call.print(call.api().post(call.path(PATH), Json.obj("state", state)));
  }

  private static int rotate(Invocation call) throws Refusal, IOException, InterruptedException {
    int overlap = call.arguments().number(OVERLAP, 0).orElse(0);
    return call.print(
        call.api()
            .post(
                call.path(PATH) + "/regenerate_signing_secret",
                Json.obj("drover_overlap_seconds", overlap)));
  }

  private static String deliveriesOf(Invocation call)
      throws Refusal, IOException, InterruptedException {
    return call.path(DELIVERIES) + "/deliveries";
  }

  private static int resend(Invocation call) throws Refusal, IOException, InterruptedException {
    var event = call.arguments().required(EVENT);
    return call.print(call.api().post(deliveriesOf(call) + "/" + Api.segment(event) + "/resend"));
  }
}
