package dev.drover.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.catalog.AgentId;
import dev.drover.catalog.Definition;
import dev.drover.catalog.Environment;
import dev.drover.catalog.EnvironmentId;
import dev.drover.catalog.ModelConfig;
import dev.drover.catalog.WorkspaceId;
import dev.drover.profile.ProfileSettings.GetEvents;
import dev.drover.profile.ProfileSettings.Open;
import dev.drover.session.ProfileUse;
import dev.drover.session.Session;
import dev.drover.session.SessionId;
import dev.drover.session.ThreadId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The profiles of a server: built in, of its operator, and the choice of one.
final class ProfilesTest {
  private static final SessionId SESSION = new SessionId("sesn_1");

  @TempDir private Path directory;

  private void file(String name, String content) throws Exception {
    Files.writeString(directory.resolve(name), content);
  }

  private Profiles load(String... selectable) {
    var names =
        selectable.length == 0 ? Optional.<List<String>>empty() : Optional.of(List.of(selectable));
    return new ProfileFiles(directory, names).load();
  }

  private static Profile named(Profiles profiles, String name) {
    return profiles.all().stream().filter(one -> one.name().equals(name)).findFirst().orElseThrow();
  }

  private static String chosen(Profiles profiles, String model, String wanted) {
    var metadata = wanted.isEmpty() ? Map.<String, String>of() : Map.of(Profiles.KEY, wanted);
    return profiles
        .choose(model, session(SESSION, metadata), Optional.empty(), Open.NOTHING)
        .label();
  }

  private static Session naming(String profile) {
    return session(SESSION, Map.of(Profiles.KEY, profile));
  }

  private static Session session(SessionId id, Map<String, String> metadata) {
    var agent =
        new Definition(
            "a", null, new ModelConfig("m", Optional.empty(), "standard"), null, List.of());
    return new Session(
        id,
        new Session.Origin(
            WorkspaceId.DEFAULT,
            new ThreadId("sthr_1"),
            new AgentId("agent_1"),
            1,
            new EnvironmentId("env_1"),
            new Environment.Networking.Limited(List.of(), false, false),
            Instant.EPOCH),
        new Session.Editable(agent, null, metadata, Optional.empty()));
  }

  private static void refused(Profiles profiles, String wanted, String message) {
    assertThatThrownBy(() -> profiles.check(Map.of(Profiles.KEY, wanted)))
        .isInstanceOf(Problem.class)
        .hasMessage("metadata.drover.profile: " + message);
  }

  /// A version stands for its settings on every server. If one of these hashes changes, the profile
  /// needs another version.
  @ParameterizedTest
  @CsvSource({
    "default, 1, *",
    "claude, 1, claude-",
    "rehearsal, 1, rehearsal",
  })
  void theBuiltInVersionsStandForTheSameSettings(String name, int version, String models) {
    var profile = named(Profiles.BUILT_IN, name);
    assertThat(profile.version()).isEqualTo(version);
    assertThat(profile.models()).containsExactly(models);
    var usual = ProfileSettings.USUAL;
    var settings = profile.settings();
    assertThat(settings.cacheMarks()).isEqualTo(name.equals("claude"));
    assertThat(settings.strategy())
        .isEqualTo(name.equals("rehearsal") ? Strategy.FULL : Strategy.AUTO);
    assertThat(settings.json().with("strategy", "rolling").with("request", Json.EMPTY))
        .isEqualTo(usual.json().with("request", Json.EMPTY));
  }

  @Test
  void settingsAreReadFromTheLogAsTheyWereWritten() {
    for (var profile : Profiles.BUILT_IN.all()) {
      var use = profile.use(new Open(true, true));
      var read = ProfileUse.read((Json.Obj) Json.trusted(use.json().toString()));
      assertThat(read).contains(use);
      assertThat(ProfileSettings.recorded(use.settings()))
          .isEqualTo(profile.settings().decided(new Open(true, true)));
    }
    assertThat(ProfileSettings.recorded(Json.EMPTY)).isEqualTo(ProfileSettings.USUAL);
    var wild =
        Json.obj(
            "strategy", "of_tomorrow",
            "context", Json.obj("at_fraction", 1e300, "at_tokens", -5, "reserve_tokens", "x"),
            "tokens", Json.obj("factor", 0));
    var settings = ProfileSettings.recorded(wild);
    assertThat(settings.strategy()).isEqualTo(Strategy.ROLLING);
    assertThat(settings.atFraction()).isEqualTo(1);
    assertThat(settings.atTokens()).isEqualTo(1_000);
    assertThat(settings.reserveTokens()).isEqualTo(32_000);
    assertThat(settings.factor()).isEqualTo(0.5);
    assertThat(ProfileUse.read(Json.obj("name", "a", "hash", "b", "version", 0))).isEmpty();
  }

