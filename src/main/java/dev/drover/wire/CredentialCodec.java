package dev.drover.wire;

import dev.drover.base.Fields;
import dev.drover.base.Json;
import dev.drover.base.Secret;
import dev.drover.vault.Credential;
import dev.drover.vault.CredentialAuth;
import dev.drover.vault.CredentialAuth.EnvironmentVariable;
import dev.drover.vault.CredentialAuth.McpOauth;
import dev.drover.vault.CredentialAuth.StaticBearer;
import dev.drover.vault.CredentialDraft;
import dev.drover.vault.SecretField;
import dev.drover.vault.ServerUrl;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The JSON form of credentials. Secrets are read and never written; no problem contains one.
public final class CredentialCodec {
  static final String OAUTH = "mcp_oauth";
  static final String SERVER_URL = "mcp_server_url";
  static final String EXPIRES_AT = "expires_at";
  private static final String BEARER = "static_bearer";
  private static final String VARIABLE = "environment_variable";
  private static final String NAME = "display_name";
  private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  /// Variables from which shells, loaders, runtimes and HTTP clients read how to run, and whose
  /// certificates to trust, and those by which package managers find what the agent installs: a
  /// placeholder in them breaks the sandbox.
  private static final Pattern RESERVED =
      Pattern.compile(
          "(?i)LD_.*|DYLD_.*|BASH.*|DROVER_.*|.*_PROXY|PATH|HOME|USER|LOGNAME|SHELL|ENV|IFS|PWD|PS4|TERM|LANG|LC_.*"
              + "|SHELLOPTS|POSIXLY_CORRECT|PROMPT_COMMAND|E?UID|PPID|TMOUT|GCONV_PATH|LOCPATH|XDG_.*"
              + "|TMPDIR|NODE_(OPTIONS|PATH)|NODE_EXTRA_CA_CERTS|SSLKEYLOGFILE|SSL_CERT_.*|(CURL|REQUESTS|AWS)_CA_BUNDLE|PIP_CERT"
              + "|CARGO_(HTTP_CAINFO|HOME)|GOPATH|GEM_(HOME|PATH)|VIRTUAL_ENV|PIP_(INDEX_URL|TRUSTED_HOST)"
              + "|NPM_CONFIG_(PREFIX|CACHE|REGISTRY|GLOBALCONFIG|USERCONFIG)|OPENSSL_(CONF|MODULES|ENGINES)"
              + "|PYTHON[A-Z0-9]+|PERL5.*|RUBY(OPT|LIB)|GIT_.*|JAVA_HOME|CLASSPATH|JAVA_TOOL_OPTIONS"
              + "|_JAVA_OPTIONS|JDK_JAVA_OPTIONS");

  private CredentialCodec() {}

  /// Reads the request for a new credential.
  ///
  /// @throws dev.drover.base.Problem `INVALID_REQUEST` that names the field
  public static CredentialDraft request(Fields body, Instant now) {
    body.required("auth");
    var sent = body.object("auth").orElseThrow();
    var secrets = new EnumMap<SecretField, Secret>(SecretField.class);
    CredentialAuth auth =
        switch (sent.type()) {
          case OAUTH -> OauthCodec.request(sent, now, secrets);
          case BEARER -> {
            require(sent, SecretField.TOKEN, secrets);
            yield new StaticBearer(serverUrl(sent));
          }
          case VARIABLE -> {
            require(sent, SecretField.SECRET_VALUE, secrets);
            yield variable(sent);
          }
          default ->
              throw sent.problem(
                  "type", "must be one of %s, %s, %s".formatted(OAUTH, BEARER, VARIABLE));
        };
    sent.end();
    return new CredentialDraft(
        body.optionalPlainText(NAME, 255), Metadata.read(body), auth, secrets);
  }

