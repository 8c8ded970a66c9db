package dev.drover.desk;

import dev.drover.base.Ids;
import dev.drover.base.Problem;
import dev.drover.catalog.Agent;
import dev.drover.catalog.Catalog;
import dev.drover.catalog.Catalogs;
import dev.drover.catalog.Definition;
import dev.drover.catalog.Environment;
import dev.drover.catalog.EnvironmentId;
import dev.drover.catalog.MemoryStore;
import dev.drover.catalog.Resource;
import dev.drover.catalog.Vault;
import dev.drover.catalog.VaultId;
import dev.drover.files.Files;
import dev.drover.model.Models;
import dev.drover.policy.OperatorPolicy;
import dev.drover.policy.SaveRules;
import dev.drover.session.Session;
import dev.drover.session.SessionId;
import dev.drover.session.ThreadId;
import dev.drover.skills.SkillNote;
import dev.drover.skills.Skills;
import dev.drover.vault.Credential;
import dev.drover.vault.VaultStore;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/// The factory of new sessions. It makes them from an agent and an environment of the caller's
/// workspace.
final class Origins {
  private final Catalog<Agent> agents;
  private final Catalog<Environment> environments;
  private final Catalog<Vault> vaults;
  private final VaultStore credentials;
  private final SkillChoice skills;
  private final Models models;
  private final Supplier<OperatorPolicy> policy;
  private final Equipment equipment;
  private final ForkRules forks;
  private final Ids ids;
  private final InstantSource clock;

  Origins(
      Catalogs catalogs,
      Files files,
      Skills skills,
      VaultStore credentials,
      RepositoryChoice repositories,
      Models models,
      Supplier<OperatorPolicy> policy,
      Ids ids,
      InstantSource clock) {
    equipment = new Equipment(files, catalogs, repositories, ids);
    this.skills = new SkillChoice(skills);
    agents = catalogs.of(Agent.KIND);
    environments = catalogs.of(Environment.KIND);
    vaults = catalogs.of(Vault.KIND);
    forks = new ForkRules(vaults, catalogs.of(MemoryStore.KIND), repositories.rule());
    this.credentials = credentials;
    this.models = models;
    this.policy = policy;
    this.ids = ids;
    this.clock = clock;
  }

  /// A new session, which is not stored yet.
  ///
  /// @throws Problem `NOT_FOUND` if the agent, its version, the environment or a vault does not
  ///   exist; `INVALID_REQUEST` if one is archived or not supported, or if a named model is not
  ///   served, or a skill does not exist; as [Equipment#of] and [StoreAttachment#checkTools] say
  Session session(Caller caller, SessionRequest request) {
    var agent = agent(caller, request.agent());
    var pinned =
        skills.pinned(
            caller.workspace(), definition(agent.content().definition(), request.agent()));
    var environment = environment(caller, request.environment());
    var now = clock.instant().truncatedTo(ChronoUnit.MICROS);
    var resources = equipment.of(caller, request.resources(), now);
    StoreAttachment.checkTools(pinned.definition(), resources);
    var notes = new ArrayList<>(SkillNote.of(pinned.versions()).stream().toList());
    notes.addAll(Equipment.notes(resources));
    var session =
        new Session(
            new SessionId(ids.next(SessionId.PREFIX)),
            new Session.Origin(
                    caller.workspace(),
                    new ThreadId(ids.next(ThreadId.PREFIX)),
                    request.agent().id(),
                    agent.version(),
                    request.environment(),
                    environment.networking(),
                    now)
                .withNotes(notes)
                .withPackages(environment.packages())
                .withVaults(vaults(caller, request.vaults())),
            new Session.Editable(
                pinned.definition(), request.title(), request.metadata(), request.budget()));
    return session.with(resources);
  }