  @Test
  void whatAProfileLeavesOpenIsDecidedWithTheChapter() {
    var usual = named(Profiles.BUILT_IN, "default").settings();
    assertThat(usual.decided(Open.NOTHING).strategy()).isEqualTo(Strategy.ROLLING);
    assertThat(usual.decided(Open.NOTHING).getEvents()).isEqualTo(GetEvents.NEVER);
    assertThat(usual.decided(new Open(true, true)).strategy()).isEqualTo(Strategy.SUMMARY);
    assertThat(usual.decided(new Open(true, true)).getEvents()).isEqualTo(GetEvents.ALWAYS);
    var whole = named(Profiles.BUILT_IN, "rehearsal").settings();
    assertThat(whole.decided(new Open(true, true)).strategy()).isEqualTo(Strategy.FULL);
  }

  @Test
  void everyStrategyIsReadFromTheLog() {
    for (var strategy : Strategy.values()) {
      var settings = ProfileSettings.USUAL.with(strategy);
      assertThat(ProfileSettings.recorded(settings.json()).strategy())
          .isEqualTo(strategy == Strategy.AUTO ? Strategy.ROLLING : strategy);
    }
  }

  @Test
  void theLongestBeginningOfTheModelsIdWins() throws Exception {
    assertThat(chosen(Profiles.BUILT_IN, "claude-opus-4-5", "")).isEqualTo("claude@1");
    assertThat(chosen(Profiles.BUILT_IN, "rehearsal", "")).isEqualTo("rehearsal@1");
    assertThat(chosen(Profiles.BUILT_IN, "qwen3", "")).isEqualTo("default@1");
    file("opus.yaml", "{name: opus, version: 3, models: [claude-opus, gpt]}");
    assertThat(chosen(load(), "claude-opus-4-5", "")).isEqualTo("opus@3");
    assertThat(chosen(load(), "claude-sonnet-4-5", "")).isEqualTo("claude@1");
  }

  @Test
  void aFileOverridesKeyByKey() throws Exception {
    file(
        "claude.yaml",
        """
        name: claude
        version: 7
        context: {at_fraction: 0.5}
        tools: {get_events: always}
        """);
    file("small.yaml", "{name: small, version: 1, keep: {tokens: 100}, strategy: full}");
    var settings = named(load(), "claude").settings();
    assertThat(settings.atFraction()).isEqualTo(0.5);
    assertThat(settings.atTokens()).isEqualTo(200_000);
    assertThat(settings.cacheMarks()).isTrue();
    assertThat(settings.getEvents()).isEqualTo(GetEvents.ALWAYS);
    assertThat(named(load(), "claude").models()).containsExactly("claude-");
    var small = named(load(), "small");
    assertThat(small.models()).isEmpty();
    assertThat(small.settings().keepTokens()).isEqualTo(100);
    assertThat(small.settings().userTokens()).isEqualTo(8_000);
    assertThat(small.settings().cacheMarks()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{name: a, version: 1, keep: {tokens: -1}} | keep.tokens: must be an integer from 0 to",
        "{name: a, version: 1, keep: {tokens: '5'}} | keep.tokens: must be an integer",
        "{name: a, version: 1, keep: 5} | keep: must be a map (line 1)",
        "{name: a, version: 1, keep: {token: 5}} | keep.token: unknown field (line 1)",
        "{name: a, version: 1, fallback: [summary]} | fallback: unknown field (line 1)",
        "{name: a, version: 1, strategy: vendor} | strategy: must be one of auto, full, rolling,"
            + " summary",
        "{name: a, version: 1, strategy: null} | strategy: field required",
        "{name: a, version: 1, context: {at_fraction: 1.1}} | context.at_fraction: must be a"
            + " number",
        "{name: a, version: 1, context: {at_fraction: 1e999}} | context.at_fraction: must be a",
        "{name: a, version: 1, tokens: {factor: true}} | tokens.factor: must be a number from 0.5"
            + " to 3",
        "{name: a, version: 1, request: {cache_marks: 1}} | request.cache_marks: must be a boolean",
        "{name: a, version: 1, tools: {get_events: on}} | tools.get_events: must be one of setting",
        "{name: a, version: 0} | version: must be an integer from 1 to",
        "{name: a} | version: field required",
        "{version: 1} | name: field required",
        "{name: b, version: 1} | name: must be \"a\", as the file is named",
        "{name: A, version: 1} | name: must have lower-case letters",
        "{name: a, version: 1, models: [claude-]} | \"claude-\" is in claude and in a",
        "{name: a, version: 1, models: ['']} | models: must have 1 to 256 characters",
        "{name: a, version: 1, ab: {with: b, share: 0.5}} | ab.with: \"b\" is not another profile",
        "{name: a, version: 1, ab: {with: a, share: 0.5}} | ab.with: \"a\" is not another profile",
        "{name: a, version: 1, ab: {with: claude, share: 2}} | ab.share: must be a number from 0 to"
            + " 1",
        "{name: a, version: 1, name: a} | duplicate key name",
        "[1] | must be a map",
        "{name: a, version: 1, x: &x [*x]} | nested deeper than",
        "{name: a, version: 1, x: !!java.net.URL [http://x]} | x: unknown field",
      })
  void aFileThatIsWrongIsNotRead(String content, String message) throws Exception {
    file("a.yaml", content);
    assertThatThrownBy(this::load)
        .isInstanceOf(Problem.class)
        .hasMessageContaining(message)
        .hasMessageMatching("(?s)(.*/a\\.yaml: |profiles: models: |profiles/a\\.yaml: ).*");
  }

