package dev.drover.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.base.Scope;
import dev.drover.base.Secret;
import dev.drover.settings.SettingValue;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
@Tag("sandbox")
final class CliTest {
  private static final List<Check> CHECKS =
      List.of(
          new Check("java", true, "25.0.1", ""),
          new Check("bubblewrap", false, "not found", "apt install bubblewrap\nor run as root"));

  static final Checking CLEAN = (_, _) -> new Checking.Tally("drover.db", 0, 0);

  /// Where no bundle is replayed.
  static final Replaying UNREPLAYED =
      (_, _) -> {
        throw new IllegalStateException("no bundle is replayed");
      };

  private static final String SESSIONS = SessionVerbs.ABOUT;

  private final TestShell shell = new TestShell();

  /// A machine on which nothing starts.
  private static final class Broken implements ServerFactory {
    @Override
    public Endpoint serve(Map<String, String> flags) {
      throw Problem.invalid("port 80 is in use");
    }

    @Override
    public Endpoint embed(Map<String, String> flags) {
      throw new IllegalStateException("a bug");
    }

    @Override
    public LocalServer local(Map<String, String> flags) {
      throw Problem.invalid("port: must be a whole number");
    }

    @Override
    public List<SettingValue> settings(Map<String, String> flags) {
      throw Problem.invalid("port: must be a whole number");
    }
  }

  private int doctor(List<Check> checks, String... args) {
    return new Cli(
            shell.shell(), new Broken(), _ -> checks, (_, _, _, _, _) -> "", CLEAN, UNREPLAYED)
        .run(args);
  }

  private int bench(Measuring measuring, String... args) {
    return new Cli(shell.shell(), new Broken(), _ -> List.of(), measuring, CLEAN, UNREPLAYED)
        .run(args);
  }

  @Test
  void theBenchTakesMeasuresAndPrintsWhatTheyCameTo() {
    Measuring measuring =
        (names, quick, streams, form, progress) -> {
          progress.accept("ttft");
          return names + " " + quick + " " + form + (streams.isPresent() ? streams : "") + "\n";
        };
    assertThat(bench(measuring, "bench", "ttft", "append", "--quick", "--json")).isZero();
    assertThat(shell.out()).isEqualTo("[ttft, append] true JSON\n");
    assertThat(shell.err()).isEqualTo("drover: measuring ttft\n");
    shell.out.reset();
    assertThat(bench(measuring, "bench", "--markdown")).isZero();
    assertThat(bench(measuring, "bench")).isZero();
    assertThat(shell.out()).isEqualTo("[] false MARKDOWN\n[] false TABLE\n");
    shell.out.reset();
    assertThat(bench(measuring, "bench", "memory", "--streams", "300")).isZero();
    assertThat(shell.out()).isEqualTo("[memory] false TABLEOptionalInt[300]\n");
    assertThat(bench(measuring, "bench", "--streams", "0")).isEqualTo(2);
  }

  @Test
  void helpSaysWhatThereIsAndHowItIsUsed() {
    assertThat(shell.run(new Broken(), "--help")).isZero();
    assertThat(shell.out())
        .contains("Usage: drover COMMAND", "run ", "serve ", "doctor ", "drover serve --port 8080");
    shell.out.reset();
    assertThat(shell.run(new Broken(), "run", "--help")).isZero();
    assertThat(shell.out()).contains("Usage: drover run", "--model", "DROVER_MODEL", "Ctrl-C");
  }

  @Test
  void helpGroupsTheCommandsAndGoesAsDeepAsTheyDo() {
    assertThat(shell.run(new Broken(), "help")).isZero();
    assertThat(shell.out())
        .containsSubsequence(
            "On this machine:", "run ", "On a running server:", "agents ", "keys ", "About");
    shell.out.reset();
    assertThat(shell.run(new Broken(), "help", "agents", "create")).isZero();
    var help = shell.out();
    assertThat(help).contains("Usage: drover agents create", "--tool=TOOL", "--body=BODY");
    shell.out.reset();
    assertThat(shell.run(new Broken(), "agents", "create", "--help")).isZero();
    assertThat(shell.out()).isEqualTo(help);
    assertThat(shell.run(new Broken(), "help", "agents", "make")).isEqualTo(2);
  }

