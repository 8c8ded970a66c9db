package dev.drover.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import com.anthropic.client.AnthropicClient;
import dev.drover.base.Json;
import dev.drover.session.Event;
import dev.drover.session.SessionError;
import dev.drover.session.StopReason;
import dev.drover.wire.EventCodec;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Looks back on the whole suite, and so runs last: every call that the client has was answered or
/// is documented as out of scope, and every event that Drover can emit was seen.
abstract class NothingLeftOutCases {
  private static final Path DOCUMENT = Path.of("docs/divergences.md");
  private static final Pattern ROW =
      Pattern.compile("\\| `([a-zA-Z.]+)` \\| `(GET|POST|DELETE) (/\\S*)` \\| (\\d{3}) \\|");

  private final Rig rig;

  NothingLeftOutCases(Rig rig) {
    this.rig = rig;
  }

  /// One line of the document's table.
  ///
  /// @param call a method of the client, or a service of it with all below
  private record Outside(String call, String method, String path, int status) {
    boolean covers(String name) {
      return name.equals(call)
          || (name.startsWith(call + ".") && !name.startsWith("beta.organization.webhooks."));
    }
  }

  private static List<Outside> outside() throws IOException {
    var rows =
        Files.readAllLines(DOCUMENT).stream()
            .map(ROW::matcher)
            .filter(row -> row.matches())
            .map(
                row ->
                    new Outside(
                        row.group(1), row.group(2), row.group(3), Integer.parseInt(row.group(4))))
            .toList();
    assertThat(rows).isNotEmpty();
    return rows;
  }

  private static Set<String> calls() {
    return Witness.calls(AnthropicClient.class, "")
        .filter(name -> !Set.of("async", "close", "options").contains(name))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void everyCallIsAnsweredOrOutOfScope() throws Exception {
    var outside = outside();
    var inside =
        calls().stream().filter(name -> outside.stream().noneMatch(o -> o.covers(name))).toList();
    assertThat(rig.witness.answered()).containsExactlyInAnyOrderElementsOf(inside);
    assertThat(outside).allMatch(o -> calls().stream().anyMatch(o::covers));
  }

  @Test
  void callsOutOfScopeAnswerAsDocumented() throws Exception {
    var session = rig.session();
    var thread = rig.beta.sessions().threads().list(session).items().getFirst().id();
    var outside = outside();
    try (var http = HttpClient.newHttpClient()) {
      for (var call : outside) {
        var path =
            call.path()
                .replace("{session}", session)
                .replace("{thread}", thread)
                .replace("{environment}", rig.environment().id())
                .replaceAll("\\{.*?}", "any_01x");
        var request =
            HttpRequest.newBuilder(URI.create(rig.drover.url() + path))
                .header("authorization", "Bearer " + rig.drover.key().reveal())
                .method(
                    call.method(),
                    call.method().equals("POST")
                        ? HttpRequest.BodyPublishers.ofString("{}")
                        : HttpRequest.BodyPublishers.noBody())
                .build();
        var response = http.send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).as("%s", call).isEqualTo(call.status());
        assertThat(((Json.Obj) Json.trusted(response.body())).text("type")).isEqualTo("error");
      }
    }
    rig.witness
        .refused()
        .forEach(
            (name, statuses) ->
                outside.stream()
                    .filter(o -> o.covers(name))
                    .forEach(o -> assertThat(statuses).as(name).containsExactly(o.status())));
  }

  @Test
  void everyEventIsEmittedAndValid() {
    var possible =
        leaves(Event.class)
            .filter(kind -> !Event.Private.class.isAssignableFrom(kind))
            .filter(kind -> kind != Event.Unknown.class && kind != Event.UnknownFromClient.class)
            .filter(kind -> kind != Event.ThreadTerminated.class) // of child threads only
            .filter(kind -> kind != Event.ContextCompacted.class) // of long sessions only
            .map(kind -> EventCodec.type((Event) blank(kind)))
            .collect(Collectors.toCollection(TreeSet::new));
    possible.addAll(List.of("event_start", "event_delta"));
    assertThat(seen("type")).isEqualTo(possible);
  }

  @Test
  void everyVariantOfAnEventIsEmittedAndValid() {
    assertThat(seen("stop_reason", "type"))
        .hasSize(StopReason.class.getPermittedSubclasses().length - 1) // but for those of tomorrow
        .contains("end_turn", "requires_action", "retries_exhausted", "budget_reached", "refusal");
    assertThat(seen("error", "type"))
        .hasSize(SessionError.Type.values().length - 1)
        .doesNotContain("unknown_error"); // a bug of ours
    assertThat(seen("error", "retry_status", "type")).containsExactly("exhausted", "retrying");
    assertThat(seen("evaluated_permission")).containsExactly("allow", "ask", "deny");
    assertThat(seen("evaluation", "type")).containsExactly("always_allow", "always_ask", "auto");
    assertThat(seen("event", "type")).containsExactly("agent.message", "agent.thinking");
    assertThat(seen("result")).containsExactly("allow", "deny");
    assertThat(keys("session.updated")).contains("title", "metadata", "agent", "budget");
    assertThat(keys("session.usage")).contains("usage", "budget");
    assertThat(keys("user.tool_confirmation")).contains("tool_use_id", "result", "deny_message");
    assertThat(keys("user.custom_tool_result"))
        .contains("custom_tool_use_id", "content", "is_error");
  }

  /// Keys that must be there, if only as null.
  @Test
  void noEventLacksANullableKey() {
    for (var event : rig.witness.events()) {
      var type = String.valueOf(event.text("type"));
      if (type.endsWith("status_idle")) {
        assertThat(event.get("stop_details")).as("%s", event).isPresent();
      }
      if (type.equals("session.usage")) {
        assertThat(event.get("budget")).as("%s", event).isPresent();
      }
      if (!type.startsWith("event_")) {
        assertThat(event.get("processed_at")).as("%s", event).isPresent();
        assertThat(event.text("id")).startsWith("sevt_");
      }
    }
  }

  /// The texts that stand under a path of names in any event.
  private Set<String> seen(String... path) {
    return rig.witness.events().stream()
        .map(
            event -> {
              var at = event;
              for (var name : Arrays.copyOf(path, path.length - 1)) {
                at = at.get(name).orElse(Json.EMPTY) instanceof Json.Obj o ? o : Json.EMPTY;
              }
              return at.text(path[path.length - 1]);
            })
        .filter(Objects::nonNull)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private Set<String> keys(String type) {
    return rig.witness.events().stream()
        .filter(event -> type.equals(event.text("type")))
        .flatMap(event -> event.fields().keySet().stream())
        .collect(Collectors.toSet());
  }

  private static Stream<Class<?>> leaves(Class<?> kind) {
    return kind.isSealed()
        ? Arrays.stream(kind.getPermittedSubclasses())
            .flatMap(NothingLeftOutCases::leaves)
            .distinct()
        : Stream.of(kind);
  }

  /// A record without content.
  private static Object blank(Class<?> kind) {
    var components = kind.getRecordComponents();
    var types = Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    var values =
        Arrays.stream(types)
            .map(type -> type == boolean.class ? (Object) false : type == int.class ? 0 : null)
            .toArray();
    try {
      var constructor = kind.getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return constructor.newInstance(values);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(kind.getName(), e);
    }
  }
}
