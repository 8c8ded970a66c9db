package dev.drover.hands;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Commands that could see or break what reads and runs them. After each one the shell is the same:
/// its directory, variables and functions are there, and the next output is right.
public abstract class LivingShellContract extends SandboxContract {
  private static final String SET_UP =
      "mkdir -p /workspace/sub; cd /workspace/sub; v=kept; export e=exported; f() { echo \"f $v\";"
          + " }; p=$$";
  private static final String LOOK =
      "/bin/pwd\n/bin/echo \"$v $e $(( p == $$ ))\"\nf\n/bin/ls nothing";
  private static final String SEEN =
      "/workspace/sub\nkept exported 1\nf kept\n"
          + "/bin/ls: cannot access 'nothing': No such file or directory";

  /// A command, what comes of it, and what undoes what would show in the next output.
  private record Case(String command, String result, String undo) {}

  private static Case quiet(String command) {
    return new Case(command, "(no output)", "");
  }

  private static Case says(String command, String result) {
    return new Case(command, result, "");
  }

  private static Case undone(String command, String result, String undo) {
    return new Case(command, result, undo);
  }

  private static String error(int line, String text) {
    return "bash: line " + line + ": " + text;
  }

  /// Runs each in a fresh shell of this test's sandbox.
  private void survive(List<Case> cases) throws InterruptedException {
    var wrong = new ArrayList<String>();
    for (var one : cases) {
      run("bash", "restart", true, "command", SET_UP);
      var result = run("bash", "command", one.command, "timeout_ms", 5_000).text();
      var undone = one.undo.isEmpty() ? "" : run("bash", "command", one.undo).text();
      var next = run("bash", "command", LOOK);
      if (!result.equals(one.result) || !next.text().equals(SEEN) || !next.isError()) {
        wrong.add(one.command + "\n=> " + result + "\n" + undone + "\nnext => " + next.text());
      }
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void jumpsLeaveNoLoop() throws Exception {
    var loops = "only meaningful in a `for', `while', or `until' loop";
    var source = "return: can only `return' from a function or sourced script";
    survive(
        List.of(
            says("break", error(1, "break: " + loops)),
            says("break 2; echo on", error(1, "break: " + loops) + "\non"),
            says("continue", error(1, "continue: " + loops)),
            says("continue 7", error(1, "continue: " + loops)),
            says("while :; do break 99; done; echo out", "out"),
            says("return", error(1, source)),
            says("return 3; echo on", error(1, source) + "\non"),
            says("g() { return 4; }; g; echo $?", "4"),
            says("echo 'return 5' > x; . ./x; echo $?", "5"),
            says("f2() { break; }; for i in 1 2; do f2 2>/dev/null; echo $i; done", "1\n2"),
            says("local x=1", error(1, "local: can only be used in a function")),
            says("logout", error(1, "logout: not login shell: use `exit'"))));
  }

  @Test
  void optionsShowAndChangeTheCommandsAlone() throws Exception {
    survive(
        List.of(
            undone("set -x", "(no output)", "set +x"),
            undone("set -x; PS4='> '; echo a", "+ PS4='> '\n> echo a\na", "set +x"),
            undone("exec 5>trace; BASH_XTRACEFD=5; set -x; echo a", "a", "set +x"),
            quiet("set -v"),
            undone("set -e", "(no output)", "set +e"),
            undone("set -e -o pipefail; true | true", "(no output)", "set +e"),
            undone("set -e; false || true; if false; then :; fi", "(no output)", "set +e"),
            quiet("set -u"),
            quiet("set -f; set -C; set -b; set -h"),
            quiet("set -B; set +B; set -k; set -a"),
            quiet("set -E; set -T"),
            quiet("set -o pipefail"),
            quiet("set -o posix"),
            quiet("set -o noglob; set -o noclobber; set -o physical"),
            quiet("set -m"),
            quiet("set -o history; set -H"),
            quiet("set -o errtrace; set -o functrace; set -o allexport; set -o keyword"),
            quiet("shopt -s expand_aliases extglob nullglob dotglob lastpipe"),
            quiet("shopt -s failglob nocasematch nocaseglob globstar xpg_echo"),
            quiet("shopt -s extdebug"),
            quiet("shopt -s inherit_errexit localvar_inherit execfail"),
            quiet("shopt -u sourcepath; shopt -s compat31 compat44; BASH_COMPAT=3.2"),
            quiet("set -- a b 'c d'"),
            quiet("shopt -p > /dev/null; set +o > /dev/null")));
  }

  @Test
  void trapsFireForTheCommandsAlone() throws Exception {
    survive(
        List.of(
            undone("trap 'echo DBG $BASH_COMMAND' DEBUG", "(no output)", "trap - DEBUG"),
            undone("trap 'echo failed' ERR; false", "failed", "trap - ERR"),
            undone("set -E; trap 'echo failed' ERR; (exit 3)", "failed", "trap - ERR"),
            undone("set -T; trap 'echo at >> log' DEBUG", "(no output)", "trap - DEBUG"),
            quiet("trap 'echo end' EXIT"),
            quiet("trap 'echo returned' RETURN"),
            quiet("trap '' TERM INT HUP QUIT PIPE"),
            quiet("trap 'echo child' USR1; trap '' CHLD"),
            says("trap 'echo got' USR1; kill -USR1 $$; :", "got"),
            says("trap 'echo got' TERM; kill $$; :", "got"),
            says("trap -p", "(no output)")));
  }

  @Test
  void tracesAreThoseOfTheCommands() throws Exception {
    bash("trap 'echo DBG $BASH_COMMAND' DEBUG");
    assertThat(bash("true")).isEqualTo("DBG true");
    assertThat(bash("trap - DEBUG")).isEqualTo("DBG trap - DEBUG");
    bash("shopt -s extdebug; trap 'echo D' DEBUG");
    assertThat(bash("true")).isEqualTo("D");
    bash("shopt -u extdebug; trap - DEBUG; trap 'echo failed' ERR");
    assertThat(error("bash", "command", "false")).isEqualTo("failed");
    assertThat(error("bash", "command", "echo a; (exit 3)")).isEqualTo("a\nfailed");
    assertThat(bash("true")).isEqualTo("(no output)");
    bash("trap - ERR; set -x");
    assertThat(bash("echo a")).isEqualTo("+ echo a\na");
    assertThat(error("bash", "command", "false")).isEqualTo("+ false");
    assertThat(bash("echo b")).isEqualTo("+ echo b\nb");
    assertThat(bash("set +x")).isEqualTo("+ set +x");
    assertThat(bash("set; declare -f; alias; trap; jobs")).doesNotContain("__", "/proc/");
  }

  @Test
  void namesOfBuiltinsMayBeTakenOrTakenAway() throws Exception {
    var all =
        "eval builtin command read printf exec exit set unset trap source cd declare test echo";
    survive(
        List.of(
            quiet("eval() { :; }"),
            quiet("builtin() { :; }"),
            quiet("read() { return 1; }; printf() { :; }"),
            quiet("for n in " + all + "; do eval \"function $n { :; }\"; done"),
            quiet("for n in eval builtin unset; do eval \"$n() { :; }; readonly -f $n\"; done"),
            quiet(":() { return 9; }; .() { return 9; }; [() { return 9; }; true() { false; }"),
            says("exit() { echo no; }; (exit 3); exec() { echo no; }", "no"),
            quiet("shopt -s expand_aliases; alias eval=false builtin=false exit=false echo=false"),
            quiet("alias cd='echo cd' read=exit set=exit"),
            quiet("enable -n eval"),
            quiet("enable -n eval builtin command unset trap exit set exec . read printf echo"),
            quiet("function _ { exit 1; }; _=1"),
            quiet("command_not_found_handle() { exit 3; }"),
            quiet("unset -f eval; unset PATH; hash -r; PATH=/nowhere")));
    bash("eval() { :; }; builtin() { :; }");
    assertThat(bash("echo alive")).isEqualTo("alive");
    assertThat(bash("type -t eval")).isEqualTo("function");
  }

  @Test
  void descriptorsLastNoLongerThanTheCommandThatChangedThem() throws Exception {
    var missing = error(1, "/none: No such file or directory");
    survive(
        List.of(
            quiet("exec >file; echo gone"),
            quiet("exec > /dev/null 2>&1"),
            says("exec 2>&1; echo a >&2", "a"),
            quiet("exec </etc/passwd"),
            says("exec </none; echo on", missing + "\non"),
            quiet("exec >&-"),
            quiet("exec <&- >&- 2>&-"),
            quiet("exec 198<&- 199>&- 3>&- 4>&- 9>&-"),
            quiet("for i in {3..400}; do eval \"exec $i>&-\"; done; exec 2>&-"),
            quiet("for i in /proc/$$/fd/*; do i=${i##*/}; eval \"exec $i<&- $i>&-\"; done"),
            quiet("exec 10>other 11>other 12>other 255>other"),
            quiet("exec {a}>x {b}<x; echo a >&$a"),
            says("echo a >&7", error(1, "7: Bad file descriptor")),
            quiet("exec > >(cat >/dev/null)"),
            says("cat; read -r x; echo $?", "1")));
    bash("exec 5>five");
    assertThat(bash("echo kept >&5; exec 5>&-; cat five")).isEqualTo("kept");
  }

  @Test
  void variablesOfTheShellMayHoldAnything() throws Exception {
    var all = "PS1 PS4 PROMPT_COMMAND BASH_ENV ENV TMOUT HISTFILE MAIL CDPATH GLOBIGNORE FIGNORE";
    survive(
        List.of(
            quiet("IFS=0123456789/abcdef"),
            quiet("IFS=; unset IFS; IFS=$'\\n'"),
            quiet("PROMPT_COMMAND='echo prompt; exit 3'; PS0='$(exit)'; PS1='$(echo x)'; PS4=y"),
            quiet("for n in " + all + "; do export $n='$(exit 3)'; done"),
            quiet("for n in " + all + "; do readonly $n; done"),
            quiet("declare -A PS4; declare -a PROMPT_COMMAND=(a b)"),
            quiet("readonly __hand_command=1 s=1 command=1 last=1 x=1"),
            quiet("LINENO=7; unset LINENO"),
            quiet("RANDOM=1; SECONDS=1; BASH_ARGV0=other; unset BASH_REMATCH"),
            quiet("POSIXLY_CORRECT=1; unset POSIXLY_CORRECT"),
            quiet("export LC_ALL=C LANG=C LANGUAGE=de"),
            quiet("declare -r a=1; declare -n ref=a; typeset -l low=X"),
            says("readonly r=1; r=2; echo not", error(1, "r: readonly variable")),
            says(
                "echo $((1/0)); echo not", error(1, "1/0: division by 0 (error token is \"0\")"))));
  }

  @Test
  void statusAndNumbersGoFromOneCommandToTheNext() throws Exception {
    for (int status : List.of(0, 1, 2, 3, 127, 255)) {
      run("bash", "command", "(exit " + status + ")");
      assertThat(bash("echo $? $LINENO")).isEqualTo(status + " 1");
    }
    run("bash", "command", "set -E; trap 'echo failed' ERR; (exit 3)");
    assertThat(bash("echo $?; trap - ERR")).isEqualTo("3");
    run("bash", "command", "set -x; (exit 4)");
    assertThat(bash("echo $?")).isEqualTo("+ echo 4\n4");
    assertThat(run("bash", "command", "set +x; echo\n\nnosuch").text())
        .endsWith("bash: line 3: nosuch: command not found");
    bash("true first-word");
    assertThat(bash("true & p=$!; wait $p; echo $?")).isEqualTo("0");
    bash("sleep 1000 &");
    assertThat(bash("kill $!; wait $!; jobs; echo done")).endsWith("done");
  }

  @Test
  void textThatIsNoCommandRunsNothing() throws Exception {
    survive(
        List.of(
            says("echo 'a", error(1, "unexpected EOF while looking for matching `''")),
            says("echo \"a", error(1, "unexpected EOF while looking for matching `\"'")),
            says(
                "touch x; if then (",
                error(1, "syntax error near unexpected token `then'")
                    + "\n"
                    + error(1, "`touch x; if then ('")),
            says(
                "echo a; }",
                error(1, "syntax error near unexpected token `}'")
                    + "\n"
                    + error(1, "`echo a; }'")),
            says(
                "echo a\n} ; {\necho b",
                error(2, "syntax error near unexpected token `}'") + "\n" + error(2, "`} ; {'")),
            says("for i in 1 2; do echo $i", error(2, "syntax error: unexpected end of file")),
            says("cat <<E\na\nE\necho b", "a\nb"),
            says(
                "cat <<E\na",
                error(2, "warning: here-document at line 1 delimited by end-of-file (wanted `E')")
                    + "\na"),
            quiet("# only a comment"),
            quiet("  \n\t\n"),
            quiet("\\"),
            says("echo a\\", "a"),
            says("echo a # b", "a"),
            says("echo a &&\n\necho b", "a\nb"),
            says("shopt -s extglob\ntouch x.c y.h\necho !(*.c)", "y.h"),
            says("shopt -s expand_aliases\nalias hi='echo hello'\nhi", "hello")));
    assertThat(bash("ls /workspace/sub")).isEqualTo("x.c\ny.h");
  }

  @Test
  void jobsAndLimitsAreTheShells() throws Exception {
    survive(
        List.of(
            quiet("sleep 1000 & disown"),
            quiet("coproc cat; kill $COPROC_PID; wait $COPROC_PID 2>/dev/null; true"),
            says("suspend", error(1, "suspend: cannot suspend: no job control")),
            says("kill -STOP $$; echo on", "on"),
            quiet("set -m; kill -TSTP $$; set +m"),
            quiet("ulimit -n 200; umask 077; ulimit -c 0; ulimit -f 100"),
            quiet("wait; wait -n 2>/dev/null; true"),
            quiet("shopt -s execfail; exec /none 2>/dev/null; true"),
            says("(exit 3) | true; echo ${PIPESTATUS[0]}", "3"),
            says("echo $BASH_SUBSHELL ${#FUNCNAME[@]} $0 $#", "0 0 bash 0"),
            says("sleep 0.01 & wait; echo $?", "0")));
  }
}
