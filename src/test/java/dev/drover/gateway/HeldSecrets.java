package dev.drover.gateway;

import dev.drover.base.Problem;
import dev.drover.base.Secret;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/// Secrets that a test has, and what was asked for.
final class HeldSecrets implements Secrets {
  /// The placeholder of a secret.
  static final String TOKEN = "drvph_01aaaaaaaaaaaaaaaaaaaaaa";

  final Queue<String> revealed = new ConcurrentLinkedQueue<>();
  volatile List<Placeholder> current = List.of();
  volatile Map<String, String> secrets = Map.of();
  volatile boolean away;

  /// A secret for these hosts, in headers and bodies.
  HeldSecrets of(String secret, String... hosts) {
    return of(secret, true, true, hosts);
  }

  HeldSecrets of(String secret, boolean header, boolean body, String... hosts) {
    var limited = hosts.length == 0 ? Optional.<List<String>>empty() : Optional.of(List.of(hosts));
    current = List.of(new Placeholder(TOKEN, "vcrd_1", limited, header, body));
    secrets = Map.of(TOKEN, secret);
    return this;
  }

  @Override
  public Map<String, String> issue() {
    var variables = new HashMap<String, String>();
    current.forEach(one -> variables.put("API_TOKEN", one.text()));
    return variables;
  }

  @Override
  public List<Placeholder> current() {
    check();
    return current;
  }

  @Override
  public Optional<Secret> reveal(Placeholder placeholder, Destination to, boolean inBody) {
    check();
    revealed.add(
        (inBody ? "body " : "header ") + placeholder.credential() + " " + to.host().text());
    return Optional.ofNullable(secrets.get(placeholder.text())).map(Secret::new);
  }

  private void check() {
    if (away) {
      throw Problem.unavailable("the store is away", new IllegalStateException());
    }
  }
}
