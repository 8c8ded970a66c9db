package dev.drover.cli;

import dev.drover.base.Json;
import java.util.List;
import java.util.function.Supplier;

/// `drover doctor`: checks this machine and suggests fixes.
final class DoctorCommand {
  private final Shell shell;
  private final Supplier<List<Check>> doctor;

  DoctorCommand(Shell shell, Supplier<List<Check>> doctor) {
    this.shell = shell;
    this.doctor = doctor;
  }

  /// @return the exit status: 1 if a check failed
  int run(boolean json) {
    var checks = doctor.get();
    boolean ok = checks.stream().allMatch(Check::ok);
    shell.out().print(json ? json(checks, ok) + "\n" : table(checks));
    shell.out().flush();
    return ok ? 0 : 1;
  }

  private static Json json(List<Check> checks, boolean ok) {
    return Json.obj(
        "ok",
        ok,
        "checks",
        checks.stream()
            .map(
                check ->
                    Json.obj(
                        "name", check.name(),
                        "ok", check.ok(),
                        "detail", check.detail(),
                        "fix", check.fix()))
            .toList());
  }

  private String table(List<Check> checks) {
    var style = shell.live() ? Style.ANSI : Style.NONE;
    int width = checks.stream().mapToInt(check -> Columns.of(check.name())).max().orElse(0);
    var out = new StringBuilder();
    for (var check : checks) {
      var mark = mark(check.ok());
      out.append(check.ok() ? style.bold() : style.red())
          .append(mark)
          .append(style.plain())
          .append("  ")
          .append(Columns.pad(check.name(), width))
          .append("  ")
          .append(check.detail())
          .append('\n');
      if (!check.ok()) {
        var indent = " ".repeat(Columns.of(mark) + 2 + width + 2);
        check.fix().lines().forEach(line -> out.append(indent).append(line).append('\n'));
      }
    }
    return out.toString();
  }

  private String mark(boolean ok) {
    return shell.terminal() ? (ok ? "✓" : "✗") : (ok ? "ok  " : "FAIL");
  }
}
