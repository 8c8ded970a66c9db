package dev.drover.wire;

import dev.drover.base.Fields;
import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.catalog.ToolRules;
import dev.drover.catalog.UrlSources;
import dev.drover.catalog.UserLocation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;

/// The JSON form of the rules for web tools, which are fields of the tool's entry in `configs`.
final class ToolRulesCodec {
  private static final String FETCH = "web_fetch";
  private static final String SEARCH = "web_search";
  private static final String TOKENS = "max_content_tokens";
  private static final String SOURCES = "url_sources";
  private static final String LOCATION = "user_location";
  private static final List<String> PLACES = List.of("city", "region", "country", "timezone");
  private static final Pattern COUNTRY = Pattern.compile("[A-Z]{2}");
  private static final Pattern ZONE = Pattern.compile("[A-Za-z0-9+_/-]+");
  private static final int MAX_PLACE = 255;

  private ToolRulesCodec() {}

  /// The fields of the rules. Lists and limits that are not set are absent; `url_sources` is always
  /// there.
  static Json.Obj write(String tool, ToolRules rules) {
    return switch (tool) {
      case FETCH -> fetch(rules instanceof ToolRules.Fetch fetch ? fetch : ToolRules.Fetch.OPEN);
      case SEARCH ->
          search(rules instanceof ToolRules.Search search ? search : ToolRules.Search.OPEN);
      default -> Json.EMPTY;
    };
  }

  private static Json.Obj fetch(ToolRules.Fetch rules) {
    var fields = new LinkedHashMap<>(DomainsCodec.write(rules.domains()).fields());
    rules.maxContentTokens().ifPresent(most -> fields.put(TOKENS, Json.of(most)));
    fields.put(SOURCES, rules.sources().map(UrlSourcesCodec::write).orElse(Json.NULL));
    return new Json.Obj(fields);
  }

  private static Json.Obj search(ToolRules.Search rules) {
    var fields = new LinkedHashMap<>(DomainsCodec.write(rules.domains()).fields());
    rules.location().ifPresent(location -> fields.put(LOCATION, write(location)));
    return new Json.Obj(fields);
  }

  private static Json.Obj write(UserLocation location) {
    var fields = new LinkedHashMap<String, Json>();
    fields.put("type", Json.of("approximate"));
    places(location)
        .forEach((name, value) -> value.ifPresent(text -> fields.put(name, Json.of(text))));
    return new Json.Obj(fields);
  }

  private static Map<String, Optional<String>> places(UserLocation location) {
    var places = new LinkedHashMap<String, Optional<String>>();
    places.put("city", location.city());
    places.put("region", location.region());
    places.put("country", location.country());
    places.put("timezone", location.timezone());
    return places;
  }

  /// Reads the rules of a request.
  ///
  /// @param custom the names of the agent's custom tools
  /// @throws Problem `INVALID_REQUEST` that names the field
  static ToolRules request(String tool, Fields config, Set<String> custom) {
    return switch (tool) {
      case FETCH ->
          new ToolRules.Fetch(
              DomainsCodec.request(config, false),
              config
                  .integer(TOKENS, 1, Integer.MAX_VALUE)
                  .map(most -> OptionalInt.of(most.intValue()))
                  .orElse(OptionalInt.empty()),
              sources(config, custom));
      case SEARCH ->
          new ToolRules.Search(
              DomainsCodec.request(config, true),
              config.object(LOCATION).map(ToolRulesCodec::location));
      default -> ToolRules.NONE;
    };
  }

  private static Optional<UrlSources> sources(Fields config, Set<String> custom) {
    var sources = config.object(SOURCES).map(sent -> UrlSourcesCodec.request(sent, custom));
    sources
        .filter(UrlSources::isNothing)
        .ifPresent(
            _ -> {
              throw config.problem(SOURCES, "at least one source must not be none");
            });
    return sources;
  }

  private static UserLocation location(Fields location) {
    location.type("approximate");
    var read =
        new UserLocation(
            place(location, "city"),
            place(location, "region"),
            place(location, "country"),
            place(location, "timezone"));
    read.country()
        .filter(country -> !COUNTRY.matcher(country).matches())
        .ifPresent(
            _ -> {
              throw location.problem("country", "must be two capital letters of ISO 3166-1");
            });
    read.timezone()
        .filter(zone -> !ZONE.matcher(zone).matches())
        .ifPresent(
            _ -> {
              throw location.problem("timezone", "must be a time zone of IANA: Europe/Zurich");
            });
    location.end();
    return read;
  }

  private static Optional<String> place(Fields location, String field) {
    return location.value(field).map(_ -> location.name(field, MAX_PLACE));
  }

  /// Reads stored rules, possibly of a newer version; empty if they cannot be read, so that the
  /// tool must not run.
  static Optional<ToolRules> stored(String tool, Json.Obj config) {
    return switch (tool) {
      case FETCH -> storedFetch(config);
      case SEARCH -> storedSearch(config);
      default -> Optional.of(ToolRules.NONE);
    };
  }

  private static Optional<ToolRules> storedFetch(Json.Obj config) {
    long most = isAbsent(config, TOKENS) ? Integer.MAX_VALUE : config.number(TOKENS, -1);
    var sources = UrlSourcesCodec.stored(config.object(SOURCES));
    boolean unreadable = sources.isEmpty() && !isAbsent(config, SOURCES);
    if (most < 1 || most > Integer.MAX_VALUE || unreadable) {
      return Optional.empty();
    }
    var tokens =
        isAbsent(config, TOKENS) ? OptionalInt.empty() : OptionalInt.of(Math.toIntExact(most));
    return DomainsCodec.stored(config, false)
        .map(domains -> new ToolRules.Fetch(domains, tokens, sources));
  }

  private static Optional<ToolRules> storedSearch(Json.Obj config) {
    var location = config.object(LOCATION);
    boolean located = PLACES.stream().anyMatch(place -> location.text(place) != null);
    return DomainsCodec.stored(config, true)
        .map(
            domains ->
                new ToolRules.Search(
                    domains, located ? Optional.of(storedLocation(location)) : Optional.empty()));
  }

  private static UserLocation storedLocation(Json.Obj location) {
    return new UserLocation(
        Optional.ofNullable(location.text("city")),
        Optional.ofNullable(location.text("region")),
        Optional.ofNullable(location.text("country")).filter(COUNTRY.asMatchPredicate()),
        Optional.ofNullable(location.text("timezone")).filter(ZONE.asMatchPredicate()));
  }

  static boolean isAbsent(Json.Obj object, String field) {
    return object.get(field).filter(value -> !(value instanceof Json.Null)).isEmpty();
  }
}
