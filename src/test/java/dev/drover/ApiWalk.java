package dev.drover;

import dev.drover.base.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/// Asks every GET route of a server's API document, event streams aside, with the ids that its
/// lists show. One thread.
final class ApiWalk implements AutoCloseable {
  private static final Duration BOUND = Duration.ofSeconds(30);

  private final HttpClient http = HttpClient.newHttpClient();
  private final URI url;
  private final String key;
  private final Map<String, HttpResponse<String>> answers = new LinkedHashMap<>();
  private final Map<String, List<String>> known = new HashMap<>();

  ApiWalk(URI url, String key) {
    this.url = url;
    this.key = key;
  }

  /// All answers, by their paths; of paths without a list, too.
  Map<String, HttpResponse<String>> walk() throws IOException, InterruptedException {
    var document = (Json.Obj) Json.trusted(ask("/openapi.json").body());
    // Drover's own routes come last: their lists do not have all ids.
    var templates = new TreeMap<String, Json>(Comparator.reverseOrder());
    templates.putAll(document.object("paths").fields());
    for (var template : templates.entrySet()) {
      boolean reads = ((Json.Obj) template.getValue()).get("get").isPresent();
      if (reads
          && !template.getKey().endsWith("/stream")
          && !template.getKey().equals("/drover/changes")) {
        for (var path : paths(template.getKey())) {
          ask(path);
        }
      }
    }
    return answers;
  }

  /// The paths of a template, one for each thing that it can show.
  private List<String> paths(String template) throws IOException, InterruptedException {
    List<String> paths = List.of("");
    for (var segment : template.substring(1).split("/", -1)) {
      var longer = new ArrayList<String>();
      for (var path : paths) {
        for (var end : segment.startsWith("{") ? ids(path, segment) : List.of(segment)) {
          longer.add(path + "/" + end);
        }
      }
      paths = longer;
    }
    return paths;
  }

  private List<String> ids(String list, String parameter) throws IOException, InterruptedException {
    var answer = ask(list);
    var ids = new ArrayList<String>();
    if (answer.statusCode() == 200 && answer.body().startsWith("{")) {
      for (var item : ((Json.Obj) Json.trusted(answer.body())).items("data")) {
        if (item instanceof Json.Obj one) {
          Stream.ofNullable(one.text("id")).forEach(ids::add);
        }
      }
    }
    if (ids.isEmpty()) {
      return known.getOrDefault(parameter, List.of());
    }
    known.put(parameter, ids);
    return ids;
  }

  private HttpResponse<String> ask(String path) throws IOException, InterruptedException {
    var earlier = answers.get(path);
    if (earlier != null) {
      return earlier;
    }
    var request =
        HttpRequest.newBuilder(url.resolve(path)).timeout(BOUND).header("x-api-key", key).build();
    var answer = http.send(request, BodyHandlers.ofString());
    answers.put(path, answer);
    return answer;
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
