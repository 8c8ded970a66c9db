package dev.drover.profile;

import dev.drover.base.Problem;
import dev.drover.session.ProfileUse;
import dev.drover.session.Session;
import dev.drover.session.SessionId;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// The profiles of this server, and the choice of one for a chapter of a session. Immutable.
public final class Profiles {
  /// The key of the metadata of a session, or of an agent, that names a profile: `name`, or
  /// `name@version`.
  public static final String KEY = "drover.profile";

  /// The profiles of a server without any file of an operator.
  public static final Profiles BUILT_IN =
      new Profiles(
          BuiltInProfiles.ALL.values(),
          Set.of(),
          Optional.empty(),
          ProfileFigures.NONE,
          AgentMetadata.NONE);

  private static final String PATH = "metadata." + KEY + ": ";

  private final Map<String, Profile> byName = new TreeMap<>();
  private final Set<String> own;
  private final Optional<Set<String>> selectable;
  private final ProfileFigures figures;
  private final AgentMetadata agents;

  /// The metadata of the agents from which sessions were created.
  @FunctionalInterface
  public interface AgentMetadata {
    /// Agents that name no profile.
    AgentMetadata NONE = _ -> Map.of();

    /// The metadata of the agent of a session, in the version that the session was created from.
    Map<String, String> of(Session.Origin origin);
  }

  /// @param own the names of those that the operator has written or changed
  /// @param selectable the names that sessions may choose; empty: all
  Profiles(
      Collection<Profile> all,
      Set<String> own,
      Optional<Set<String>> selectable,
      ProfileFigures figures,
      AgentMetadata agents) {
    all.forEach(profile -> byName.put(profile.name(), profile));
    this.own = Set.copyOf(own);
    this.selectable = selectable.map(Set::copyOf);
    this.figures = figures;
    this.agents = agents;
  }

  /// The same profiles with an observer of their use.
  public Profiles observedBy(ProfileFigures observer) {
    return new Profiles(List.copyOf(byName.values()), own, selectable, observer, agents);
  }

  /// The same profiles for sessions whose agents may name one.
  public Profiles ofAgents(AgentMetadata metadata) {
    return new Profiles(List.copyOf(byName.values()), own, selectable, figures, metadata);
  }

  public ProfileFigures figures() {
    return figures;
  }

  /// All profiles, in the order of their names.
  public List<Profile> all() {
    return List.copyOf(byName.values());
  }

  /// The same profiles with one strategy for all of them.
  public Profiles with(Strategy strategy) {
    var all =
        byName.values().stream()
            .map(
                one ->
                    new Profile(
                        one.name(),
                        one.version(),
                        one.models(),
                        one.settings().with(strategy),
                        one.ab()))
            .toList();
    return new Profiles(all, own, selectable, figures, agents);
  }

  /// The profile with a name.
  ///
  /// @throws Problem `INVALID_REQUEST` if there is none
  public Profile named(String name) {
    var profile = byName.get(name);
    if (profile == null) {
      throw Problem.invalid(
          "profile: there is no such profile; the profiles are "
              + String.join(", ", byName.keySet()));
    }
    return profile;
  }

  /// The profile that a chapter has recorded; empty if this server has no such version of it.
  public Optional<Profile> recorded(ProfileUse use) {
    return Optional.ofNullable(byName.get(use.name()))
        .filter(one -> one.version() == use.version() && one.hash().equals(use.hash()));
  }

  /// Remembers what the versions of the operator's profiles stand for.
  ///
  /// @throws Problem `INVALID_REQUEST` if a version has stood for other settings
  public void remember(ProfileVersions versions) {
    for (var name : own) {
      var profile = byName.get(name);
      if (profile != null
          && !versions.remember(name, profile.version(), profile.hash()).equals(profile.hash())) {
        throw Problem.invalid(
            ("profiles/%s.yaml: version %d was in use with other settings. What sessions have"
                    + " recorded under a version must stay true: raise the version.")
                .formatted(name, profile.version()));
      }
    }
  }

  /// Checks the metadata that a client sends for a session or an agent.
  ///
  /// @throws Problem `INVALID_REQUEST` if they name a profile that sessions cannot have
  public void check(Map<String, String> metadata) {
    var sent = metadata.get(KEY);
    if (sent == null) {
      return;
    }
    var wanted =
        Selection.read(sent)
            .orElseThrow(
                () -> Problem.invalid(PATH + "must be the name of a profile, or name@version"));
    var profile = selectable(PATH, wanted.name());
    if (wanted.version() != 0 && wanted.version() != profile.version()) {
      throw Problem.invalid(
          PATH
              + "profile %s has version %d, not %d"
                  .formatted(profile.name(), profile.version(), wanted.version()));
    }
  }

