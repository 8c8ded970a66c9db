package dev.drover.wire;

import dev.drover.base.Fields;
import dev.drover.base.Json;
import dev.drover.catalog.Resource;
import dev.drover.catalog.ResourceKind;
import java.util.LinkedHashMap;

/// The JSON form of the resources of one kind. The codec reads and writes their content; the fields
/// that all resources have are written here. A request is read without [Fields#end], which the
/// caller calls.
public interface ResourceCodec<T> extends Codec<T> {
  ResourceKind<T> kind();

  /// Reads an update; absent fields stay as they are stored.
  ///
  /// @throws dev.drover.base.Problem `INVALID_REQUEST` that names the field
  T update(T before, Fields sent);

  /// The content in the API: the stored form, to which a kind may add fields.
  default Json.Obj shown(Resource<T> resource) {
    return write(resource.content());
  }

  /// A resource in the API.
  default Json.Obj show(Resource<T> resource) {
    var fields = new LinkedHashMap<String, Json>();
    fields.put("id", Json.of(resource.id()));
    fields.put("type", Json.of(kind().type()));
    shown(resource).fields().forEach(fields::putIfAbsent);
    if (kind().versioned()) {
      fields.put("version", Json.of(resource.version()));
    }
    fields.put("created_at", Json.of(Times.write(resource.createdAt())));
    fields.put("updated_at", Json.of(Times.write(resource.updatedAt())));
    fields.put("archived_at", Json.of(Times.write(resource.archivedAt())));
    return new Json.Obj(fields);
  }
}