  /// Reads an update; absent fields stay as they are stored.
  ///
  /// @throws dev.drover.base.Problem `INVALID_REQUEST` that names the field
  public static CredentialDraft update(Credential before, Fields body, Instant now) {
    var name = body.value(NAME).isPresent() ? body.name(NAME, 255) : before.displayName();
    var metadata = Metadata.patch(body, before.metadata());
    var secrets = new EnumMap<SecretField, Secret>(SecretField.class);
    var auth = body.object("auth").map(sent -> updated(before.auth(), sent, now, secrets));
    return new CredentialDraft(name, metadata, auth.orElse(before.auth()), secrets);
  }

  private static CredentialAuth updated(
      CredentialAuth before, Fields sent, Instant now, Map<SecretField, Secret> secrets) {
    var type = type(before);
    if (!sent.type().equals(type)) {
      throw sent.problem("type", "must be \"" + type + "\", which cannot be changed");
    }
    CredentialAuth after =
        switch (before) {
          case McpOauth oauth -> OauthCodec.update(oauth, sent, now, secrets);
          case StaticBearer bearer -> {
            replace(sent, SecretField.TOKEN, secrets);
            yield bearer;
          }
          case EnvironmentVariable variable -> {
            replace(sent, SecretField.SECRET_VALUE, secrets);
            yield updated(variable, sent);
          }
          case CredentialAuth.Other _ ->
              throw sent.problem("type", "is not supported by this version of Drover");
        };
    sent.end();
    return after;
  }

  private static String type(CredentialAuth auth) {
    return String.valueOf(shown(auth).text("type"));
  }

  static String serverUrl(Fields sent) {
    return sent.read(SERVER_URL, ServerUrl.LONGEST, ServerUrl::check);
  }

  /// Reads a secret that must be sent.
  static void require(Fields sent, SecretField field, Map<SecretField, Secret> secrets) {
    sent.required(field.field());
    replace(sent, field, secrets);
  }

  /// Reads a secret that may be sent.
  static void replace(Fields sent, SecretField field, Map<SecretField, Secret> secrets) {
    var name = field.field();
    if (sent.value(name).isEmpty()) {
      return;
    }
    var secret = new Secret(sent.text(name, 1, SecretField.LONGEST));
    if (secret.reveal().chars().anyMatch(Character::isISOControl)) {
      throw sent.problem(name, "must not contain control characters");
    }
    boolean inHeader = field == SecretField.TOKEN || field == SecretField.ACCESS_TOKEN;
    if (inHeader && !secret.isPrintable()) {
      throw sent.problem(name, "must be printable ASCII without spaces");
    }
    secrets.put(field, secret);
  }

  private static EnvironmentVariable variable(Fields sent) {
    var name = sent.text("secret_name", 1, 255);
    if (!IDENTIFIER.matcher(name).matches()) {
      throw sent.problem("secret_name", "must have letters, digits and \"_\", and no digit first");
    }
    if (RESERVED.matcher(name).matches()) {
      throw sent.problem("secret_name", "is a variable that programs of the sandbox need");
    }
    sent.required("networking");
    var location = location(sent);
    var none = new EnvironmentVariable(name, hosts(sent), false, false);
    return location.isEmpty()
        ? new EnvironmentVariable(name, none.allowedHosts(), true, true)
        : located(none, sent, location.get());
  }

  private static EnvironmentVariable updated(EnvironmentVariable before, Fields sent) {
    var hosts = sent.value("networking").isPresent() ? hosts(sent) : before.allowedHosts();
    var changed = new EnvironmentVariable(before.name(), hosts, before.header(), before.body());
    return location(sent).map(location -> located(changed, sent, location)).orElse(changed);
  }

  private static Optional<Fields> location(Fields sent) {
    var name = "injection_location";
    if (sent.has(name) && sent.value(name).isEmpty()) {
      throw sent.problem(name, "must not be null; leave it out");
    }
    return sent.object(name);
  }

  private static EnvironmentVariable located(
      EnvironmentVariable before, Fields sent, Fields location) {
    boolean header = member(location, "header").orElse(before.header());
    boolean body = member(location, "body").orElse(before.body());
    location.end();
    if (!header && !body) {
      throw sent.problem("injection_location", "header or body must be true");
    }
    return new EnvironmentVariable(before.name(), before.allowedHosts(), header, body);
  }

