package dev.drover.api;

/// The routes of the console: its files, and the login of browsers. The files contain no data, so
/// they need no key.
final class ConsoleRoutes {
  private static final String HOME = "/console";
  private static final String LOGIN = HOME + "/login";

  private final BrowserRules rules;
  private final ConsoleLogin login;
  private final ConsoleFiles files;

  ConsoleRoutes(BrowserRules rules, ConsoleLogin login, ConsoleFiles files) {
    this.rules = rules;
    this.login = login;
    this.files = files;
  }

  void addTo(Router router) {
    router.admits(login);
    router.open("POST", "/drover/console-link", login::link);
    router.open("POST", LOGIN, guarded(login::login));
    router.open("DELETE", LOGIN, guarded(login::logout));
    router.open(LOGIN, guarded(exchange -> login.show(exchange, router.grant(exchange))));
    router.open(HOME, guarded(files::answer));
    router.open(HOME + "/**", guarded(files::answer));
  }

  /// An action for browsers.
  private Router.Action guarded(Router.Action action) {
    return exchange -> {
      BrowserRules.protect(exchange);
      rules.checkHost(exchange);
      action.run(exchange);
    };
  }
}