  /// The profile with a name, if sessions and agents may name it.
  ///
  /// @throws Problem `INVALID_REQUEST` if there is none
  public Profile selectable(String name) {
    return selectable("profile: ", name);
  }

  private Profile selectable(String path, String name) {
    var profile = byName.get(name);
    if (profile == null || !isSelectable(name)) {
      var names = byName.keySet().stream().filter(this::isSelectable).toList();
      throw Problem.invalid(
          path
              + "there is no profile \"%s\" to choose; %s"
                  .formatted(
                      name,
                      names.isEmpty()
                          ? "this server lets sessions choose none"
                          : "the profiles are " + String.join(", ", names)));
    }
    return profile;
  }

  /// The profile that the metadata of a session name; empty if they name none that it can have.
  public Optional<Profile> selected(Map<String, String> metadata) {
    return Optional.ofNullable(metadata.get(KEY))
        .flatMap(Selection::read)
        .filter(one -> isSelectable(one.name()))
        .flatMap(one -> Optional.ofNullable(byName.get(one.name())));
  }

  /// Whether sessions and agents may name the profile.
  public boolean isSelectable(String name) {
    return selectable.map(names -> names.contains(name)).orElse(true);
  }

  /// The profile of the next chapter of a session. What its metadata name wins, if it is there, and
  /// then what those of its agent name; a version that is gone is still there for a session that
  /// has it. Otherwise the model decides, and an A/B test.
  ///
  /// @param session as it is now
  /// @param before the profile of the chapter before; empty if there is none
  /// @param open what the server decides where a profile leaves it open
  public ProfileUse choose(
      String model, Session session, Optional<ProfileUse> before, ProfileSettings.Open open) {
    return named(session.editable().metadata(), before, open)
        .or(() -> named(agents.of(session.origin()), before, open))
        .orElseGet(() -> tried(ofModel(model), session.id()).use(open));
  }

  /// The profile that metadata name; empty if they name none that is there.
  private Optional<ProfileUse> named(
      Map<String, String> metadata, Optional<ProfileUse> before, ProfileSettings.Open open) {
    var wanted =
        Optional.ofNullable(metadata.get(KEY))
            .flatMap(Selection::read)
            .filter(one -> isSelectable(one.name()));
    var pinned =
        wanted.flatMap(
            one ->
                before.filter(
                    use -> use.name().equals(one.name()) && use.version() == one.version()));
    return pinned.or(
        () ->
            wanted
                .flatMap(one -> Optional.ofNullable(byName.get(one.name())))
                .map(profile -> profile.use(open)));
  }

  /// The profile for a model: the longest fitting beginning of its id wins.
  public Profile ofModel(String model) {
    return byName.values().stream()
        .max(Comparator.comparingInt(profile -> fit(profile, model)))
        .orElseThrow();
  }

  /// @return -1 if the profile is not for the model
  private static int fit(Profile profile, String model) {
    return profile.models().stream()
        .mapToInt(
            prefix ->
                prefix.equals(Profile.ANY) ? 0 : model.startsWith(prefix) ? prefix.length() : -1)
        .max()
        .orElse(-1);
  }

  private Profile tried(Profile profile, SessionId session) {
    return profile
        .ab()
        .filter(test -> test.takes(session, profile.name()))
        .flatMap(test -> Optional.ofNullable(byName.get(test.with())))
        .orElse(profile);
  }

  /// The name of a profile in figures: `name@version`, or less of a profile or a version that this
  /// server does not have, so that no log and no client can make up names.
  public String label(ProfileUse use) {
    var profile = byName.get(use.name());
    return profile == null
        ? "other"
        : profile.version() == use.version() ? use.label() : use.name() + "@other";
  }

  /// What a session's metadata say.
  ///
  /// @param version 0 if any is wanted
  private record Selection(String name, int version) {
    static Optional<Selection> read(String text) {
      int at = text.indexOf('@');
      var name = at < 0 ? text : text.substring(0, at);
      var version = at < 0 ? "0" : text.substring(at + 1);
      return ProfileReader.isName(name) && (at < 0 || version.matches("[1-9][0-9]{0,8}"))
          ? Optional.of(new Selection(name, Integer.parseInt(version)))
          : Optional.empty();
    }
  }
}
