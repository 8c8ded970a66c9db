package dev.drover.store.memory;

import dev.drover.catalog.WorkspaceId;
import dev.drover.session.SessionId;
import dev.drover.session.SessionResource;
import dev.drover.session.SessionResourceId;
import dev.drover.session.SessionResources;
import dev.drover.store.Refusals;
import dev.drover.store.ResourceRules;
import java.util.ArrayList;
import java.util.List;

/// Keeps the list alone: this store has no files.
final class MemorySessionResources implements SessionResources {
  private final Table table;

  MemorySessionResources(Table table) {
    this.table = table;
  }

  private Table.Row row(WorkspaceId workspace, SessionId id) {
    var row = table.row(id);
    if (!row.session.workspace().equals(workspace)) {
      throw Refusals.notFound(id);
    }
    row.state.refuseIfOver();
    return row;
  }

  @Override
  public void add(WorkspaceId workspace, SessionId id, SessionResource.Mounted file) {
    synchronized (table) {
      var row = row(workspace, id);
      ResourceRules.check(row.session.resources(), file);
      var all = new ArrayList<>(row.session.resources());
      all.add(file);
      row.session = row.session.with(all);
    }
  }

  @Override
  public void remove(WorkspaceId workspace, SessionId id, SessionResourceId resource) {
    synchronized (table) {
      var row = row(workspace, id);
      var all = new ArrayList<>(row.session.resources());
      all.remove(ResourceRules.removable(all, resource));
      row.session = row.session.with(all);
    }
  }

  @Override
  public boolean replaceToken(
      WorkspaceId workspace, SessionId id, SessionResource.Repository after) {
    synchronized (table) {
      var row = row(workspace, id);
      var found = ResourceRules.replaceable(row.session.resources(), after);
      row.session =
          row.session.with(
              row.session.resources().stream()
                  .map(one -> found.isPresent() && one.id().equals(after.id()) ? after : one)
                  .toList());
      return found.isPresent();
    }
  }

  @Override
  public List<SessionResource> of(SessionId id) {
    synchronized (table) {
      var row = table.rows.get(id);
      return row == null ? List.of() : row.session.resources();
    }
  }
}
