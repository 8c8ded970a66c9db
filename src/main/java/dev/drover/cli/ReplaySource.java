package dev.drover.cli;

import dev.drover.base.Json;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Where the answers of a replay come from: the server that has the session, or a bundle.
interface ReplaySource extends AutoCloseable {
  Json.Obj requests(Replaying.Settings settings) throws Refusal, IOException, InterruptedException;

  List<Long> points(int most) throws Refusal, IOException, InterruptedException;

  Json.Obj assumptions(Replaying.Settings settings, int most)
      throws Refusal, IOException, InterruptedException;

  Json.Obj step(long position, Optional<String> model)
      throws Refusal, IOException, InterruptedException;

  /// A step with a context that is made anew.
  Json.Obj remade(long position, Replaying.Settings settings, Optional<String> without)
      throws Refusal, IOException, InterruptedException;

  @Override
  void close();

  /// A bundle on this machine.
  record FromBundle(Replaying.Recorded recorded) implements ReplaySource {
    @Override
    public Json.Obj requests(Replaying.Settings settings) {
      return recorded.requests(settings);
    }

    @Override
    public List<Long> points(int most) {
      return recorded.points(most);
    }

    @Override
    public Json.Obj assumptions(Replaying.Settings settings, int most) {
      return recorded.assumptions(settings, most);
    }

    @Override
    public Json.Obj step(long position, Optional<String> model) throws InterruptedException {
      return recorded.step(position, model);
    }

    @Override
    public Json.Obj remade(long position, Replaying.Settings settings, Optional<String> without)
        throws InterruptedException {
      return recorded.remade(position, settings, without);
    }

    @Override
    public void close() {
      recorded.close();
    }
  }

  /// A session of a server.
  record FromServer(Api api, String path) implements ReplaySource {
    @Override
    public Json.Obj requests(Replaying.Settings settings)
        throws Refusal, IOException, InterruptedException {
      return api.get(path + "?" + String.join("&", query(settings)));
    }

    private static List<String> query(Replaying.Settings settings) {
      var query = new ArrayList<String>();
      settings.model().ifPresent(id -> query.add("model=" + Api.segment(id)));
      settings.contextTokens().ifPresent(tokens -> query.add("context_tokens=" + tokens));
      settings.strategy().ifPresent(name -> query.add("strategy=" + Api.segment(name)));
      settings.profile().ifPresent(name -> query.add("profile=" + Api.segment(name)));
      return query;
    }

    @Override
    public List<Long> points(int most) throws Refusal, IOException, InterruptedException {
      return positions(api.get(path + "?points=" + most));
    }

    @Override
    public Json.Obj assumptions(Replaying.Settings settings, int most)
        throws Refusal, IOException, InterruptedException {
      var query = new ArrayList<>(query(settings));
      if (most > 0) {
        query.add("points=" + most);
      }
      return api.get(path + "/assumptions?" + String.join("&", query));
    }

    @Override
    public Json.Obj step(long position, Optional<String> model)
        throws Refusal, IOException, InterruptedException {
      return ask(Json.obj("position", position, "model", model.orElse(null)));
    }

    @Override
    public Json.Obj remade(long position, Replaying.Settings settings, Optional<String> without)
        throws Refusal, IOException, InterruptedException {
      return ask(
          Json.obj(
              "position",
              position,
              "model",
              settings.model().orElse(null),
              "profile",
              settings.profile().orElse(null),
              "context_tokens",
              settings.contextTokens().orElse(null),
              "remade",
              true,
              "without",
              without.orElse(null)));
    }

    /// A model may think for longer than a server usually takes to answer.
    private Json.Obj ask(Json.Obj body) throws Refusal, IOException, InterruptedException {
      return api.send(
          "POST",
          path,
          "application/json",
          new ByteArrayInputStream(body.toString().getBytes(StandardCharsets.UTF_8)));
    }

    @Override
    public void close() {}
  }

  /// The positions of points in an answer.
  static List<Long> positions(Json.Obj answer) {
    return answer.items("points").stream()
        .map(point -> point instanceof Json.Num number ? number.asLong().orElse(0L) : 0L)
        .toList();
  }
}
