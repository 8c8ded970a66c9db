package dev.drover.cli;

import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/// `drover vaults`.
final class VaultVerbs {
  static final String NAME = "vaults";
  static final String ABOUT = "Vaults: sets of credentials that sessions may use.";
  static final String PATH = "/v1/vaults";

  private static final ResourceVerbs VERBS = new ResourceVerbs(PATH, "VAULT");
  private static final Field TITLE = Field.text("display_name", "The vault's name.");
  private static final List<Field> CREATED = List.of(TITLE.needed(), Field.metadata(false));
  private static final List<Field> UPDATED = List.of(TITLE, Field.metadata(true));
  private static final PagedList VAULTS =
      new PagedList(
          100,
          List.of(Filter.archived()),
          List.of(
              Column.of("ID", "id"),
              Column.of("NAME", "display_name"),
              Column.time("CREATED", "created_at"),
              Column.state()));

  private VaultVerbs() {}

  static CommandSpec spec() {
    var spec =
        Specs.group(
            NAME,
            ABOUT,
            VERBS.create("Creates a vault.", CREATED),
            VERBS.retrieve("Shows a vault."),
            VERBS.update("Updates a vault.", UPDATED),
            VERBS.list("Lists vaults.", VAULTS),
            VERBS.archive("Archives a vault: the secrets of its credentials are removed."),
            VERBS.delete("Deletes a vault with its credentials."));
    spec.usageMessage()
        .footer(
            "",
            "'drover credentials' manages what a vault contains.",
            "",
            "Examples:",
            "  drover vaults create --display-name Alice");
    return spec;
  }
}
