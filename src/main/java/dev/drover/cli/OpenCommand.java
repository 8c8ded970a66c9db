package dev.drover.cli;

import java.io.IOException;
import picocli.CommandLine.Model.CommandSpec;

/// `drover open`: a link to the console of the server, which logs a browser in once.
final class OpenCommand {
  static final String NAME = "open";
  static final String ABOUT = "Prints a link that opens the console in a browser, logged in.";

  private final Invocation call;

  OpenCommand(Invocation call) {
    this.call = call;
  }

  static CommandSpec spec() {
    var spec = Specs.verb(NAME, ABOUT, call -> new OpenCommand(call).run());
    spec.addPositional(
        Specs.word(0, "SESSION", "0..1", "The session to show. [default: the start page]"));
    spec.usageMessage()
        .footer(
            "",
            "The link is valid for a minute and for one browser, which gets the rights of the API"
                + " key that this command sends. For a server on another machine behind ssh,"
                + " forward its port first: ssh -L 8787:127.0.0.1:8787 HOST.",
            "",
            "Examples:",
            "  drover open",
            "  xdg-open \"$(drover open sesn_...)\"");
    return Specs.server(spec);
  }

  int run() throws Refusal, IOException, InterruptedException {
    var session = call.arguments().word(0);
    var page =
        session.isBlank()
            ? "/console"
            : "/console/sessions/" + Api.segment(call.id(IdLookup.Kind.SESSION));
    return print(page);
  }

  private int print(String page) throws Refusal, IOException, InterruptedException {
    try {
      var made = call.api().post("/drover/console-link");
      if (call.output().json()) {
        return call.print(made);
      }
      var base = call.target().url().toString().replaceFirst("/+$", "");
      call.output().line(Sanitized.line(base + page + "#code=" + Column.text(made, "code")));
      return 0;
    } catch (Refusal refusal) {
      if (refusal.status() != 404) {
        throw refusal;
      }
      call.say("the server at " + call.target().url() + " has no console");
      return 1;
    }
  }
}
