package dev.drover.cli;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Model.CommandSpec;

/// A query parameter of a list that has a flag.
///
/// @param parameter the name in the protocol
record Filter(String parameter, String flag, Kind kind, String label, String description) {
  enum Kind {
    ONE,
    /// The id or the name of an agent.
    AGENT,
    MANY,
    SWITCH
  }

  static Filter one(String parameter, String label, String description) {
    return new Filter(parameter, flag(parameter), Kind.ONE, label, description);
  }

  /// An agent, by its name or its id.
  static Filter agent(String parameter, String description) {
    return new Filter(parameter, flag(parameter), Kind.AGENT, "AGENT", description);
  }

  static Filter many(String parameter, String flag, String label, String description) {
    return new Filter(parameter, flag, Kind.MANY, label, description);
  }

  static Filter archived() {
    var name = "include_archived";
    return new Filter(name, flag(name), Kind.SWITCH, "", "Include archived ones.");
  }

  static Filter order(String usual) {
    return one("order", "asc|desc", "By time. [default: " + usual + "]");
  }

  /// @param bound gt, gte, lt or lte
  static Filter time(String bound, String description) {
    return one("created_at[" + bound + "]", "TIME", description);
  }

  static void declare(CommandSpec spec, List<Filter> filters) {
    for (var filter : filters) {
      spec.addOption(
          switch (filter.kind) {
            case ONE, AGENT -> Specs.text(filter.flag, filter.label, filter.description);
            case MANY -> Specs.texts(filter.flag, filter.label, filter.description);
            case SWITCH -> Specs.flag(filter.flag, filter.description);
          });
    }
  }

  /// The part of the query that the flags define, with an ampersand before each parameter.
  static String query(Invocation call, List<Filter> filters)
      throws Refusal, IOException, InterruptedException {
    var arguments = call.arguments();
    var query = new StringBuilder();
    for (var filter : filters) {
      switch (filter.kind) {
        case ONE -> arguments.text(filter.flag).ifPresent(text -> filter.add(query, "", text));
        case AGENT -> {
          var named = arguments.text(filter.flag);
          if (named.isPresent()) {
            filter.add(query, "", call.lookup().id(IdLookup.Kind.AGENT, named.get()));
          }
        }
        case MANY -> arguments.texts(filter.flag).forEach(text -> filter.add(query, "[]", text));
        case SWITCH -> {
          if (arguments.has(filter.flag)) {
            filter.add(query, "", "true");
          }
        }
      }
    }
    return query.toString();
  }

  private void add(StringBuilder query, String suffix, String value) {
    query.append('&').append(encoded(parameter + suffix)).append('=').append(encoded(value));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  /// The flag of a parameter in the protocol.
  static String flag(String parameter) {
    return "--" + parameter.replaceAll("[_\\[]", "-").replace("]", "").toLowerCase(Locale.ROOT);
  }
}
