package dev.drover.vault;

import dev.drover.base.Ids;
import dev.drover.base.Pause;
import dev.drover.http.Guard;
import dev.drover.http.Outbound;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/// The parts of a server that use secrets, connected to each other. Safe for many threads.
public final class SecretUse implements AutoCloseable {
  private static final Duration CONNECT = Duration.ofSeconds(5);

  private final Outbound http;
  private final TokenRefresh refresh;
  private final Keyring keyring;
  private final Validator validator;
  private final CountedReceipts counted;
  private final Variables variables;

  /// @param guard decides to which OAuth and MCP servers secrets may be sent
  public SecretUse(
      VaultStore store,
      Placeholders placeholders,
      Envelope envelope,
      Receipts receipts,
      Guard guard,
      Pause pause,
      RandomGenerator random,
      InstantSource clock) {
    this(store, placeholders, envelope, receipts, guard, _ -> true, pause, random, clock);
  }

  /// @param guard decides to which OAuth and MCP servers secrets may be sent
  /// @param kinds whether sessions may use credentials of a kind, asked at each use
  public SecretUse(
      VaultStore store,
      Placeholders placeholders,
      Envelope envelope,
      Receipts receipts,
      Guard guard,
      Predicate<String> kinds,
      Pause pause,
      RandomGenerator random,
      InstantSource clock) {
    http = new Outbound(guard, CONNECT);
    refresh = new TokenRefresh(store, envelope, new TokenEndpoint(http), receipts, pause, clock);
    keyring = new Keyring(store, envelope, refresh, receipts, random, clock, kinds);
    validator = new Validator(store, envelope, refresh, new McpProbe(http), receipts, clock);
    counted = new CountedReceipts(receipts, pause, clock);
    variables = new Variables(store, placeholders, envelope, counted, kinds, new Ids(random));
  }

  public Keyring keyring() {
    return keyring;
  }

  public Validator validator() {
    return validator;
  }

  public Variables variables() {
    return variables;
  }

  /// Waits until running requests for tokens have stored their answers, and counted receipts are
  /// added.
  @Override
  public void close() {
    refresh.close();
    counted.close();
    http.close();
  }
}
