package dev.drover.sdk;

import dev.drover.base.Json;
import dev.drover.testing.Script;
import dev.drover.testing.ScriptedMessages;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/// A Messages server that says what the messages tell it to, so that a client in any language
/// decides what the model does.
///
/// The last text of a user that is a script `{"script": NAME, "replies": [...]}` counts: the nth
/// request for NAME gets its nth reply. A reply has any of `thinking`, `text` (a list of pieces),
/// `hold` (nothing more comes until it is released), `tools` (a list of `name` and `input`), `stop`
/// (`refusal`, `max_tokens`) and `usage` (input and output tokens); or it is a `status`. A client
/// releases a reply with `POST /release/NAME` and reads what the model was asked with `POST
/// /requests/NAME`. Safe for many threads.
final class PromptedModel implements AutoCloseable {
  private static final String RELEASE = "/release/";
  private static final String REQUESTS = "/requests/";

  private final ScriptedMessages messages = ScriptedMessages.start().otherwise(this::answer);
  private final Map<String, AtomicInteger> asked = new ConcurrentHashMap<>();
  private final Map<String, CountDownLatch> holds = new ConcurrentHashMap<>();

  URI uri() {
    return messages.uri();
  }

  private Script answer(ScriptedMessages.Request request) {
    var path = request.path();
    if (path.startsWith(RELEASE)) {
      hold(path.substring(RELEASE.length())).countDown();
      return Script.body(200, "application/json", "{}");
    }
    if (path.startsWith(REQUESTS)) {
      var name = path.substring(REQUESTS.length());
      var bodies =
          messages.requests().stream()
              .map(ScriptedMessages.Request::body)
              .filter(body -> name.equals(script(body).text("script")))
              .toList();
      return Script.body(200, "application/json", Json.obj("requests", bodies).toString());
    }
    var script = script(request.body());
    var name = script.text("script");
    if (name == null) {
      return Script.reply().text("There is no script.");
    }
    int next = asked.computeIfAbsent(name, _ -> new AtomicInteger()).getAndIncrement();
    var replies = script.items("replies");
    return next < replies.size()
        ? reply((Json.Obj) replies.get(next), hold(name))
        : Script.reply().text("The script is over.");
  }

  private CountDownLatch hold(String name) {
    return holds.computeIfAbsent(name, _ -> new CountDownLatch(1));
  }

  private static Json.Obj script(Json.Obj body) {
    for (var message : body.items("messages").reversed()) {
      if (message instanceof Json.Obj object && "user".equals(object.text("role"))) {
        for (var block : object.items("content").reversed()) {
          var text = block instanceof Json.Obj content ? content.text("text") : null;
          if (text != null && text.startsWith("{\"script\":")) {
            return (Json.Obj) Json.trusted(text);
          }
        }
      }
    }
    return Json.EMPTY;
  }

  private static Script reply(Json.Obj reply, CountDownLatch hold) {
    int status = Math.toIntExact(reply.number("status", 200));
    if (status != 200) {
      return Script.status(status).header("retry-after-ms", "1");
    }
    var script = Script.reply();
    var thinking = reply.text("thinking");
    if (thinking != null) {
      script.thinking(thinking, "signed");
    }
    var usage = reply.items("usage");
    if (!usage.isEmpty()) {
      script.usage(number(usage, 0), number(usage, 1));
    }
    var text = reply.items("text");
    if (!text.isEmpty()) {
      script.text(text.stream().map(piece -> ((Json.Str) piece).value()).toArray(String[]::new));
    }
    if (reply.get("hold").isPresent()) {
      script.hold(hold);
    }
    for (var tool : reply.items("tools")) {
      var call = (Json.Obj) tool;
      script.toolUse(
          String.valueOf(call.text("name")), (Json.Obj) call.get("input").orElse(Json.EMPTY));
    }
    var stop = reply.text("stop");
    if (stop != null) {
      return stop.equals("refusal") ? script.refusal() : script.stop(stop);
    }
    return script;
  }

  private static long number(List<Json> items, int at) {
    return Json.obj("value", items.get(at)).number("value", 0);
  }

  @Override
  public void close() {
    messages.close();
  }
}