  @Test
  void everyCommandHasHelpThatFitsATerminal() {
    var pending = new ArrayDeque<List<String>>(List.of(List.of()));
    int commands = 0;
    while (!pending.isEmpty()) {
      var words = pending.remove();
      var help = new ArrayList<>(List.of("help"));
      help.addAll(words);
      shell.out.reset();
      assertThat(shell.run(new Broken(), help.toArray(String[]::new))).as("%s", words).isZero();
      assertThat(shell.out().lines()).as("%s", words).allMatch(line -> line.length() <= 100);
      var line = Grammar.commandLine(80, help);
      for (var word : words) {
        line = Objects.requireNonNull(line.getSubcommands().get(word));
      }
      for (var name : line.getSubcommands().keySet()) {
        var deeper = new ArrayList<>(words);
        deeper.add(name);
        pending.add(deeper);
      }
      commands++;
    }
    assertThat(commands).isGreaterThan(30);
  }

  @Test
  void bashCompletesVerbsAndTheirFlags(@TempDir Path directory) throws Exception {
    assertThat(shell.run(new Broken(), "completion", "bash")).isZero();
    var script = Files.writeString(directory.resolve("drover.bash"), shell.out());
    var bash =
        new ProcessBuilder(
                "bash",
                "-c",
                "source "
                    + script
                    + "; compopt() { :; };"
                    + " for line in 'drover sess' 'drover agents ver' 'drover agents create --mod';"
                    + " do COMP_WORDS=($line); COMP_CWORD=$((${#COMP_WORDS[@]} - 1));"
                    + " _complete_drover; echo \"${COMPREPLY[*]}\"; done")
            .redirectErrorStream(true)
            .start();
    assertThat(new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
        .isEqualTo("sessions\nversions\n--model\n");
    shell.out.reset();
    assertThat(shell.run(new Broken(), "completion", "zsh")).isZero();
    assertThat(shell.out()).contains("bashcompinit");
    shell.out.reset();
    assertThat(shell.run(new Broken(), "completion", "fish")).isZero();
    assertThat(shell.out().lines())
        .contains("complete -c drover -n '__fish_use_subcommand' -a sessions -d '" + SESSIONS + "'")
        .allMatch(line -> line.startsWith("#") || line.startsWith("complete -c drover "))
        .anyMatch(line -> line.contains("__fish_seen_subcommand_from create' -l model -r -F"));
    assertThat(shell.run(new Broken(), "completion", "tcsh")).isEqualTo(2);
  }

  @Test
  void manualPagesAreMadeFromTheGrammar(@TempDir Path directory) throws Exception {
    assertThat(shell.run(new Broken(), "man", "agent", "create")).isZero();
    assertThat(shell.out())
        .startsWith(".TH \"DROVER\\-AGENTS\\-CREATE\" 1 ")
        .contains(
            ".SH NAME\ndrover\\-agents\\-create \\- Creates an agent\n",
            ".TP\n\\fB\\-\\-name\\fR \\fITEXT\\fR\nThe agent's name. Required.\n");
    assertThat(shell.run(new Broken(), "man", "--directory", directory.toString())).isZero();
    assertThat(directory.resolve("drover.1")).content().contains("drover agents");
    assertThat(directory.resolve("drover-sessions-fork.1")).exists();
    assertThat(shell.run(new Broken(), "man", "agents", "make")).isEqualTo(2);
  }

  private int check(Checking checking, String... args) {
    return new Cli(
            shell.shell(),
            new Broken(),
            _ -> List.of(),
            (_, _, _, _, _) -> "",
            checking,
            UNREPLAYED)
        .run(args);
  }

  @Test
  void theCheckSaysWhatItFindsAndHowMuchItLookedAt() {
    assertThat(check(CLEAN, "check")).isZero();
    assertThat(shell.out()).isEqualTo("drover.db: 0 sessions, 0 events, 0 findings\n");
    Checking finds =
        (flags, hearer) -> {
          assertThat(flags).isEqualTo(Map.of("data", "here"));
          hearer.note("sesn_1", "is held");
          hearer.finding("sesn_1", 3, "has a line\nmore");
          return new Checking.Tally("drover.db", 1, 9);
        };
    shell.out.reset();
    assertThat(check(finds, "check", "--data", "here")).isEqualTo(1);
    assertThat(shell.out())
        .startsWith("sesn_1  note: is held\nsesn_1  3  has a line")
        .endsWith("more\ndrover.db: 1 session, 9 events, 1 finding\n")
        .hasLineCount(3);
    shell.out.reset();
    assertThat(check(finds, "check", "--data", "here", "--json")).isEqualTo(1);
    assertThat(shell.out().lines())
        .containsExactly(
            "{\"type\":\"note\",\"session\":\"sesn_1\",\"sentence\":\"is held\"}",
            "{\"type\":\"finding\",\"session\":\"sesn_1\",\"position\":3,"
                + "\"sentence\":\"has a line\\nmore\"}",
            "{\"type\":\"summary\",\"store\":\"drover.db\",\"sessions\":1,\"events\":9,"
                + "\"findings\":1}");
  }

  @Test
  void aCheckThatCannotLookSaysWhyAndEndsWithTwo() {
    Checking blind =
        (_, _) -> {
          throw Problem.invalid("drover.db is not there.");
        };
    assertThat(check(blind, "check")).isEqualTo(2);
    assertThat(shell.err()).isEqualTo("drover: drover.db is not there.\n");
  }

  @Test
  void theDoctorLooksWhereItIsTold() {
    var looked = new ArrayList<Map<String, String>>();
    var status =
        new Cli(
                shell.shell(),
                new Broken(),
                flags -> {
                  looked.add(flags);
                  return List.of();
                },
                (_, _, _, _, _) -> "",
                CLEAN,
                UNREPLAYED)
            .run("doctor", "--data", "here", "--config", "there.yaml");
    assertThat(status).isZero();
    assertThat(looked).containsExactly(Map.of("data", "here", "config", "there.yaml"));
  }

  @Test
  void settingsThatCannotBeReadAreSaid() {
    assertThat(shell.run(new Broken(), "agents", "list")).isEqualTo(1);
    assertThat(shell.err()).isEqualTo("drover: port: must be a whole number\n");
  }

  @Test
  void theVersionIsALine() {
    for (var word : List.of("--version", "version", "-v", "-V")) {
      shell.out.reset();
      assertThat(shell.run(new Broken(), word)).isZero();
      assertThat(shell.out()).startsWith("drover ").hasLineCount(1);
    }
  }

  @Test
  void whatIsNotUnderstoodGetsAHint() {
    assertThat(shell.run(new Broken(), "run", "--modle", "x", "task")).isEqualTo(2);
    assertThat(shell.err())
        .isEqualTo(
            "drover run: unknown option '--modle'\nDid you mean --model?\n"
                + "Try 'drover run --help'.\n");
    assertThat(shell.run(new Broken(), "rnu")).isEqualTo(2);
    assertThat(shell.err()).contains("drover: unknown command 'rnu'\nDid you mean run?\n");
    assertThat(shell.run(new Broken(), "foo")).isEqualTo(2);
    assertThat(shell.err())
        .contains("drover: unknown command 'foo'\nThe commands are run, serve, doctor, config, ");
    assertThat(shell.run(new Broken(), "sesions", "list")).isEqualTo(2);
    assertThat(shell.err()).contains("'sesions'\nDid you mean sessions?\n");
    assertThat(shell.run(new Broken(), "session", "lst")).isEqualTo(2);
    assertThat(shell.err())
        .contains("drover sessions: unknown command 'lst'\nDid you mean list?\n");
    assertThat(shell.run(new Broken(), "doctor", "json")).isEqualTo(2);
    assertThat(shell.err())
        .contains("drover doctor: unexpected argument 'json'\nDid you mean --json?\n");
    assertThat(shell.run(new Broken(), "help", "rnu")).isEqualTo(2);
    assertThat(shell.err()).contains("drover: unknown command 'rnu'\n");
    assertThat(shell.run(new Broken(), "doctor", "now")).isEqualTo(2);
    assertThat(shell.err()).contains("drover doctor: unexpected argument 'now'\n");
    assertThat(shell.run(new Broken())).isEqualTo(2);
    assertThat(shell.run(new Broken(), "run")).isEqualTo(2);
    assertThat(shell.run(new Broken(), "serve", "--port", "70000")).isEqualTo(2);
    assertThat(shell.run(new Broken(), "serve", "--port", "many")).isEqualTo(2);
    assertThat(shell.out()).isEmpty();
  }

  @Test
  void whatTheUserCanMendIsALine() {
    assertThat(shell.run(new Broken(), "serve")).isEqualTo(1);
    assertThat(shell.err()).isEqualTo("drover: port 80 is in use\n");
  }

  @Test
  void aBugShowsWhereItIs() {
    assertThat(shell.run(new Broken(), "run", "x")).isEqualTo(1);
    assertThat(shell.err()).contains("internal error", "CliTest");
  }

  @Test
  void servePrintsOneLineAndEndsWithASignal() throws Exception {
    try (var server = new CannedServer();
        var scope = new Scope()) {
      var status = scope.fork(() -> shell.run(server, "serve", "--port", "0", "--host", "::1"));
      shell.handlers.take().run();
      assertThat(status.join()).isZero();
      assertThat(server.isClosed()).isTrue();
      assertThat(server.started).containsExactly(Map.of("port", "0", "host", "::1"));
      assertThat(shell.out()).matches("drover listening on http://127.0.0.1:\\d+\n");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void hupReadsThePolicyAgainUnlessTheServerIsAtATerminal(boolean terminal) throws Exception {
    var read = new CountDownLatch(1);
    var host = new Reloading(read::countDown);
    shell.typed = terminal;
    try (var scope = new Scope()) {
      var served = scope.fork(() -> shell.run(host, "serve"));
      var interrupt = shell.handlers.take();
      shell.handlers.take(); // TERM
      if (!terminal) {
        shell.handlers.take().run();
      }
      interrupt.run();
      assertThat(served.join()).isZero();
    }
    assertThat(read.getCount()).isEqualTo(terminal ? 1 : 0);
    assertThat(shell.handlers).isEmpty();
  }

  private record Reloading(Runnable reload) implements ServerFactory {
    @Override
    public Endpoint serve(Map<String, String> flags) {
      return new Endpoint(
          java.net.URI.create("http://127.0.0.1:1"), new Secret("k"), () -> {}, reload, () -> {});
    }

    @Override
    public Endpoint embed(Map<String, String> flags) {
      return serve(flags);
    }

    @Override
    public LocalServer local(Map<String, String> flags) {
      throw new IllegalStateException("nothing asks");
    }

    @Override
    public List<SettingValue> settings(Map<String, String> flags) {
      throw new IllegalStateException("nothing asks");
    }
  }

  @Test
  void aSecondSignalDoesNotWaitForTheServer() throws Exception {
    var never = new CountDownLatch(1);
    var host =
        new ServerFactory() {
          @Override
          public Endpoint serve(Map<String, String> flags) {
            return new Endpoint(
                java.net.URI.create("http://127.0.0.1:1"),
                new Secret("k"),
                () -> {},
                () -> {
                  try {
                    never.await();
                  } catch (InterruptedException _) {
                    Thread.currentThread().interrupt();
                  }
                });
          }

          @Override
          public Endpoint embed(Map<String, String> flags) {
            return serve(flags);
          }

          @Override
          public LocalServer local(Map<String, String> flags) {
            throw new IllegalStateException("nothing asks");
          }

          @Override
          public List<SettingValue> settings(Map<String, String> flags) {
            throw new IllegalStateException("nothing asks");
          }
        };
    try (var scope = new Scope()) {
      scope.fork(() -> shell.run(host, "serve"));
      var handler = shell.handlers.take();
      handler.run();
      handler.run();
      assertThat(shell.left).containsExactly(130);
      never.countDown();
    }
  }

  @Test
  void theDoctorAlignsWhatItFound() {
    assertThat(doctor(CHECKS, "doctor")).isEqualTo(1);
    assertThat(shell.out())
        .isEqualTo(
            """
            ok    java        25.0.1
            FAIL  bubblewrap  not found
                              apt install bubblewrap
                              or run as root
            """);
    shell.out.reset();
    shell.terminal = true;
    shell.variables.put("NO_COLOR", "1");
    assertThat(doctor(CHECKS.subList(0, 1), "doctor")).isZero();
    assertThat(shell.out()).isEqualTo("✓  java  25.0.1\n");
  }

  @Test
  void theDoctorAnswersProgramsInJson() {
    assertThat(doctor(CHECKS, "doctor", "--json")).isEqualTo(1);
    var answer = (Json.Obj) Json.trusted(shell.out());
    assertThat(answer.get("ok")).contains(Json.of(false));
    assertThat(answer.items("checks").get(1))
        .isEqualTo(
            Json.obj(
                "name", "bubblewrap",
                "ok", false,
                "detail", "not found",
                "fix", "apt install bubblewrap\nor run as root"));
  }

  @Test
  void theHelpListsEveryCommand() {
    assertThat(shell.run(new Broken(), "--help")).isZero();
    var commands = Grammar.commandLine(80, List.of()).getSubcommands().keySet();
    assertThat(commands).contains("bench", "completion", "help").hasSizeGreaterThan(10);
    assertThat(commands)
        .allSatisfy(name -> assertThat(shell.out()).containsPattern("\\n +" + name + " +\\S"));
  }

  @Test
  void aFlagDoesNotHideAWrongAddressInTheEnvironment() {
    shell.variables.put("DROVER_URL", "ftp://127.0.0.1");
    assertThat(shell.run(new Broken(), "models", "list", "--url", "http://127.0.0.1:1")).isOne();
    assertThat(shell.err())
        .isEqualTo("drover: DROVER_URL must be an http or https URL without user or query\n");
  }
}
