package dev.drover.webhooks;

import dev.drover.session.Event;
import dev.drover.session.StopReason;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// The types of webhook events that this version can send.
public enum WebhookType {
  SESSION_CREATED("session.created"),
  SESSION_UPDATED("session.updated"),
  SESSION_ARCHIVED("session.archived"),
  SESSION_DELETED("session.deleted"),
  SESSION_STATUS_RUN_STARTED("session.status_run_started"),
  SESSION_STATUS_IDLED("session.status_idled"),
  SESSION_STATUS_RESCHEDULED("session.status_rescheduled"),
  SESSION_STATUS_TERMINATED("session.status_terminated"),
  /// The same as [#SESSION_STATUS_RUN_STARTED], under the protocol's other name.
  SESSION_RUNNING("session.running"),
  /// The same as [#SESSION_STATUS_IDLED], under the protocol's other name.
  SESSION_IDLED("session.idled"),
  SESSION_REQUIRES_ACTION("session.requires_action"),
  SESSION_BUDGET_REACHED("session.budget_reached"),
  AGENT_CREATED("agent.created"),
  AGENT_UPDATED("agent.updated"),
  AGENT_ARCHIVED("agent.archived"),
  AGENT_DELETED("agent.deleted"),
  ENVIRONMENT_CREATED("environment.created"),
  ENVIRONMENT_UPDATED("environment.updated"),
  ENVIRONMENT_ARCHIVED("environment.archived"),
  ENVIRONMENT_DELETED("environment.deleted"),
  MEMORY_STORE_CREATED("memory_store.created"),
  MEMORY_STORE_ARCHIVED("memory_store.archived"),
  MEMORY_STORE_DELETED("memory_store.deleted"),
  VAULT_CREATED("vault.created"),
  VAULT_ARCHIVED("vault.archived"),
  VAULT_DELETED("vault.deleted"),
  VAULT_CREDENTIAL_CREATED("vault_credential.created"),
  VAULT_CREDENTIAL_ARCHIVED("vault_credential.archived"),
  VAULT_CREDENTIAL_DELETED("vault_credential.deleted"),
  /// An OAuth server does not accept the refresh token any more.
  VAULT_CREDENTIAL_REFRESH_FAILED("vault_credential.refresh_failed");

  private final String text;

  WebhookType(String text) {
    this.text = text;
  }

  /// The type with a name; empty if this version cannot send it.
  public static Optional<WebhookType> of(String text) {
    return Arrays.stream(values()).filter(type -> type.text.equals(text)).findFirst();
  }

  /// The types of the webhook events that follow from an event in the log of a session.
  public static List<WebhookType> of(Event event) {
    return switch (event) {
      case Event.StatusRunning _ -> List.of(SESSION_STATUS_RUN_STARTED, SESSION_RUNNING);
      case Event.StatusIdle idle ->
          switch (idle.reason()) {
            case StopReason.RequiresAction _ ->
                List.of(SESSION_STATUS_IDLED, SESSION_IDLED, SESSION_REQUIRES_ACTION);
            case StopReason.BudgetReached _ ->
                List.of(SESSION_STATUS_IDLED, SESSION_IDLED, SESSION_BUDGET_REACHED);
            default -> List.of(SESSION_STATUS_IDLED, SESSION_IDLED);
          };
      case Event.StatusRescheduled _ -> List.of(SESSION_STATUS_RESCHEDULED);
      case Event.StatusTerminated _ -> List.of(SESSION_STATUS_TERMINATED);
      case Event.SessionUpdated _ -> List.of(SESSION_UPDATED);
      default -> List.of();
    };
  }

  /// The name in the protocol.
  @Override
  public String toString() {
    return text;
  }
}
