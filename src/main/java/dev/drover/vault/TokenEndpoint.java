package dev.drover.vault;

import dev.drover.base.Json;
import dev.drover.base.Secret;
import dev.drover.http.Outbound;
import dev.drover.http.Request;
import dev.drover.http.Unreachable;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The client of OAuth servers: it exchanges a refresh token for an access token, as RFC 6749, 6
/// says. It follows no redirect, so no secret goes to another server. Safe for many threads.
final class TokenEndpoint {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  /// The life of a token whose server does not state it.
  private static final Duration USUAL = Duration.ofHours(1);

  private static final Set<String> FINAL =
      Set.of("invalid_grant", "invalid_client", "unauthorized_client");

  private final Outbound http;

  TokenEndpoint(Outbound http) {
    this.http = http;
  }

  /// The answer of an OAuth server.
  sealed interface Answer {
    /// @param refresh the refresh token that replaces the old one; empty: the old one stays
    record Tokens(Secret access, Optional<Secret> refresh, Duration life) implements Answer {}

    /// @param refused whether it does not accept the secrets
    record NoToken(boolean refused, CapturedResponse response) implements Answer {}

    record None(String why) implements Answer {}
  }

  /// @param client the client's secret; null if it has none
  Answer exchange(OauthRefresh refresh, Secret token, @Nullable Secret client)
      throws InterruptedException {
    long end = System.nanoTime() + LIMIT.toNanos();
    try {
      var sent = request(refresh, token, client);
      return answer(CapturedResponse.read(http.send(sent, LIMIT), end));
    } catch (Unreachable e) {
      return new Answer.None(e.what());
    } catch (IOException _) {
      return new Answer.None("the answer is not complete");
    }
  }

  private static Request request(OauthRefresh refresh, Secret token, @Nullable Secret client) {
    var form = new LinkedHashMap<String, String>();
    form.put("grant_type", "refresh_token");
    form.put("refresh_token", token.reveal());
    refresh.scope().ifPresent(scope -> form.put("scope", scope));
    refresh.resource().ifPresent(resource -> form.put("resource", resource));
    var request =
        Request.of("POST", URI.create(refresh.tokenEndpoint())).with("accept", "application/json");
    if (client != null && refresh.clientAuth() == OauthRefresh.ClientAuth.BASIC) {
      var pair = encoded(refresh.clientId()) + ":" + encoded(client.reveal());
      var basic = Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
      request = request.with("authorization", "Basic " + basic);
    } else {
      form.put("client_id", refresh.clientId());
      if (client != null) {
        form.put("client_secret", client.reveal());
      }
    }
    return request.sending("application/x-www-form-urlencoded", text(form));
  }

  private static String text(Map<String, String> form) {
    return form.entrySet().stream()
        .map(pair -> encoded(pair.getKey()) + "=" + encoded(pair.getValue()))
        .collect(Collectors.joining("&"));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static Answer answer(CapturedResponse response) {
    var json = json(response.body());
    var access = json.text("access_token");
    if (response.isSuccess() && access != null && !response.truncated()) {
      var secret = new Secret(access);
      if (!access.isEmpty() && secret.isPrintable()) {
        return new Answer.Tokens(
            secret,
            Optional.ofNullable(json.text("refresh_token"))
                .filter(text -> !text.isEmpty())
                .map(Secret::new),
            life(json));
      }
    }
    var error = json.text("error");
    return new Answer.NoToken(error != null && FINAL.contains(error), response);
  }

  private static Json.Obj json(String body) {
    try {
      return Json.received(body) instanceof Json.Obj object ? object : Json.EMPTY;
    } catch (Json.Malformed _) {
      return Json.EMPTY;
    }
  }

  private static Duration life(Json.Obj json) {
    long seconds =
        switch (json.get("expires_in").orElse(Json.NULL)) {
          case Json.Num number -> Math.round(number.asDouble());
          case Json.Str(var text) when text.matches("\\d{1,9}") -> Long.parseLong(text);
          default -> 0;
        };
    return seconds > 0
        ? Duration.ofSeconds(Math.min(seconds, Duration.ofDays(3_650).toSeconds()))
        : USUAL;
  }
}
