package dev.drover.api;

import dev.drover.access.KeyScope;
import dev.drover.base.Fields;
import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.base.Secret;
import dev.drover.desk.AccessDesk;
import dev.drover.wire.Times;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The login of browsers: with a code that was made with an API key, or with the key itself. A
/// browser then has a cookie that counts as that key, as long as the key is accepted. Safe for many
/// threads.
final class ConsoleLogin {
  /// The name of the cookie over TLS. Browsers accept it only from the same host, over TLS.
  private static final String OVER_TLS = "__Host-drover";

  private static final int LONGEST = 1_000;
  private static final int LONGEST_BODY = 8 * 1024;
  private static final int TOO_MANY = 429;

  private final Auth auth;
  private final BrowserRules rules;
  private final ConsoleCookie cookies;
  private final AccessDesk codes;
  private final LoginFailures failures = new LoginFailures();
  private final InstantSource clock;

  ConsoleLogin(
      Auth auth, BrowserRules rules, ConsoleCookie cookies, AccessDesk codes, InstantSource clock) {
    this.auth = auth;
    this.rules = rules;
    this.cookies = cookies;
    this.codes = codes;
    this.clock = clock;
  }

  /// A cookie of a request.
  private record Sent(String name, ConsoleCookie.Claim claim) {}

  private static List<Sent> sent(Exchange exchange) {
    var header = exchange.header("cookie");
    var port = ofPort(exchange);
    var sent = new ArrayList<Sent>();
    for (var one : header == null ? List.<String>of() : List.of(header.split(";", -1))) {
      int equals = one.indexOf('=');
      var name = one.substring(0, Math.max(0, equals)).strip();
      if (name.equals(OVER_TLS) || name.equals(port)) {
        ConsoleCookie.read(one.substring(equals + 1).strip())
            .ifPresent(claim -> sent.add(new Sent(name, claim)));
      }
    }
    return sent;
  }

  /// Browsers send a cookie to every port of its host, so servers on one machine need names.
  private static String ofPort(Exchange exchange) {
    return "drover_" + BrowserRules.port(exchange);
  }

  /// Admits the browser whose cookie the request has, and renews the cookie if it is not fresh.
  ///
  /// @throws Problem `AUTHENTICATION` if there is no cookie that is accepted, or the request was
  ///   not made by the console
  /// @throws Errors.Refusal 421 if the host is not the server's
  Grant admit(Exchange exchange) {
    var sent = sent(exchange);
    if (sent.isEmpty()) {
      throw Auth.failed();
    }
    BrowserRules.protect(exchange);
    rules.checkHost(exchange);
    if (!BrowserRules.isOfConsole(exchange)) {
      throw BrowserRules.notOfConsole(exchange);
    }
    var now = clock.instant();
    for (var one : sent) {
      var claim = one.claim();
      var grant =
          claim.holds(now)
              ? auth.admitted(claim.reference(), key -> cookies.proves(claim, key))
              : Optional.<Grant>empty();
      if (grant.isPresent()) {
        return claim.isFresh(now)
            ? grant.get().until(claim.end())
            : with(exchange, one.name(), grant.get(), claim.begun());
      }
    }
    throw Auth.failed();
  }

  /// Gives the browser a new cookie.
  ///
  /// @return the admission that ends with it
  private Grant with(Exchange exchange, String name, Grant grant, Instant begun) {
    var now = now();
    var value = cookies.write(grant.key(), begun, now);
    var end = ConsoleCookie.read(value).orElseThrow().end();
    exchange.addHeader(
        "set-cookie", cookie(name, value, Math.max(0, now.until(end, ChronoUnit.SECONDS))));
    return grant.until(end);
  }

  private static String cookie(String name, String value, long seconds) {
    return "%s=%s; Path=/; Max-Age=%d; HttpOnly; SameSite=Strict%s"
        .formatted(name, value, seconds, name.equals(OVER_TLS) ? "; Secure" : "");
  }

  /// Makes a code for one login with the key of the request. A cookie is not enough, because its
  /// time ends.
  void link(Exchange exchange) {
    var grant = auth.admit(exchange.header("authorization"), exchange.header("x-api-key"));
    exchange.authenticated(grant);
    exchange.checkWorkspace();
    var code = codes.code(grant.key().reference());
    exchange.header("cache-control", "no-store");
    exchange.answer(
        Json.obj(
            "type",
            "console_link",
            "code",
            code.text().reveal(),
            "path",
            "/console#code=" + code.text().reveal(),
            "expires_at",
            Times.write(code.expiresAt())));
  }

  /// Logs a browser in.
  void login(Exchange exchange) {
    checkConsole(exchange);
    var body = fields(exchange);
    var code = Optional.ofNullable(body.optionalText("code", LONGEST));
    var key = Optional.ofNullable(body.optionalText("key", LONGEST)).map(Secret::new);
    body.end();
    if (code.isPresent() == key.isPresent()) {
      throw Problem.invalid("code: send either a code or a key");
    }
    var grant = code.isPresent() ? withCode(code.get()) : withKey(exchange, key.orElseThrow());
    var name = BrowserRules.isOverTls(exchange) ? OVER_TLS : ofPort(exchange);
    show(exchange, with(exchange, name, grant, now()));
  }

  /// The body of a client that is not known yet: it is short.
  private static Fields fields(Exchange exchange) {
    var tooLarge =
        new Problem(Problem.Kind.TOO_LARGE, null, "The request body is larger than 8 kB", null);
    try (var body = exchange.body(LONGEST_BODY, tooLarge)) {
      return RequestBody.fields(body.readAllBytes());
    } catch (IOException e) {
      throw Problem.invalid("The request body is incomplete");
    }
  }

  private Grant withCode(String code) {
    return codes
        .take(code)
        .flatMap(reference -> auth.admitted(reference, _ -> true))
        .orElseThrow(
            () ->
                new Problem(
                    Problem.Kind.AUTHENTICATION,
                    null,
                    "Authentication failed: the code was used before, or is older than a minute",
                    null));
  }

  private Grant withKey(Exchange exchange, Secret key) {
    var address = exchange.connection().address();
    var wait = failures.begin(address, clock.instant());
    if (!wait.isZero()) {
      exchange.header("retry-after", Long.toString(wait.toSeconds() + 1));
      throw new Errors.Refusal(
          new Errors.Failure(
              TOO_MANY, Errors.type(TOO_MANY), "Too many failed logins; try again later", null));
    }
    var grant = auth.admitted(key.reveal()).orElseThrow(Auth::failed);
    failures.succeeded(address);
    return grant;
  }

  /// Shows what the cookie of the request, or its key, may do.
  void show(Exchange exchange, Grant grant) {
    exchange.authenticated(grant);
    var caller = grant.caller();
    exchange.answer(
        Json.obj(
            "type",
            "console_login",
            "workspace_id",
            caller.workspace().value(),
            "key_id",
            caller.key().id(),
            "scopes",
            caller.may().stream().sorted().map(KeyScope::toString).toList(),
            "expires_at",
            Times.write(grant.end().orElse(null))));
  }

  /// Removes the cookie from the browser.
  void logout(Exchange exchange) {
    checkConsole(exchange);
    for (var name : List.of(OVER_TLS, ofPort(exchange))) {
      exchange.addHeader("set-cookie", cookie(name, "", 0));
    }
    exchange.answerEmpty();
  }

  private static void checkConsole(Exchange exchange) {
    if (!BrowserRules.isOfConsole(exchange)) {
      throw Problem.forbidden("Only the console can do this: the request comes from another page");
    }
  }

  /// The current time, in whole seconds.
  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.SECONDS);
  }
}