  @Test
  void hostileFilesAreRefusedAndWhatEditorsLeaveIsPassedOver() throws Exception {
    file(".a.yaml.swp", "x");
    file("a.yaml~", "x");
    assertThat(load().all()).hasSize(3);
    file("a.yml", "{name: a, version: 1}");
    assertThatThrownBy(this::load).hasMessageContaining("a.yml: the name of a profile's file ends");
    Files.delete(directory.resolve("a.yml"));
    var bomb = new StringBuilder("a: &a [x,x,x,x,x,x,x,x,x,x]\n");
    for (char c = 'b'; c < 'h'; c++) {
      var items = ("*" + (char) (c - 1) + ",").repeat(10);
      bomb.append("%s: &%s [%s]%n".formatted(c, c, items.substring(0, items.length() - 1)));
    }
    file("bomb.yaml", bomb.toString());
    assertThatThrownBy(this::load)
        .isInstanceOf(Problem.class)
        .hasMessageContaining("bomb.yaml: not");
    file("bomb.yaml", "[".repeat(50_000));
    assertThatThrownBy(this::load).isInstanceOf(Problem.class).hasMessageContaining("bomb.yaml");
    file("bomb.yaml", "#".repeat(70_000));
    assertThatThrownBy(this::load).hasMessageContaining("is larger than 64 KiB");
  }

  @Test
  void aVersionNeverStandsForOtherSettings() throws Exception {
    file("claude.yaml", "{name: claude, version: 1, keep: {tokens: 5}}");
    assertThatThrownBy(this::load)
        .hasMessageContaining("version: 1 is the version of the built-in settings of claude");
    file("claude.yaml", "{name: claude, version: 1, models: [claude-, opus]}");
    assertThat(chosen(load(), "opus", "")).isEqualTo("claude@1");
    var known = new HashMap<String, String>();
    ProfileVersions versions =
        (name, version, hash) -> {
          var before = known.putIfAbsent(name + version, hash);
          return before == null ? hash : before;
        };
    file("claude.yaml", "{name: claude, version: 2, keep: {tokens: 5}}");
    load().remember(versions);
    load().remember(versions);
    assertThat(known).containsOnlyKeys("claude2");
    file("claude.yaml", "{name: claude, version: 2, keep: {tokens: 6}}");
    assertThatThrownBy(() -> load().remember(versions))
        .isInstanceOf(Problem.class)
        .hasMessageContaining("profiles/claude.yaml: version 2 was in use with other settings");
    file("claude.yaml", "{name: claude, version: 3, keep: {tokens: 6}}");
    load().remember(versions);
  }

  @Test
  void aSessionNamesItsProfile() throws Exception {
    file("a.yaml", "{name: a, version: 2}");
    var profiles = load();
    for (var wanted : List.of("a", "a@2", "claude")) {
      assertThatCode(() -> profiles.check(Map.of(Profiles.KEY, wanted))).doesNotThrowAnyException();
    }
    profiles.check(Map.of("other", "x"));
    assertThat(chosen(profiles, "qwen3", "a")).isEqualTo("a@2");
    refused(profiles, "", "must be the name of a profile, or name@version");
    refused(profiles, "a@", "must be the name of a profile, or name@version");
    refused(profiles, "a@02", "must be the name of a profile, or name@version");
    refused(profiles, "a@99999999999", "must be the name of a profile, or name@version");
    refused(profiles, "../a", "must be the name of a profile, or name@version");
    refused(profiles, "a@1", "profile a has version 2, not 1");
    refused(
        profiles,
        "b",
        "there is no profile \"b\" to choose; the profiles are a, claude, default, rehearsal");
  }

