package dev.drover.errands;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.brain.Repositories;
import dev.drover.hands.Grip;
import dev.drover.hands.HandFiles;
import dev.drover.hands.HandPath;
import dev.drover.hands.HandRoot;
import dev.drover.hands.ToolCall;
import dev.drover.session.Checkout;
import dev.drover.session.EventId;
import dev.drover.session.HandId;
import dev.drover.session.RepositorySkill;
import dev.drover.session.SessionError;
import dev.drover.session.SessionResource.Repository;
import dev.drover.session.SessionResourceId;
import dev.drover.skills.RepositorySkills;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Clones repositories by a command in the session's hand, which finds the git server through the
/// gateway and has no token. What the command says may be a lie of the repository, about its own
/// session. Safe for many threads.
public final class RepositoryClone implements Repositories {
  private static final System.Logger LOG = System.getLogger(RepositoryClone.class.getName());

  /// How much longer the hand waits than the command itself.
  private static final Duration MARGIN = Duration.ofSeconds(30);

  private static final long LARGEST_SKILL = 256 << 10;
  private static final int MOST_WORDS = 400;
  private static final String ENDED = "drover-clone: ";
  private static final String SKILL = "drover-skill: ";
  private static final Pattern SKILL_NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");
  private static final Pattern UNSHOWN = Pattern.compile("[\\p{Cc}\\p{Cf}\\s]+");

  private final BiFunction<HandId, SessionResourceId, Optional<Outcome.Failed>> failures;
  private final Duration limit;
  private final String script;

  /// @param failures why the last request for a repository failed in a hand, if that is known
  /// @param limit the longest time of a clone
  public RepositoryClone(
      BiFunction<HandId, SessionResourceId, Optional<Outcome.Failed>> failures, Duration limit) {
    this.failures = failures;
    this.limit = limit;
    this.script = script();
  }

  private static String script() {
    try (var in = Objects.requireNonNull(RepositoryClone.class.getResourceAsStream("clone.sh"))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Outcome clone(Grip grip, Repository repository, EventId call) throws InterruptedException {
    var input =
        Json.obj("command", command(repository), "timeout_ms", limit.plus(MARGIN).toMillis());
    var result = grip.execute(new ToolCall(call, "bash", input));
    var lines = result.text().lines().toList();
    var ended =
        lines.stream()
            .filter(line -> line.startsWith(ENDED))
            .map(line -> line.substring(ENDED.length()))
            .reduce((_, last) -> last)
            .orElse("");
    if (ended.equals("ok")) {
      return new Outcome.Cloned(skills(grip, repository, lines));
    }
    var words =
        lines.stream()
            .takeWhile(line -> !line.startsWith(ENDED)) // the hand adds the exit status
            .collect(Collectors.joining(" "));
    return failed(grip, repository, ended, shown(words, repository));
  }

  private Outcome.Failed failed(Grip grip, Repository repository, String ended, String words) {
    return switch (ended) {
      case "checkout" -> failed(repository, SessionError.Type.REPOSITORY_CHECKOUT, words, false);
      case "occupied" ->
          failed(
              repository,
              SessionError.Type.REPOSITORY_CLONE,
              repository.path() + " is not empty",
              false);
      case "timeout" ->
          failed(
              repository,
              SessionError.Type.REPOSITORY_CLONE,
              "it took longer than %d s (setting git.clone_timeout_ms)"
                  .formatted(limit.toSeconds()),
              false);
      case "clone" ->
          failures
              .apply(grip.id(), repository.id())
              .orElseGet(() -> failed(repository, SessionError.Type.REPOSITORY_CLONE, words, true));
      default ->
          failed(
              repository,
              SessionError.Type.REPOSITORY_CLONE,
              words,
              true); // the command was cut off
    };
  }

  private static Outcome.Failed failed(
      Repository repository, SessionError.Type type, String words, boolean passes) {
    var what =
        type == SessionError.Type.REPOSITORY_CHECKOUT
            ? repository.checkout().map(RepositoryClone::words).orElse("The default branch") + " of"
            : "The repository";
    var message =
        "%s %s cannot be %s: %s."
            .formatted(
                what,
                repository.url(),
                type == SessionError.Type.REPOSITORY_CHECKOUT ? "checked out" : "cloned",
                words.isEmpty() ? "no reason is known" : words);
    return new Outcome.Failed(SessionError.ofRepository(type, message, repository.url()), passes);
  }

  private static String words(Checkout checkout) {
    return switch (checkout) {
      case Checkout.Branch(var name) -> "Branch " + name;
      case Checkout.Commit(var sha) -> "Commit " + sha;
    };
  }

  /// What git said, on one line, with the URL that the client knows.
  private static String shown(String words, Repository repository) {
    var local = Pattern.compile("http://127\\.0\\.0\\.1:3128/_git/" + repository.id());
    var line =
        UNSHOWN
            .matcher(local.matcher(words).replaceAll(repository.url().base()))
            .replaceAll(" ")
            .strip();
    var cut =
        line.codePointCount(0, line.length()) <= MOST_WORDS
            ? line
            : line.substring(0, line.offsetByCodePoints(0, MOST_WORDS)) + "…";
    return cut.endsWith(".") ? cut.substring(0, cut.length() - 1) : cut;
  }

  /// Every word of it is quoted, so nothing that a client sent is read by a shell.
  private String command(Repository repository) {
    var checkout =
        repository
            .checkout()
            .map(
                wanted ->
                    switch (wanted) {
                      case Checkout.Branch(var name) -> List.of("branch", name);
                      case Checkout.Commit(var sha) ->
                          List.of("commit", sha.toLowerCase(Locale.ROOT));
                    })
            .orElse(List.of("default", ""));
    var words =
        Stream.of(
            List.of(script, "drover-clone", repository.url().value(), repository.path().value()),
            checkout,
            List.of(repository.id().value(), Long.toString(limit.toSeconds())));
    return words
        .flatMap(List::stream)
        .map(RepositoryClone::quoted)
        .collect(Collectors.joining(" ", SHELL, ""));
  }

  /// A shell of its own, which takes over nothing from that of the agent.
  private static final String SHELL =
      "env -i PATH=/usr/local/bin:/usr/bin:/bin HOME=/nonexistent LANG=C.UTF-8"
          + " GIT_TERMINAL_PROMPT=0 GIT_CONFIG_GLOBAL=/dev/null"
          + " /bin/bash --norc --noprofile -c ";

  private static String quoted(String word) {
    return "'" + word.replace("'", "'\\''") + "'";
  }

  private static List<RepositorySkill> skills(Grip grip, Repository repository, List<String> lines)
      throws InterruptedException {
    var skills = new ArrayList<RepositorySkill>();
    var files = grip.files();
    for (var line : lines) {
      var name = line.startsWith(SKILL) ? line.substring(SKILL.length()) : "";
      if (files.isPresent() && SKILL_NAME.matcher(name).matches()) {
        skill(files.get(), repository, name).ifPresent(skills::add);
      }
    }
    return skills;
  }

  private static Optional<RepositorySkill> skill(
      HandFiles files, Repository repository, String name) throws InterruptedException {
    var below = repository.path().below() + "/.claude/skills/" + name + "/SKILL.md";
    try (var content =
        files.get(HandRoot.WORKSPACE, HandPath.of(below), Optional.empty(), LARGEST_SKILL)) {
      return Optional.of(RepositorySkills.read(content, "/workspace/" + below));
    } catch (IOException | Problem e) {
      LOG.log(Level.DEBUG, "a skill of {0} cannot be read: {1}", repository.id(), e.getMessage());
      return Optional.empty();
    }
  }
}
