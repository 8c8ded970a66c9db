package dev.drover.cli;

import dev.drover.base.Json;
import picocli.CommandLine.Model.CommandSpec;

/// `drover keys`. A server has one API key, created on its first start; its API has no routes for
/// keys.
final class KeyVerbs {
  static final String NAME = "keys";
  static final String ABOUT = "The API key that commands send.";

  private KeyVerbs() {}

  static CommandSpec spec() {
    var spec =
        Specs.group(
            NAME,
            ABOUT,
            Specs.verb(
                "show",
                "Prints the API key that the other commands would send, and its source on"
                    + " standard error. Does not contact a server.",
                KeyVerbs::show));
    spec.usageMessage()
        .footer(
            "",
            "A server has one API key. It creates the key on its first start and stores it in the"
                + " file 'api-key' of its data directory, unless the setting api_key"
                + " (DROVER_API_KEY) names another.",
            "",
            "Examples:",
            "  DROVER_API_KEY=$(drover keys show) node first.mjs");
    return spec;
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
