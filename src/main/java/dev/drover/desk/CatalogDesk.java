package dev.drover.desk;

import dev.drover.base.Ids;
import dev.drover.base.Page;
import dev.drover.catalog.Agent;
import dev.drover.catalog.Catalogs;
import dev.drover.catalog.Environment;
import dev.drover.catalog.Listing;
import dev.drover.catalog.Packages;
import dev.drover.catalog.Resource;
import dev.drover.catalog.ResourceKind;
import dev.drover.catalog.WorkspaceId;
import dev.drover.model.Models;
import dev.drover.policy.OperatorPolicy;
import dev.drover.policy.SaveRules;
import dev.drover.profile.Profiles;
import dev.drover.skills.Skills;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;

/// The desk for the resources of all kinds: it creates, updates, archives and deletes them, and
/// applies the rules that go beyond their own content. Every change is durable when a call returns.
/// A resource of another workspace is `NOT_FOUND`. Safe for many threads.
public final class CatalogDesk {
  /// A rule for the content of a kind, applied when a resource is created or updated.
  interface Rule<T> {
    /// @param workspace the workspace of the resource
    /// @param before the old content; empty if the resource is new
    /// @return `after`, or the content to store instead
    /// @throws dev.drover.base.Problem if the content is refused
    T settled(WorkspaceId workspace, Optional<T> before, T after);

    /// This rule, and then another one.
    default Rule<T> and(Rule<T> next) {
      return (workspace, before, after) ->
          next.settled(workspace, before, settled(workspace, before, after));
    }
  }

  private final Catalogs catalogs;
  private final Ids ids;
  private final InstantSource clock;

  /// The rules, by the type of the kind.
  private final Map<String, Rule<?>> rules;

  /// A desk without an operator's policy and profiles.
  ///
  /// @param managers the package managers that can install packages of environments
  public CatalogDesk(
      Catalogs catalogs,
      Skills skills,
      Models models,
      Set<Packages.Manager> managers,
      Ids ids,
      InstantSource clock) {
    this(
        catalogs,
        skills,
        models,
        managers,
        () -> OperatorPolicy.NONE,
        Profiles.BUILT_IN,
        ids,
        clock);
  }

  /// @param managers the package managers that can install packages of environments
  /// @param policy the operator's, asked at each change
  /// @param profiles what agents may name
  public CatalogDesk(
      Catalogs catalogs,
      Skills skills,
      Models models,
      Set<Packages.Manager> managers,
      Supplier<OperatorPolicy> policy,
      Profiles profiles,
      Ids ids,
      InstantSource clock) {
    this.catalogs = catalogs;
    this.ids = ids;
    this.clock = clock;
    var skillChoice = new SkillChoice(skills);
    rules =
        Map.of(
            Agent.KIND.type(),
            CatalogDesk.<Agent>under(policy, SaveRules::check)
                .and(ModelChoice.ofAgents(models))
                .and(named(profiles))
                .and(skillChoice.ofAgents()),
            Environment.KIND.type(),
            CatalogDesk.<Environment>under(policy, SaveRules::check)
                .and(PackageChoice.of(managers)));
  }

  /// The rule that the operator's policy allows the whole content, changed or not.
  private static <T> Rule<T> under(
      Supplier<OperatorPolicy> policy, BiConsumer<SaveRules, T> check) {
    return (_, _, after) -> {
      check.accept(new SaveRules(policy.get()), after);
      return after;
    };
  }

  /// The rule that a new agent, or one that names another profile, must name one that sessions may
  /// have.
  private static Rule<Agent> named(Profiles profiles) {
    return (_, before, after) -> {
      var metadata = before.map(Agent::metadata).orElse(Map.of());
      if (!Objects.equals(metadata.get(Profiles.KEY), after.metadata().get(Profiles.KEY))) {
        profiles.check(after.metadata());
      }
      return after;
    };
  }

  @SuppressWarnings("unchecked") // each was put in under the type of its own kind
  private <T> T settled(Caller caller, ResourceKind<T> kind, Optional<T> before, T after) {
    var rule = (Rule<T>) rules.get(kind.type());
    return rule == null ? after : rule.settled(caller.workspace(), before, after);
  }

  /// The time, with the precision of the protocol.
  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }

  /// Creates a resource.
  ///
  /// @throws dev.drover.base.Problem as [dev.drover.catalog.Catalog#create] says; `INVALID_REQUEST`
  ///   for an agent whose model is not served, or that names a skill that does not exist or a
  ///   profile that sessions cannot have, and for what the operator's policy does not allow, and
  ///   for an environment with packages of a package manager that this server does not have
  public <T> Resource<T> create(Caller caller, ResourceKind<T> kind, T content) {
    var settled = settled(caller, kind, Optional.empty(), content);
    var resource = new Resource<>(ids.next(kind.prefix()), caller.workspace(), settled, now());
    catalogs.of(kind).create(resource);
    return resource;
  }

  /// A resource, in its latest version.
  ///
  /// @throws dev.drover.base.Problem `NOT_FOUND`
  public <T> Resource<T> get(Caller caller, ResourceKind<T> kind, String id) {
    return catalogs.of(kind).get(caller.workspace(), id);
  }

  /// A version of a resource.
  ///
  /// @throws dev.drover.base.Problem `NOT_FOUND`
  public <T> Resource<T> get(Caller caller, ResourceKind<T> kind, String id, int version) {
    return catalogs.of(kind).get(caller.workspace(), id, version);
  }

  /// Updates a resource.
  ///
  /// @param change returns the new content for the old resource, or throws to refuse
  /// @throws dev.drover.base.Problem as [dev.drover.catalog.Catalog#update] says; `INVALID_REQUEST`
  ///   for an agent whose new model is not served, or whose new profile sessions cannot have
  public <T> Resource<T> update(
      Caller caller, ResourceKind<T> kind, String id, Function<Resource<T>, T> change) {
    return catalogs
        .of(kind)
        .update(
            caller.workspace(),
            id,
            now(),
            before -> settled(caller, kind, Optional.of(before.content()), change.apply(before)));
  }

  /// Archives a resource.
  ///
  /// @throws dev.drover.base.Problem `NOT_FOUND`
  public <T> Resource<T> archive(Caller caller, ResourceKind<T> kind, String id) {
    return catalogs.of(kind).archive(caller.workspace(), id, now());
  }

  /// Deletes a resource.
  ///
  /// @throws dev.drover.base.Problem `NOT_FOUND`; `CONFLICT` while a session refers to it
  public void delete(Caller caller, ResourceKind<?> kind, String id) {
    catalogs.of(kind).delete(caller.workspace(), id);
  }

  /// A page of resources.
  ///
  /// @throws dev.drover.base.Problem `INVALID_REQUEST` for a malformed cursor
  public <T> Page<Resource<T>> list(Caller caller, ResourceKind<T> kind, Listing listing) {
    return catalogs.of(kind).list(caller.workspace(), listing);
  }

  /// The versions of a resource, newest first.
  ///
  /// @throws dev.drover.base.Problem `NOT_FOUND`; `INVALID_REQUEST` for a malformed cursor
  public <T> Page<Resource<T>> versions(
      Caller caller, ResourceKind<T> kind, String id, int limit, Optional<String> page) {
    return catalogs.of(kind).versions(caller.workspace(), id, limit, page);
  }
}
