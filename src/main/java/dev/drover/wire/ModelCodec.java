package dev.drover.wire;

import dev.drover.base.Fields;
import dev.drover.base.Json;
import dev.drover.catalog.ModelConfig;
import java.util.LinkedHashMap;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/// The JSON form of an agent's `model`: an id, or an object.
final class ModelCodec {
  private static final Set<String> EFFORTS = Set.of("low", "medium", "high", "xhigh", "max");
  private static final String STANDARD = "standard";

  private ModelCodec() {}

  static Json.Obj write(ModelConfig model) {
    var fields = new LinkedHashMap<String, Json>();
    fields.put("id", Json.of(model.id()));
    model.effort().ifPresent(effort -> fields.put("effort", Json.obj("type", effort)));
    fields.put("speed", Json.of(model.speed()));
    return new Json.Obj(fields);
  }

  /// Reads a stored model; an effort that this version does not know is passed on unchanged.
  static ModelConfig stored(Json json) {
    if (!(json instanceof Json.Obj model)) {
      return new ModelConfig(
          json instanceof Json.Str id ? id.value() : "", Optional.empty(), STANDARD);
    }
    return new ModelConfig(
        Objects.requireNonNullElse(model.text("id"), ""),
        model.get("effort").flatMap(ModelCodec::level),
        Objects.requireNonNullElse(model.text("speed"), STANDARD));
  }

  private static Optional<String> level(Json effort) {
    return Optional.ofNullable(
        switch (effort) {
          case Json.Str level -> level.value();
          case Json.Obj object -> object.text("type");
          default -> null;
        });
  }

  /// Reads the field `model` of a request.
  ///
  /// @throws dev.drover.base.Problem `INVALID_REQUEST` that names the field
  static ModelConfig request(Fields body) {
    if (body.required("model") instanceof Json.Str id) {
      body.text("model", 1, 256);
      return new ModelConfig(id.value(), Optional.empty(), STANDARD);
    }
    var model = body.objectInsteadOfString("model");
    var id = model.text("id", 1, 256);
    var speed = Optional.ofNullable(model.optionalText("speed", 16)).orElse(STANDARD);
    if (!speed.equals(STANDARD)) {
      throw model.problem("speed", "only \"standard\" is supported");
    }
    model.unsupported("inference_geo");
    var effort = model.value("effort").map(value -> effort(model, value));
    model.end();
    return new ModelConfig(id, effort, speed);
  }

  private static String effort(Fields model, Json value) {
    String level;
    if (value instanceof Json.Str text) {
      level = text.value();
    } else {
      var object = model.objectInsteadOfString("effort");
      level = object.type();
      object.end();
    }
    if (!EFFORTS.contains(level)) {
      throw model.problem("effort", "must be one of low, medium, high, xhigh, max");
    }
    return level;
  }
}
