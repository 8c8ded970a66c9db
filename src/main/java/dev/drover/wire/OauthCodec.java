package dev.drover.wire;

import dev.drover.base.Fields;
import dev.drover.base.Json;
import dev.drover.base.Secret;
import dev.drover.vault.CredentialAuth;
import dev.drover.vault.CredentialAuth.McpOauth;
import dev.drover.vault.OauthRefresh;
import dev.drover.vault.OauthRefresh.ClientAuth;
import dev.drover.vault.SecretField;
import dev.drover.vault.ServerUrl;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// The JSON form of credentials with OAuth.
final class OauthCodec {
  private static final String REFRESH = "refresh";
  private static final String ENDPOINT = "token_endpoint";
  private static final String CLIENT_AUTH = "token_endpoint_auth";
  private static final String CLIENT = "client_id";
  private static final String RESOURCE = "resource";
  private static final String SCOPE = "scope";

  /// The maximum number of characters of an id, a resource or a scope.
  private static final int LONGEST = 2_048;

  private OauthCodec() {}

  static McpOauth request(Fields sent, Instant now, Map<SecretField, Secret> secrets) {
    CredentialCodec.require(sent, SecretField.ACCESS_TOKEN, secrets);
    return new McpOauth(
        CredentialCodec.serverUrl(sent),
        expiry(sent, now),
        sent.object(REFRESH).map(refresh -> refresh(refresh, secrets)));
  }

  private static Optional<Instant> expiry(Fields sent, Instant now) {
    var name = CredentialCodec.EXPIRES_AT;
    if (sent.value(name).isEmpty()) {
      return Optional.empty();
    }
    var at =
        Times.read(sent.text(name, 1, 64))
            .orElseThrow(() -> sent.problem(name, "must be a time of RFC 3339"));
    if (!at.isAfter(now)) {
      throw sent.problem(name, "must be in the future.");
    }
    return Optional.of(at.truncatedTo(ChronoUnit.MICROS));
  }

  private static OauthRefresh refresh(Fields sent, Map<SecretField, Secret> secrets) {
    CredentialCodec.require(sent, SecretField.REFRESH_TOKEN, secrets);
    sent.required(CLIENT_AUTH);
    var client = sent.object(CLIENT_AUTH).orElseThrow();
    var method =
        method(client.type())
            .orElseThrow(
                () ->
                    client.problem(
                        "type", "must be none, client_secret_basic or client_secret_post"));
    if (method.hasSecret()) {
      CredentialCodec.require(client, SecretField.CLIENT_SECRET, secrets);
    }
    client.end();
    var refresh =
        new OauthRefresh(
            sent.read(ENDPOINT, ServerUrl.LONGEST, ServerUrl::check),
            sent.plainText(CLIENT, 1, LONGEST),
            method,
            text(sent, RESOURCE),
            text(sent, SCOPE));
    sent.end();
    return refresh;
  }

  private static Optional<ClientAuth> method(String type) {
    return Arrays.stream(ClientAuth.values()).filter(one -> one.type().equals(type)).findFirst();
  }

  /// An optional text; an empty one is none.
  private static Optional<String> text(Fields sent, String name) {
    return Optional.ofNullable(sent.optionalPlainText(name, LONGEST))
        .filter(text -> !text.isEmpty());
  }

  static McpOauth update(
      McpOauth before, Fields sent, Instant now, Map<SecretField, Secret> secrets) {
    CredentialCodec.replace(sent, SecretField.ACCESS_TOKEN, secrets);
    var changed = before.expiring(expiry(sent, now).or(before::expiresAt));
    var refresh = sent.object(REFRESH);
    if (refresh.isEmpty()) {
      return changed;
    }
    var stored =
        before
            .refresh()
            .orElseThrow(() -> sent.problem(REFRESH, "cannot be added to a credential"));
    return new McpOauth(
        changed.serverUrl(),
        changed.expiresAt(),
        Optional.of(update(stored, refresh.get(), secrets)));
  }

  private static OauthRefresh update(
      OauthRefresh stored, Fields sent, Map<SecretField, Secret> secrets) {
    CredentialCodec.replace(sent, SecretField.REFRESH_TOKEN, secrets);
    sent.object(CLIENT_AUTH).ifPresent(client -> clientSecret(stored, client, secrets));
    var scope = sent.value(SCOPE).isPresent() ? text(sent, SCOPE) : stored.scope();
    sent.end();
    return stored.withScope(scope);
  }

  private static void clientSecret(
      OauthRefresh stored, Fields client, Map<SecretField, Secret> secrets) {
    if (method(client.type()).filter(ClientAuth::hasSecret).isEmpty()) {
      throw client.problem("type", "must be client_secret_basic or client_secret_post");
    }
    CredentialCodec.replace(client, SecretField.CLIENT_SECRET, secrets);
    if (!stored.clientAuth().hasSecret() && secrets.containsKey(SecretField.CLIENT_SECRET)) {
      throw client.problem(
          SecretField.CLIENT_SECRET.field(),
          "cannot be set, because the credential has the type none");
    }
    client.end();
  }

  static Json.Obj write(McpOauth oauth) {
    return Json.obj(
        "type",
        CredentialCodec.OAUTH,
        CredentialCodec.SERVER_URL,
        oauth.serverUrl(),
        REFRESH,
        oauth.refresh().map(OauthCodec::write).orElse(null));
  }

  private static Json.Obj write(OauthRefresh refresh) {
    var fields = new LinkedHashMap<String, Json>();
    fields.put(ENDPOINT, Json.of(refresh.tokenEndpoint()));
    fields.put(CLIENT, Json.of(refresh.clientId()));
    fields.put(CLIENT_AUTH, Json.obj("type", refresh.clientAuth().type()));
    refresh.resource().ifPresent(resource -> fields.put(RESOURCE, Json.of(resource)));
    refresh.scope().ifPresent(scope -> fields.put(SCOPE, Json.of(scope)));
    return new Json.Obj(fields);
  }

  static Optional<CredentialAuth> stored(Json.Obj json, Optional<Instant> expiresAt) {
    var refresh = json.get(REFRESH).flatMap(OauthCodec::refresh);
    return Optional.ofNullable(json.text(CredentialCodec.SERVER_URL))
        .map(url -> new McpOauth(url, expiresAt, refresh));
  }

  private static Optional<OauthRefresh> refresh(Json stored) {
    if (!(stored instanceof Json.Obj json)) {
      return Optional.empty();
    }
    var endpoint = json.text(ENDPOINT);
    var client = json.text(CLIENT);
    var method = method(String.valueOf(json.object(CLIENT_AUTH).text("type")));
    return endpoint == null || client == null || method.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new OauthRefresh(
                endpoint,
                client,
                method.get(),
                Optional.ofNullable(json.text(RESOURCE)),
                Optional.ofNullable(json.text(SCOPE))));
  }
}
