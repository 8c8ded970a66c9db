package dev.drover.cli;

import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/// `drover workspaces`: what a server has apart from each other.
final class WorkspaceVerbs {
  static final String NAME = "workspaces";
  static final String ABOUT = "Workspaces: teams or projects that do not see each other.";
  static final String PATH = "/drover/workspaces";

  private static final ResourceVerbs VERBS = new ResourceVerbs(PATH, "WORKSPACE");
  private static final Field TITLE = Field.text("name", "The workspace's name.");
  private static final Field LIMIT =
      new Field(
          "storage_mib",
          Field.Kind.NUMBER,
          "N",
          "The limit for its files and snapshots, in MiB. [default: the setting blobs.quota_mib]");
  private static final List<Field> CREATED = List.of(TITLE.needed(), LIMIT);
  private static final List<Field> UPDATED = List.of(TITLE, LIMIT);
  private static final PagedList WORKSPACES =
      new PagedList(
          100,
          List.of(Filter.archived()),
          List.of(
              Column.of("ID", "id"),
              Column.of("NAME", "name"),
              Column.of("KEYS", "api_keys"),
              Column.of("STORED BYTES", "stored_bytes"),
              Column.of("LIMIT MIB", "storage_mib"),
              Column.time("CREATED", "created_at"),
              Column.state()));

  private WorkspaceVerbs() {}

  static CommandSpec spec() {
    var spec =
        Specs.group(
            NAME,
            ABOUT,
            VERBS.create("Creates a workspace.", CREATED),
            VERBS.retrieve("Shows a workspace."),
            VERBS.update("Updates a workspace.", UPDATED),
            VERBS.list("Lists workspaces.", WORKSPACES),
            VERBS.archive(
                "Archives a workspace: its keys are refused, its turns are interrupted, and nothing"
                    + " is deleted."));
    spec.usageMessage()
        .footer(
            "",
            "A key reaches the workspace that it belongs to, and no other. 'drover keys' creates"
                + " keys. These commands need a key with the scopes server:read and server:write,"
                + " as the one in the settings is.",
            "",
            "Examples:",
            "  drover workspaces create --name Research",
            "  drover keys create --workspace wrkspc_... --name CI",
            "  drover workspaces archive wrkspc_...");
    return spec;
  }
}