  private static Optional<Boolean> member(Fields location, String name) {
    if (location.has(name) && location.value(name).isEmpty()) {
      throw location.problem(name, "must not be null; leave it out");
    }
    return location.bool(name);
  }

  private static Optional<List<String>> hosts(Fields sent) {
    var networking = sent.object("networking").orElseThrow();
    Optional<List<String>> hosts =
        switch (networking.type()) {
          case "unrestricted" -> Optional.empty();
          case "limited" -> Optional.of(allowed(networking));
          default -> throw networking.problem("type", "must be \"unrestricted\" or \"limited\"");
        };
    networking.end();
    return hosts;
  }

  private static List<String> allowed(Fields networking) {
    var name = "allowed_hosts";
    networking.required(name);
    var hosts = networking.texts(name, 16, 255);
    if (hosts.isEmpty()) {
      throw networking.problem(name, "must contain 1 to 16 items");
    }
    for (var host : hosts) {
      if (!NetworkingCodec.HOST.matcher(host).matches()) {
        throw networking.problem(name, "must be bare host names, IPv4 addresses or \"*.domain\"");
      }
    }
    return hosts;
  }

  /// A credential in the API.
  public static Json.Obj write(Credential credential) {
    return Json.obj(
        "id", credential.id().value(),
        "type", "vault_credential",
        "vault_id", credential.vault().value(),
        "display_name", credential.displayName(),
        "metadata", credential.metadata(),
        "auth", shown(credential.auth()),
        "created_at", Times.write(credential.createdAt()),
        "updated_at", Times.write(credential.updatedAt()),
        "archived_at", Times.write(credential.archivedAt()));
  }

  private static Json.Obj shown(CredentialAuth auth) {
    var stored = stored(auth);
    return auth instanceof McpOauth oauth
        ? stored.with(EXPIRES_AT, Times.write(oauth.expiresAt().orElse(null)))
        : stored;
  }

  /// The stored form, which is without the end of an access token.
  public static Json.Obj stored(CredentialAuth auth) {
    return switch (auth) {
      case McpOauth oauth -> OauthCodec.write(oauth);
      case StaticBearer bearer -> Json.obj("type", BEARER, SERVER_URL, bearer.serverUrl());
      case EnvironmentVariable variable ->
          Json.obj(
              "type",
              VARIABLE,
              "secret_name",
              variable.name(),
              "networking",
              variable
                  .allowedHosts()
                  .map(hosts -> Json.obj("type", "limited", "allowed_hosts", hosts))
                  .orElseGet(() -> Json.obj("type", "unrestricted")),
              "injection_location",
              Json.obj("header", variable.header(), "body", variable.body()));
      case CredentialAuth.Other other -> other.json();
    };
  }

  /// Reads the stored form. If this version does not know everything in it, the result is
  /// [CredentialAuth.Other]: there may be a restriction in it.
  public static CredentialAuth stored(Json.Obj json, String lookup, @Nullable Instant expiresAt) {
    Optional<CredentialAuth> known =
        switch (String.valueOf(json.text("type"))) {
          case OAUTH -> OauthCodec.stored(json, Optional.ofNullable(expiresAt));
          case BEARER -> Optional.ofNullable(json.text(SERVER_URL)).map(StaticBearer::new);
          case VARIABLE -> Optional.ofNullable(json.text("secret_name")).map(n -> stored(n, json));
          default -> Optional.empty();
        };
    return known
        .filter(auth -> stored(auth).equals(json))
        .orElseGet(() -> new CredentialAuth.Other(lookup, json));
  }

  private static CredentialAuth stored(String name, Json.Obj json) {
    var networking = json.object("networking");
    var location = json.object("injection_location");
    return new EnvironmentVariable(
        name,
        "limited".equals(networking.text("type"))
            ? Optional.of(
                networking.items("allowed_hosts").stream()
                    .flatMap(
                        item ->
                            item instanceof Json.Str(var host) ? Stream.of(host) : Stream.empty())
                    .toList())
            : Optional.empty(),
        Json.of(true).equals(location.get("header").orElse(null)),
        Json.of(true).equals(location.get("body").orElse(null)));
  }
}
