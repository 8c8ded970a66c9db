package dev.drover.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.drover.base.Fields;
import dev.drover.base.Json;
import dev.drover.catalog.ResourceKind;
import dev.drover.wire.Codec;
import dev.drover.wire.ResourceCodec;
import dev.drover.wire.ResourceCodecs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.stream.Stream;

/// Contents of a kind, made from the example that the OpenAPI document has of its create request.
///
/// @param example the body of a create request
public record ResourceSample<T>(ResourceCodec<T> codec, Json.Obj example) {
  /// One of each kind.
  public static Stream<ResourceSample<?>> all() {
    return ResourceCodecs.ALL.stream()
        .map(codec -> new ResourceSample<>(codec, example(codec.kind().path())));
  }

  private static Json.Obj example(String path) {
    var operation = fragment(path.replace("/v1/", "")).object("paths").object(path).object("post");
    var body = operation.object("requestBody").object("content").object("application/json");
    var example = body.object("example");
    if (example.fields().isEmpty()) {
      throw new IllegalStateException("the request POST " + path + " has no example");
    }
    return example;
  }

  private static Json.Obj fragment(String name) {
    try (var in = Codec.class.getResourceAsStream("/dev/drover/api/openapi/" + name + ".json")) {
      return (Json.Obj) Json.trusted(new String(Objects.requireNonNull(in).readAllBytes(), UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public ResourceKind<T> kind() {
    return codec.kind();
  }

  /// The body of a create request that differs from those of other marks.
  public Json.Obj body(String mark) {
    var body = example.with("metadata", Json.obj("mark", mark));
    return kind().uniqueName().isEmpty() ? body : body.with("name", "name " + mark);
  }

  /// What [#body] creates.
  public T content(String mark) {
    return codec.request(Fields.of(body(mark), ""));
  }

  /// The content with the metadata of another mark.
  public T changed(T before, String mark) {
    var update = Json.obj("metadata", Json.obj("mark", mark));
    return codec.update(before, Fields.of(update, ""));
  }

  @Override
  public String toString() {
    return kind().type();
  }
}
