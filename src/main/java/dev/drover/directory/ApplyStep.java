package dev.drover.directory;

import dev.drover.base.Json;
import java.io.IOException;
import java.util.Objects;
import java.util.Optional;

/// One step of an application: what is at a path is replaced.
///
/// @param before empty if nothing may be there
/// @param after empty if nothing is put there; never present for a directory
/// @param directory whether a directory is made
record ApplyStep(
    String path, Optional<FileState> before, Optional<FileState> after, boolean directory) {

  static ApplyStep of(Change change) {
    return new ApplyStep(change.path(), change.before(), change.after(), false);
  }

  static ApplyStep directory(String path) {
    return new ApplyStep(path, Optional.empty(), Optional.empty(), true);
  }

  /// Whether something is moved to the path.
  boolean places() {
    return directory || after.isPresent();
  }

  Json.Obj json() {
    return Json.obj(
        "path",
        path,
        "before",
        before.map(ApplyStep::json).orElse(null),
        "after",
        after.map(ApplyStep::json).orElse(null),
        "directory",
        directory);
  }

  private static Json.Obj json(FileState state) {
    return Json.obj(
        "kind",
        state.kind().name(),
        "digest",
        state.digest(),
        "size",
        state.size(),
        "executable",
        state.executable());
  }

  static ApplyStep of(Json json) throws IOException {
    var step = json instanceof Json.Obj object ? object : Json.EMPTY;
    var path = step.text("path");
    if (path != null) {
      return new ApplyStep(
          path, state(step, "before"), state(step, "after"), isTrue(step, "directory"));
    }
    throw new IOException("the plan is damaged");
  }

  private static Optional<FileState> state(Json.Obj step, String key) throws IOException {
    var state = step.object(key);
    var kind = state.text("kind");
    if (kind == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new FileState(
              FileState.Kind.valueOf(kind),
              Objects.requireNonNullElse(state.text("digest"), ""),
              state.number("size", 0),
              isTrue(state, "executable")));
    } catch (IllegalArgumentException e) {
      throw new IOException("the plan is damaged", e);
    }
  }

  private static boolean isTrue(Json.Obj object, String key) {
    return object
        .get(key)
        .filter(value -> value instanceof Json.Bool(var truth) && truth)
        .isPresent();
  }
}
