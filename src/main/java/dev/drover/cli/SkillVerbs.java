package dev.drover.cli;

import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/// `drover skills`.
final class SkillVerbs {
  static final String NAME = "skills";
  static final String ABOUT = "Skills: directories with instructions that agents read.";

  private static final String PATH = "/v1/skills";
  private static final String FROM = "--from";
  private static final String AS = "--as";
  private static final String DISPLAY_NAME = "--display-name";
  private static final String VERSION = "--version";
  private static final ResourceVerbs VERBS = new ResourceVerbs(PATH, "SKILL");
  private static final PagedList SKILLS =
      new PagedList(
          100,
          List.of(Filter.one("source", "custom|anthropic", "Only skills from there.")),
          List.of(
              Column.of("ID", "id"),
              Column.of("NAME", "display_name"),
              new Column("SOURCE", item -> Column.text(item.object("source"), "type")),
              Column.of("LATEST VERSION", "latest_version_id"),
              Column.time("UPDATED", "updated_at")));
  private static final PagedList VERSIONS =
      new PagedList(
          100,
          List.of(),
          List.of(
              Column.of("ID", "id"),
              Column.of("NAME", "name"),
              Column.time("CREATED", "created_at"),
              Column.of("DESCRIPTION", "description")));

  private SkillVerbs() {}

  static CommandSpec spec() {
    var versions =
        VERBS.one(
            "versions",
            "Lists the versions of a skill.",
            call -> VERSIONS.print(call, versionsOf(call)));
    VERSIONS.declare(versions);
    var delete =
        VERBS
            .one(
                "delete-version",
                "Deletes a version of a skill.",
                call ->
                    Confirmation.ask(
                        call,
                        "Delete version " + required(call, VERSION),
                        SkillVerbs::deleteVersion))
            .addOption(Specs.text(VERSION, "ID", "The version's id."));
    Confirmation.declare(delete);
    var spec =
        Specs.group(
            NAME,
            ABOUT,
            upload("create", "Creates a skill.", SkillVerbs::create).addOption(displayName()),
            upload("import", "Adds a skill under a name of the vendor's.", SkillVerbs::importSkill)
                .addOption(Specs.text(AS, "NAME", "The name that agents use, such as xlsx."))
                .addOption(displayName()),
            VERBS
                .one("add-version", "Adds a version to a skill.", SkillVerbs::addVersion)
                .addOption(Specs.text(FROM, "DIR", "The skill's directory, or a zip archive.")),
            VERBS.retrieve("Shows a skill."),
            VERBS.list("Lists skills.", SKILLS),
            versions,
            VERBS
                .one("download", "Downloads a version, as a zip archive.", SkillVerbs::download)
                .addOption(Specs.text(VERSION, "ID", "The version's id. [default: latest]"))
                .addPositional(Download.to()),
            VERBS.delete("Deletes a skill with all its versions. Sessions keep theirs."),
            delete);
    spec.usageMessage()
        .footer(
            "",
            "A skill is a directory with a SKILL.md. Its name is the one in SKILL.md.",
            "",
            "Examples:",
            "  drover skills create ./poems",
            "  drover skills add-version skill_... --from ./poems",
            "  drover skills import ./xlsx --as xlsx");
    return spec;
  }

  private static CommandSpec upload(String name, String about, Verb verb) {
    return Specs.id(
        Specs.verb(name, about, verb), "DIR", "The skill's directory, or a zip archive.");
  }

  private static OptionSpec displayName() {
    return Specs.text(DISPLAY_NAME, "TEXT", "What lists show. [default: the skill's name]");
  }

  private static String versionsOf(Invocation call)
      throws Refusal, IOException, InterruptedException {
    return call.path(PATH) + "/versions";
  }

  private static String required(Invocation call, String flag) {
    return call.arguments().required(flag);
  }

  private static int create(Invocation call) throws Refusal, IOException, InterruptedException {
    return send(call, PATH, call.arguments().id());
  }

  private static int importSkill(Invocation call)
      throws Refusal, IOException, InterruptedException {
    var path = "/drover/skills/" + Api.segment(required(call, AS));
    return send(call, path, call.arguments().id());
  }

  private static int addVersion(Invocation call) throws Refusal, IOException, InterruptedException {
    return send(call, versionsOf(call), required(call, FROM));
  }

  private static int send(Invocation call, String path, String from)
      throws Refusal, IOException, InterruptedException {
    var form = SkillFiles.form(from, call.arguments().text(DISPLAY_NAME));
    return call.print(call.api().send("POST", path, form.type(), form.body()));
  }

  /// The newest version, unless a flag names one.
  private static int download(Invocation call) throws Refusal, IOException, InterruptedException {
    var named = call.arguments().text(VERSION);
    var version =
        named.isPresent()
            ? named.get()
            : Column.text(call.api().get(versionsOf(call) + "/latest"), "id");
    return new Download(call, versionsOf(call) + "/" + Api.segment(version))
        .as(shown -> Column.text(shown, "name") + ".zip");
  }

  private static int deleteVersion(Invocation call)
      throws Refusal, IOException, InterruptedException {
    var version = Api.segment(required(call, VERSION));
    return call.print(call.api().delete(versionsOf(call) + "/" + version));
  }
}
