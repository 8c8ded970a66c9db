package dev.drover.testing;

import dev.drover.catalog.WorkspaceId;
import dev.drover.session.Lease;
import dev.drover.session.Nodes;
import dev.drover.session.SessionId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Other nodes seen through one's own eyes: override what should go otherwise.
public interface NodesView extends Nodes {
  /// The nodes behind it.
  Nodes nodes();

  @Override
  default boolean beat() {
    return nodes().beat();
  }

  @Override
  default Duration lapse() {
    return nodes().lapse();
  }

  @Override
  default List<Lease> claim(int limit) {
    return nodes().claim(limit);
  }

  @Override
  default List<Lease> held() {
    return nodes().held();
  }

  @Override
  default void drain() {
    nodes().drain();
  }

  @Override
  default void leave() {
    nodes().leave();
  }

  @Override
  default void onNews(News news) {
    nodes().onNews(news);
  }

  @Override
  default Optional<Holding> holding(SessionId id) {
    return nodes().holding(id);
  }

  @Override
  default Queue queue() {
    return nodes().queue();
  }

  @Override
  default List<SessionId> atWork(WorkspaceId workspace, int limit) {
    return nodes().atWork(workspace, limit);
  }

  @Override
  default List<Member> members() {
    return nodes().members();
  }
}
