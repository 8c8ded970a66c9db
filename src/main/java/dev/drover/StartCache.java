package dev.drover;

import dev.drover.cli.Check;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The ahead-of-time cache with which the launcher starts this JVM: what a rehearsal has loaded and
/// linked. Without one, or with one that the JVM refuses, everything works, and each start takes
/// longer.
///
/// @param state `fits`, `stale` (it was made of another jar or another JVM, and is not used) or
///   `none`, according to the launcher
/// @param accepted whether the JVM uses a cache: it has no other one then
record StartCache(String state, String file, boolean accepted) {
  private static final String NAME = "start cache";

  /// @param property the system properties
  static Check check(Function<String, @Nullable String> property) {
    var launcher = property.apply("drover.cache");
    int space = launcher == null ? -1 : launcher.indexOf(' ');
    if (launcher == null || space < 0) {
      return new Check(NAME, true, "not started by the launcher, so there is none", "");
    }
    var vm = property.apply("java.vm.info"); // such as "mixed mode, sharing"
    return new StartCache(
            launcher.substring(0, space),
            launcher.substring(space + 1),
            vm != null && vm.contains("sharing"))
        .check();
  }

  private Check check() {
    var fix = "Remove it and %s.of; the next start that may write there makes it anew.";
    return switch (state) {
      case "fits" ->
          accepted
              ? new Check(NAME, true, file, "")
              : new Check(
                  NAME,
                  false,
                  file + " is refused by the JVM, so each start takes longer",
                  fix.formatted(file));
      case "stale" ->
          new Check(
              NAME,
              false,
              file + " was made of another jar or JVM and is not used, so each start takes longer",
              fix.formatted(file));
      default ->
          new Check(NAME, true, "none, so each start takes longer: could not make " + file, "");
    };
  }
}
