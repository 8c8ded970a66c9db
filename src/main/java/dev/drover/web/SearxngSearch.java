package dev.drover.web;

import dev.drover.base.Secret;
import java.io.IOException;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A SearXNG server. Its operator must allow the format JSON, which is off by default. It has no
/// place for the location of a user.
///
/// @param url the server; `/search` is added
/// @param key sent as a bearer token, for a server behind a proxy that wants one
record SearxngSearch(EngineRequests requests, URI url, Optional<Secret> key)
    implements SearchProvider {
  @Override
  public List<SearchHit> search(SearchQuery query) throws IOException, InterruptedException {
    var words = new LinkedHashMap<String, String>();
    words.put("q", query.text());
    words.put("format", "json");
    var headers =
        key.map(secret -> Map.of("authorization", "Bearer " + secret.reveal())).orElse(Map.of());
    var place = url.getPath().endsWith("/search") ? url : URI.create(url + "/search");
    var answer = requests.get(place, words, headers);
    if (answer.get("results").isEmpty()) {
      throw new IOException("its answer has no results; is the format json allowed there?");
    }
    return EngineRequests.hits(answer.items("results"), query.most(), "content", "publishedDate");
  }
}