  /// The factory of a new session for the session that it continues, as it is then. Its result is
  /// not stored yet.
  ///
  /// @param session the session to continue, as it is now
  /// @throws Problem as [ForkRules#check] says, and `INVALID_REQUEST` if the agent or the
  ///   environment is archived, or the policy does not allow a credential. The factory throws it if
  ///   the named model is not served, if a model with a budget has no price, or if the policy does
  ///   not allow the definition
  UnaryOperator<Session> fork(Caller caller, Session session, ForkRequest request) {
    agent(caller, new AgentChoice(session.origin().agentId()));
    environment(caller, session.origin().environment());
    forks.check(caller, session);
    session.origin().vaults().forEach(id -> checkUsable(caller, id));
    var id = new SessionId(ids.next(SessionId.PREFIX));
    var now = clock.instant().truncatedTo(ChronoUnit.MICROS);
    return before -> {
      var values = request.change().apply(before.editable());
      new SaveRules(policy.get()).checkSession(values.agent());
      var definition =
          request.model() ? ModelChoice.settled(models, values.agent()) : values.agent();
      var made =
          new Session(
              id,
              before.origin().withCreatedAt(now),
              new Session.Editable(definition, values.title(), values.metadata(), values.budget()));
      ListCost.checkBudgetable(models, made);
      return made;
    };
  }

  /// @return the same vaults, of which each exists, is in use, and has only credentials that this
  ///   version can use
  private List<VaultId> vaults(Caller caller, List<VaultId> named) {
    for (var id : named) {
      Resource<Vault> vault;
      try {
        vault = vaults.get(caller.workspace(), id.value());
      } catch (Problem problem) {
        throw problem.kind() == Problem.Kind.NOT_FOUND
            ? Problem.notFound("Referenced vault not found or not accessible.")
            : problem;
      }
      if (vault.archivedAt() != null) {
        throw Vault.KIND.archived().apply(id.value());
      }
      checkUsable(caller, id);
    }
    return named;
  }

  private void checkUsable(Caller caller, VaultId vault) {
    var active =
        credentials.list(caller.workspace(), vault, false, Credential.MOST, Optional.empty());
    for (var credential : active.items()) {
      var denial = policy.get().credentialDenial(credential.auth().kind());
      if (denial.isPresent()) {
        throw denial.get().at("vault_ids", "credential " + credential.id() + " of vault " + vault);
      }
    }
  }

  private Resource<Agent> agent(Caller caller, AgentChoice choice) {
    var latest = agents.get(caller.workspace(), choice.id().value());
    if (latest.archivedAt() != null) {
      throw Problem.invalid("Agent " + choice.id() + " is archived.");
    }
    if (choice.version().isEmpty()) {
      return latest;
    }
    try {
      return agents.get(caller.workspace(), choice.id().value(), choice.version().getAsInt());
    } catch (Problem problem) {
      throw problem.kind() == Problem.Kind.NOT_FOUND
          ? Problem.notFound("agent.version: " + choice.version().getAsInt() + " not found")
          : problem;
    }
  }

  private Definition definition(Definition agent, AgentChoice choice) {
    if (choice.overrides().isEmpty()) {
      return agent;
    }
    var overrides = choice.overrides().get();
    var definition = overrides.change().apply(agent);
    new SaveRules(policy.get()).checkSession(definition);
    return overrides.model() ? ModelChoice.settled(models, definition) : definition;
  }

  private Environment environment(Caller caller, EnvironmentId id) {
    Resource<Environment> environment;
    try {
      environment = environments.get(caller.workspace(), id.value());
    } catch (Problem problem) {
      throw problem.kind() == Problem.Kind.NOT_FOUND
          ? Problem.notFound("Referenced environment not found or not accessible.")
          : problem;
    }
    if (environment.archivedAt() != null) {
      throw Problem.invalid("Environment " + id + " is archived.");
    }
    if (!environment.content().isSupported()) {
      throw Problem.invalid(
          "Environment " + id + " is of a type that this version of Drover does not support.");
    }
    return environment.content();
  }
}
