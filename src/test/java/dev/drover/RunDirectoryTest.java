package dev.drover;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.BlockStream;
import dev.drover.base.Json;
import dev.drover.testing.Script;
import dev.drover.testing.ScriptedMessages;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `drover run --dir` and `drover cp` with a real server and real sandboxes; the model is scripted.
@Timeout(60)
@Tag("sandbox")
@Tag("database")
final class RunDirectoryTest {
  @TempDir Path directory;

  private final ScriptedMessages model = ScriptedMessages.start();
  private Drover server;
  private TerminalUser user;
  private Path project;

  /// A clone of a repository whose test fails, with a secret and with what git ignores.
  @BeforeEach
  void start() throws Exception {
    server =
        TerminalUser.server(
            directory,
            Map.of("anthropic.base_url", model.uri().toString(), "anthropic.api_key", "sk-model"));
    user = new TerminalUser(server, directory);
    var upstream = Files.createDirectories(directory.resolve("upstream"));
    Files.writeString(upstream.resolve("calc.sh"), "add() {\n  echo $(($1 - $2))\n}\n");
    Files.writeString(
        upstream.resolve("test.sh"),
        ". ./calc.sh\n[ \"$(add 2 3)\" = 5 ] || { echo FAIL; exit 1; }\necho ok\n");
    Files.writeString(upstream.resolve(".gitignore"), "build/\n");
    git(upstream, "init", "-q");
    git(upstream, "add", ".");
    git(upstream, "-c", "user.name=t", "-c", "user.email=t@t", "commit", "-qm", "first");
    git(directory, "clone", "-q", upstream.toString(), "project");
    project = directory.resolve("project");
    Files.writeString(project.resolve(".env"), "SECRET=1");
    Files.createDirectory(project.resolve("build"));
    Files.writeString(project.resolve("build/old.o"), "object");
  }

  @AfterEach
  void stop() {
    server.close();
    model.close();
  }

  private static String git(Path where, String... arguments) throws Exception {
    var command = new ArrayList<>(List.of("git", "-C", where.toString()));
    command.addAll(List.of(arguments));
    return output(new ProcessBuilder(command));
  }

  private static String output(ProcessBuilder builder) throws IOException, InterruptedException {
    var process = builder.redirectErrorStream(true).start();
    var text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return text;
  }

  private int drover(String typed, String... arguments) {
    return user.run(typed, arguments);
  }

  private String out() {
    return user.out();
  }

  private String err() {
    return user.err();
  }

  private int run(String typed, String... more) {
    model.script(
        Script.reply().toolUse("bash", Json.obj("command", "ls -A; sh test.sh")),
        Script.reply()
            .toolUse(
                "bash",
                Json.obj(
                    "command",
                    "sed -i 's/-/+/' calc.sh; mkdir build docs; echo x > build/new.o;"
                        + " echo read > docs/why.md; git init -q . ; sh test.sh")),
        Script.reply().text("Fixed."));
    var arguments =
        new ArrayList<>(List.of("run", "--model", "scripted", "--dir", project.toString()));
    arguments.addAll(List.of(more));
    arguments.add("Fix the failing test");
    return drover(typed, arguments.toArray(String[]::new));
  }

  @Test
  void aFailingTestIsFixedAndTheChangesAreShownAndApplied() throws Exception {
    assertThat(run("d\ny\n")).as(() -> err()).isZero();
    assertThat(err())
        .contains("Left out a file that looks like a secret: .env")
        .contains("copied ~/project to /workspace (3 files, ")
        .contains("a new file that is ignored here stays in the sandbox");
    assertThat(out())
        .contains("FAIL")
        .doesNotContain("old.o")
        .containsSubsequence(
            "2 files changed in /workspace",
            "  M calc.sh      +1 -1   runs on your machine",
            "  A docs/why.md  +1",
            "-  echo $(($1 - $2))",
            "+  echo $(($1 + $2))",
            "Applied to ~/project");
    assertThat(output(new ProcessBuilder("sh", "test.sh").directory(project.toFile())))
        .isEqualTo("ok\n");
    assertThat(git(project, "status", "--porcelain").lines())
        .containsExactlyInAnyOrder(" M calc.sh", "?? .env", "?? docs/");
    assertThat(project.resolve("build/old.o")).hasContent("object");
  }

