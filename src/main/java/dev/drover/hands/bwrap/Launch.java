package dev.drover.hands.bwrap;

import dev.drover.hands.local.Engine;
import dev.drover.hands.local.HandSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The command line of `hand launch`.
///
/// @param ports whether programs find a way out by themselves
record Launch(
    Engine.Machine machine,
    Path bwrap,
    Etc etc,
    Engine.Site site,
    Cgroups.Group group,
    Images images,
    boolean ports,
    boolean probe) {

  static final String LOG = "log";

  Path log() {
    return site.directory().resolve(LOG);
  }

  ProcessBuilder command() {
    var settings = machine.settings();
    var limits = settings.limits();
    var workspace = site.workspace();
    var socket = HandSocket.in(site.directory()).toString();
    var words = new ArrayList<>(List.of(machine.program().toString(), "launch"));
    words.addAll(List.of("--bwrap", bwrap.toString(), "--socket", socket));
    words.addAll(List.of("--workspace", workspace.workspace().toString()));
    words.addAll(List.of("--outputs", workspace.outputs().toString()));
    words.addAll(List.of("--uploads", workspace.uploads().toString()));
    words.addAll(List.of("--skills", workspace.skills().toString()));
    words.addAll(List.of("--tool-outputs", workspace.toolOutputs().toString()));
    words.addAll(List.of("--user", workspace.user().toString()));
    words.addAll(List.of("--installed", workspace.installed().toString()));
    settings.variables().forEach((name, value) -> words.addAll(List.of("--variable", name, value)));
    for (var store : workspace.memory()) {
      var access = store.writable() ? "writable" : "readable";
      words.addAll(List.of("--memory-store", store.slug(), access, store.directory().toString()));
    }
    words.addAll(List.of("--etc", etc.directory().toString()));
    etc.shown().forEach(name -> words.addAll(List.of("--etc-bind", name)));
    words.addAll(List.of("--tmp", text(limits.tmp()), "--home", text(limits.home())));
    words.addAll(List.of("--shm", text(limits.shm()), "--fsize", text(limits.file())));
    words.addAll(List.of("--disk", text(workspace.image().isPresent() ? 0 : limits.workspace())));
    words.addAll(List.of("--entries", text(limits.entries())));
    workspace.image().ifPresent(file -> words.addAll(images.words(file)));
    words.addAll(List.of("--floor", text(machine.floor())));
    words.addAll(List.of("--watchdog", text(settings.watchdog().toMillis())));
    words.addAll(List.of("--longest", text(settings.longestCall().toMillis())));
    group.joins().forEach(file -> words.addAll(List.of("--cgroup", file.toString())));
    if (group.directories().isEmpty()) {
      words.addAll(List.of("--nproc", text(limits.processes()), "--memory", text(limits.memory())));
    }
    workspace.uid().ifPresent(uid -> words.addAll(List.of("--uid", text(uid))));
    site.packages().ifPresent(path -> words.addAll(List.of("--packages", path.toString())));
    if (site.egress()) {
      var path = HandSocket.egress(site.directory()).toString();
      words.addAll(List.of("--egress", ports ? "ports" : "proxy", path));
    }
    etc.variables().forEach((name, value) -> words.addAll(List.of("--variable", name, value)));
    site.surroundings()
        .variables()
        .forEach(
            (name, value) -> {
              if (!etc.variables().containsKey(name)) {
                words.addAll(List.of("--variable", name, value));
              }
            });
    if (probe) {
      words.add("--probe");
    }
    return new ProcessBuilder(words)
        .directory(Path.of("/").toFile())
        .redirectInput(Path.of("/dev/null").toFile())
        .redirectError(log().toFile());
  }

  private static String text(long number) {
    return Long.toString(number);
  }
}
