package dev.drover.web;

import dev.drover.base.Secret;
import java.io.IOException;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The web search API of Brave, or a server of the same form.
///
/// @param url where searches are answered
record BraveSearch(EngineRequests requests, URI url, Secret key) implements SearchProvider {
  private static final int MOST = 20;

  @Override
  public List<SearchHit> search(SearchQuery query) throws IOException, InterruptedException {
    var words = new LinkedHashMap<String, String>();
    words.put("q", query.text());
    words.put("count", Integer.toString(Math.min(MOST, query.most())));
    words.put("text_decorations", "false");
    var headers = new LinkedHashMap<String, String>();
    headers.put("x-subscription-token", key.reveal());
    query
        .location()
        .ifPresent(
            location -> {
              location.country().ifPresent(country -> words.put("country", country));
              location.country().ifPresent(country -> headers.put("x-loc-country", country));
              location.city().ifPresent(city -> put(headers, "x-loc-city", city));
              location.region().ifPresent(region -> put(headers, "x-loc-state-name", region));
              location.timezone().ifPresent(zone -> headers.put("x-loc-timezone", zone));
            });
    var answer = requests.get(url, words, headers);
    return EngineRequests.hits(
        answer.object("web").items("results"), query.most(), "description", "age");
  }

  /// A header can carry only ASCII.
  private static void put(Map<String, String> headers, String name, String value) {
    if (value.chars().allMatch(c -> c >= ' ' && c < 0x7f)) {
      headers.put(name, value);
    }
  }
}