  @Test
  void refusedOrWithoutATerminalNothingIsWritten() throws Exception {
    assertThat(run("n\n", "--data", "my data")).isZero();
    assertThat(err())
        .containsPattern(
            "nothing was applied. To get a file: drover serve --data 'my data'\n"
                + "and drover cp sesn_\\w+:FILE . --data 'my data'\n");
    assertThat(git(project, "status", "--porcelain")).isEqualTo("?? .env\n");
    var patch = directory.resolve("changes.patch");
    assertThat(run("", "--diff", patch.toString())).isZero();
    assertThat(out()).contains("+  echo $(($1 + $2))");
    assertThat(err()).contains("the changes were not applied; --apply applies them");
    assertThat(git(project, "status", "--porcelain")).isEqualTo("?? .env\n");
    git(project, "apply", patch.toString());
    assertThat(git(project, "status", "--porcelain")).contains(" M calc.sh");
  }

  @Test
  void aPatchHasBinaryAndLargeFilesAndNamesWhatTheUserChangedMeanwhile() throws Exception {
    Files.write(project.resolve("image"), new byte[3000]);
    Files.writeString(project.resolve("mine"), "before\n");
    model.script(
        Script.reply()
            .toolUse(
                "bash",
                Json.obj(
                    "command",
                    "echo 1 >> calc.sh; head -c 100 /dev/zero > image; head -c 2M /dev/zero > new;"
                        + " echo x >> mine; rm test.sh; ln -s calc.sh test.sh; touch empty")));
    model.otherwise(
        _ -> {
          edit("mine", "edited\n"); // by the user, during the turn
          return Script.reply().text("Done.");
        });
    var patch = directory.resolve("changes.patch").toString();
    var here = project.toString();
    assertThat(drover("", "run", "--model", "scripted", "--dir", here, "--diff", patch, "Go"))
        .as(() -> err())
        .isZero();
    assertThat(out())
        .containsPattern("M image +binary or large")
        .containsPattern("M mine +changed here meanwhile");
    assertThat(err())
        .containsOnlyOnce("not in the patch: ")
        .contains("not in the patch: mine (changed here meanwhile)");
    assertThat(git(project, "apply", "--check", patch)).isEmpty();
    git(project, "apply", patch);
    assertThat(git(project, "status", "--porcelain").lines())
        .containsExactlyInAnyOrder(
            " M calc.sh", " T test.sh", "?? .env", "?? empty", "?? image", "?? mine", "?? new");
    assertThat(Files.size(project.resolve("image"))).isEqualTo(100);
    assertThat(Files.size(project.resolve("new"))).isEqualTo(2 << 20);
  }

  @Test
  void aTrackedSecretIsNamed() throws Exception {
    git(project, "add", "-f", ".env");
    model.script(Script.reply().text("Done."));
    assertThat(drover("", "run", "--model", "scripted", "--dir", project.toString(), "Go"))
        .isZero();
    assertThat(err())
        .contains("Sending a file that looks like a secret, because git tracks it: .env");
  }

  /// What a user types at the question, after something else has happened.
  private static InputStream after(Runnable happening) {
    return new SequenceInputStream(
        new BlockStream() {
          @Override
          public int read(byte[] bytes, int offset, int length) {
            happening.run();
            return -1;
          }
        },
        new ByteArrayInputStream("y\n".getBytes(StandardCharsets.UTF_8)));
  }

