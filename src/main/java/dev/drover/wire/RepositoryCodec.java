package dev.drover.wire;

import dev.drover.base.Json;
import dev.drover.session.Checkout;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.RepositorySkill;
import dev.drover.session.SessionResource;
import dev.drover.session.SessionResourceId;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The JSON form of the repositories of sessions: for clients, without the token; and in the log,
/// what became of their clones. Reading is tolerant: a skill without a name or a path is left out.
final class RepositoryCodec {
  private RepositoryCodec() {}

  static Json.Obj write(SessionResource.Repository repository) {
    return Json.obj(
        "id", repository.id().value(),
        "type", "github_repository",
        "url", repository.url().value(),
        "mount_path", repository.path().value(),
        "checkout", repository.checkout().map(RepositoryCodec::write).orElse(null),
        "created_at", Times.write(repository.createdAt()),
        "updated_at", Times.write(repository.updatedAt()));
  }

  private static Json.Obj write(Checkout checkout) {
    return switch (checkout) {
      case Checkout.Branch(var name) -> Json.obj("type", "branch", "name", name);
      case Checkout.Commit(var sha) -> Json.obj("type", "commit", "sha", sha);
    };
  }

  static Json.Obj write(Event.RepositoryCloned cloned) {
    var written = Json.obj("resource_id", cloned.repository().value());
    return cloned
        .skills()
        .map(skills -> written.with("skills", skills.stream().map(RepositoryCodec::write).toList()))
        .orElse(written);
  }

  private static Json.Obj write(RepositorySkill skill) {
    return Json.obj("name", skill.name(), "description", skill.description(), "path", skill.path());
  }

  static Event read(EventId id, String resource, Json.Obj event) {
    return new Event.RepositoryCloned(
        id,
        new SessionResourceId(resource),
        event
            .get("skills")
            .filter(Json.Arr.class::isInstance)
            .map(_ -> skills(event.items("skills"))));
  }

  private static List<RepositorySkill> skills(List<Json> items) {
    return items.stream()
        .flatMap(item -> item instanceof Json.Obj skill ? read(skill) : Stream.empty())
        .toList();
  }

  private static Stream<RepositorySkill> read(Json.Obj skill) {
    @Nullable String name = skill.text("name");
    @Nullable String path = skill.text("path");
    @Nullable String description = skill.text("description");
    return name == null || path == null
        ? Stream.empty()
        : Stream.of(new RepositorySkill(name, description == null ? "" : description, path));
  }
}