  @Test
  void theOperatorLimitsTheChoice() throws Exception {
    file("a.yaml", "{name: a, version: 2}");
    refused(load("claude"), "a", "there is no profile \"a\" to choose; the profiles are claude");
    assertThat(chosen(load("claude"), "qwen3", "a")).isEqualTo("default@1");
    assertThatThrownBy(() -> load("b"))
        .hasMessageContaining("profiles.selectable: there is no profile \"b\"");
    var none = new ProfileFiles(directory, Optional.of(List.of())).load();
    refused(
        none, "a", "there is no profile \"a\" to choose; this server lets sessions choose none");
  }

  @Test
  void anAgentNamesTheProfileOfItsSessionsUnlessTheyNameOne() throws Exception {
    file("a.yaml", "{name: a, version: 2}");
    var agents = Map.of(Profiles.KEY, "a");
    var profiles = load().ofAgents(_ -> agents);
    assertThat(chosen(profiles, "claude-x", "")).isEqualTo("a@2");
    assertThat(chosen(profiles, "claude-x", "default")).isEqualTo("default@1");
    assertThat(chosen(profiles, "claude-x", "gone")).isEqualTo("a@2");
    assertThat(chosen(load("claude").ofAgents(_ -> agents), "m", "")).isEqualTo("default@1");
    assertThat(chosen(load().ofAgents(_ -> Map.of(Profiles.KEY, "gone")), "m", ""))
        .isEqualTo("default@1");
    assertThat(profiles.isSelectable("a")).isTrue();
    assertThat(load("claude").isSelectable("a")).isFalse();
  }

  @Test
  void aSessionKeepsTheVersionThatItNamesAsLongAsItHasIt() throws Exception {
    file("a.yaml", "{name: a, version: 2, keep: {tokens: 5}}");
    var before = load().choose("m", naming("a@2"), Optional.empty(), Open.NOTHING);
    file("a.yaml", "{name: a, version: 3, keep: {tokens: 6}}");
    assertThat(load().choose("m", naming("a@2"), Optional.of(before), new Open(true, true)))
        .isEqualTo(before);
    assertThat(load().choose("m", naming("a"), Optional.of(before), new Open(true, true)).label())
        .isEqualTo("a@3");
    assertThat(chosen(load(), "m", "a@2")).isEqualTo("a@3");
    Files.delete(directory.resolve("a.yaml"));
    assertThat(chosen(load(), "m", "a@2")).isEqualTo("default@1");
  }

  @Test
  void aShareOfTheSessionsHasTheOtherProfileOfATest() throws Exception {
    file("b.yaml", "{name: b, version: 1}");
    file("a.yaml", "{name: a, version: 1, models: [m], ab: {with: b, share: 0.25}}");
    var profiles = load();
    int others = 0;
    for (int i = 0; i < 1_000; i++) {
      var session = session(new SessionId("sesn_" + i), Map.of());
      var label = profiles.choose("m", session, Optional.empty(), Open.NOTHING).label();
      assertThat(profiles.choose("m", session, Optional.empty(), Open.NOTHING).label())
          .isEqualTo(label);
      others += label.equals("b@1") ? 1 : 0;
    }
    assertThat(others).isBetween(200, 300);
    assertThat(chosen(profiles, "m", "a")).isEqualTo("a@1");
    file("a.yaml", "{name: a, version: 1, models: [m], ab: {with: b, share: 1}}");
    assertThat(chosen(load(), "m", "")).isEqualTo("b@1");
    file("a.yaml", "{name: a, version: 1, models: [m], ab: {with: b, share: 0}}");
    assertThat(chosen(load(), "m", "")).isEqualTo("a@1");
  }

  @Test
  void figuresHaveNoNamesThatAreMadeUp() {
    var claude = named(Profiles.BUILT_IN, "claude").use(Open.NOTHING);
    var other = new ProfileUse("claude", 4711, "x", Json.EMPTY);
    var foreign = new ProfileUse("acme", 1, "x", Json.EMPTY);
    assertThat(Profiles.BUILT_IN.label(claude)).isEqualTo("claude@1");
    assertThat(Profiles.BUILT_IN.label(other)).isEqualTo("claude@other");
    assertThat(Profiles.BUILT_IN.label(foreign)).isEqualTo("other");
  }
}