  private void edit(String file, String text) {
    try {
      Files.writeString(project.resolve(file), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void afterCtrlCAtTheQuestionNothingIsWritten() throws Exception {
    model.script(
        Script.reply().toolUse("bash", Json.obj("command", "echo 1 >> calc.sh")),
        Script.reply().text("Done."));
    var typed =
        after(
            () -> {
              user.interrupt();
              throw new IllegalStateException("the process has ended");
            });
    user.run(typed, "run", "--model", "scripted", "--dir", project.toString(), "Go");
    assertThat(user.left()).containsExactly(130);
    assertThat(err()).contains("nothing was applied");
    assertThat(git(project, "status", "--porcelain")).isEqualTo("?? .env\n");
  }

  @Test
  void aConflictIsNamedAndNothingIsWritten() throws Exception {
    model.script(
        Script.reply().toolUse("bash", Json.obj("command", "echo 1 >> calc.sh; echo 2 > new")),
        Script.reply().text("Done."));
    // the user edits the file while the agent works: here, before the question is answered
    var typed = after(() -> edit("calc.sh", "mine\n"));
    int status = user.run(typed, "run", "--model", "scripted", "--dir", project.toString(), "Go");
    assertThat(status).isEqualTo(1);
    assertThat(err())
        .contains("calc.sh changed here meanwhile")
        .containsPattern(
            "nothing was applied. To get a file: drover serve\n"
                + "and drover cp sesn_\\w+:calc.sh \\.\n");
    assertThat(project.resolve("calc.sh")).hasContent("mine\n");
    assertThat(project.resolve("new")).doesNotExist();
  }

  /// The current directory of the tests is that of this repository.
  @Test
  void theCurrentDirectoryIsOfferedOnceAndNotWithoutATerminal() {
    model.script(
        Script.reply().text("One."), Script.reply().text("Two."), Script.reply().text("3"));
    assertThat(drover("", "run", "--model", "scripted", "Go")).isZero();
    assertThat(err()).doesNotContain("Give the agent");
    assertThat(drover("n\n", "run", "--model", "scripted", "Go")).isZero();
    assertThat(err()).contains("Give the agent a copy of");
    assertThat(drover("n\n", "run", "--model", "scripted", "Go")).isZero();
    assertThat(err()).doesNotContain("Give the agent");
  }

  /// The agent leaves all kinds of things behind, some to harm the user's machine or to mislead the
  /// user at the terminal.
  @Test
  void nothingHostileComesBackAndNamesAreShownAsTheyAre() throws Exception {
    model.script(
        Script.reply()
            .toolUse(
                "bash",
                Json.obj(
                    "command",
                    """
                    ln -s /etc/passwd up; ln -s ../../.. far; mkfifo pipe
                    perl -e 'use IO::Socket::UNIX; IO::Socket::UNIX->new(Local=>"sock",Listen=>1)'
                    mkdir -p .git/hooks sub/.Git; echo evil | tee .git/hooks/post-checkout \\
                      > sub/.Git/config; chmod 755 .git/hooks/post-checkout
                    printf x > "$(printf 'calc.sh\\n  D test.sh')"
                    printf x > "$(printf '\\033[2Kred')"; printf x > "$(printf 'bad\\377')"
                    printf '+ok\\r-fake\\033[1A\\n' > text; echo one > CALC.sh
                    rm test.sh; ln -s /bin/sh test.sh; truncate -s 3G huge
                    """)),
        Script.reply().text("Done."));
    assertThat(drover("d\ny\n", "run", "--model", "scripted", "--dir", project.toString(), "Go"))
        .as(() -> err())
        .isZero();
    assertThat(err())
        .contains("left in the sandbox: far is a link that leads outside")
        .contains("left in the sandbox: up is a link that leads outside")
        .contains("left in the sandbox: test.sh is a link that leads outside")
        .contains("left in the sandbox: huge is too large")
        .contains("left in the sandbox: 1 with names that are not UTF-8");
    assertThat(out())
        .contains("4 files changed in /workspace")
        .contains("  A \"\\033[2Kred\"")
        .contains("  A \"calc.sh\\012  D test.sh\"")
        .contains("\n++ok -fake\n")
        .doesNotContain("\u001b");
    assertThat(git(project, "status", "--porcelain").lines())
        .containsExactlyInAnyOrder(
            "?? .env",
            "?? CALC.sh",
            "?? text",
            "?? \"\\033[2Kred\"",
            "?? \"calc.sh\\n  D test.sh\"");
    assertThat(project.resolve(".git/hooks/post-checkout")).doesNotExist();
    assertThat(project.resolve("test.sh")).isRegularFile();
  }

  @Test
  void filesAreCopiedBothWays() throws Exception {
    model.script(
        Script.reply()
            .toolUse(
                "bash",
                Json.obj(
                    "command",
                    "mkdir -p out/sub; echo one > out/one; echo two > out/sub/two; chmod 755"
                        + " out/one; ln -s one out/in; ln -s /etc/passwd out/up; ln out/one"
                        + " out/hard; truncate -s 1M out/sparse")),
        Script.reply().text("Done."));
    assertThat(drover("", "run", "--model", "scripted", "Go")).isZero();
    var session = out().replaceAll("(?s).*?(sesn_\\w+).*", "$1");
    assertThat(out())
        .contains("Files: out/sparse (1.0 MB), out/hard (4 bytes), out/one (4 bytes), out/sub/two")
        .contains("To get a file: drover cp " + session + ":out/sparse .");
    var here = Files.createDirectory(directory.resolve("here"));

    assertThat(drover("", "cp", session + ":out", here.toString())).as(() -> err()).isZero();
    assertThat(err())
        .contains("left out out/up, a link that leads outside")
        .contains("copied 5 files");
    assertThat(here.resolve("out/one")).hasContent("one\n").isExecutable();
    assertThat(here.resolve("out/sub/two")).hasContent("two\n");
    assertThat(here.resolve("out/in")).isSymbolicLink();
    assertThat(here.resolve("out/up")).doesNotExist();
    assertThat(here.resolve("out/sparse")).hasSize(1 << 20);

    assertThat(drover("", "cp", session + ":/workspace/out/.", here.resolve("flat").toString()))
        .isZero();
    assertThat(here.resolve("flat/one")).hasContent("one\n");
    assertThat(drover("", "cp", session + ":out/one", here.resolve("renamed").toString())).isZero();
    assertThat(here.resolve("renamed")).hasContent("one\n");

    assertThat(drover("", "cp", project.toString(), session + ":/workspace/in")).isZero();
    assertThat(drover("", "cp", session + ":in/project/calc.sh", "-")).isZero();
    assertThat(out()).contains("ustar").contains("echo $(($1 - $2))");

    for (var other :
        List.of("out/one", "out/in", "out/one/below", "/mnt/session/uploads", "/etc")) {
      assertThat(drover("", "cp", project.toString(), session + ":" + other)).isEqualTo(1);
      assertThat(err()).containsPattern("not a directory|permission denied|is outside");
    }

    assertThat(drover("", "cp", session + ":nowhere", here.toString())).isEqualTo(1);
    assertThat(err()).contains("/workspace/nowhere");
    assertThat(drover("", "cp", here.toString(), here.toString())).isEqualTo(2);
    Files.createSymbolicLink(here.resolve("link"), project);
    assertThat(drover("", "cp", session + ":out/.", here.resolve("link").toString())).isZero();
    assertThat(project.resolve("one")).as("the target itself may be a link").exists();
  }

  @Test
  void aNewSessionGetsACopyAndLinksAreFollowedOnRequest() throws Exception {
    Files.createSymbolicLink(project.resolve("link"), Path.of("calc.sh"));
    var agent = id("agents", "create", "--name", "A", "--model", "scripted", "--tool", "all");
    var environment = id("environments", "create", "--name", "E");
    var flags = List.of("--agent", agent, "--environment-id", environment);
    var session = id(create(flags, "--dir", project.toString()));
    assertThat(err()).contains("copied ~/project to /workspace (4 files, ");
    assertThat(drover("", create(flags, "--dir", directory.resolve("none").toString()))).isOne();
    assertThat(err()).contains("is not a directory");

    var here = Files.createDirectory(directory.resolve("here"));
    assertThat(drover("", "cp", session + ":/workspace", here.toString())).as(() -> err()).isZero();
    assertThat(here.resolve("workspace/link")).isSymbolicLink();
    assertThat(here.resolve("workspace/.env")).doesNotExist();
    assertThat(drover("", "cp", "-L", session + ":.", here.resolve("all").toString())).isZero();
    assertThat(here.resolve("all/link")).isRegularFile().hasSameTextualContentAs(calc());
    assertThat(drover("", "cp", "-L", session + ":link", here.toString())).isZero();
    assertThat(here.resolve("link")).isRegularFile().hasSameTextualContentAs(calc());

    assertThat(drover("", "cp", "-L", project.resolve("link").toString(), session + ":up"))
        .isZero();
    assertThat(drover("", "cp", session + ":up/link", here.resolve("up").toString())).isZero();
    assertThat(here.resolve("up")).isRegularFile().hasSameTextualContentAs(calc());
  }

  private Path calc() {
    return project.resolve("calc.sh");
  }

  private static String[] create(List<String> flags, String... more) {
    var all = new ArrayList<>(List.of("sessions", "create"));
    all.addAll(flags);
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  /// The id of what a command creates.
  private String id(String... arguments) {
    var all = new ArrayList<>(List.of(arguments));
    all.add("--json");
    assertThat(drover("", all.toArray(String[]::new))).as(() -> err()).isZero();
    return String.valueOf(((Json.Obj) Json.trusted(out())).text("id"));
  }
}
