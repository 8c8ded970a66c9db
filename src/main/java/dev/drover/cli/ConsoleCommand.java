package dev.drover.cli;

import dev.drover.base.Json;
import java.io.IOException;
import java.net.URI;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;

/// `drover console`: a link that logs a browser in to the console of a server, once.
final class ConsoleCommand {
  static final String NAME = "console";
  static final String ABOUT =
      "Opens the console of a server in the browser, or prints a link to it.";

  private static final String HOME = "/console";
  private static final String PRINT = "--print";

  private ConsoleCommand() {}

  static CommandSpec spec() {
    var spec = Specs.server(Specs.verb(NAME, ABOUT, ConsoleCommand::run));
    spec.addPositional(
        Specs.word(0, "SESSION", "0..1", "The session to show. [default: the start page]"));
    spec.addOption(Specs.flag(PRINT, "Print the link, and do not open a browser."));
    spec.usageMessage()
        .footer(
            "",
            "The link works once, within a minute. The browser then has the rights of the API key"
                + " that this command uses.",
            "",
            "Examples:",
            "  drover console",
            "  drover open sesn_...",
            "  drover console --url https://drover.example");
    return spec;
  }

  /// Prints the link to the session that the arguments name, or to the start page.
  static int run(Invocation call) throws Refusal, IOException, InterruptedException {
    var server = call.target().url();
    var page =
        call.arguments().word(0).isBlank()
            ? HOME
            : HOME + "/sessions/" + Api.segment(call.id(IdLookup.Kind.SESSION));
    Json.Obj link;
    try {
      link = call.api().post("/drover/console-link");
    } catch (Refusal refusal) {
      if (refusal.status() != 404) {
        throw refusal;
      }
      call.say("the server at " + server + " has no console");
      return 1;
    }
    // the code is in the fragment, and counts on every page
    var url = url(server, Column.text(link, "path").replaceFirst("^" + HOME + "(?=#|$)", page));
    if (call.output().json()) {
      return call.print(link.with("url", url));
    }
    call.output().line(Sanitized.line(url));
    explain(server, call.shell()).ifPresent(call::say);
    if (call.shell().terminal() && !call.arguments().has(PRINT)) {
      BrowserOpener.open(url, call.shell().variables());
    }
    return 0;
  }

  /// Opens the console of a server of this machine, or prints the link. If that fails, the server
  /// goes on.
  static void open(Shell shell, Endpoint server) throws InterruptedException {
    var base = server.url();
    var host = String.valueOf(base.getHost());
    var local =
        host.equals("0.0.0.0") || host.equals("[::]")
            ? URI.create("http://127.0.0.1:" + base.getPort())
            : base;
    try (var api = new Api(Api.client(), local, Optional.of(server.key()))) {
      var url = url(local, Column.text(api.post("/drover/console-link"), "path"));
      shell.err().println("drover: the console, for a minute: " + Sanitized.line(url));
      explain(local, shell).ifPresent(line -> shell.err().println("drover: " + line));
      BrowserOpener.open(url, shell.variables());
    } catch (Refusal refusal) {
      shell.err().println("drover: no console: " + Sanitized.line(refusal.details()));
    } catch (IOException e) {
      shell.err().println("drover: no console: " + Conversation.reason(e));
    }
    shell.err().flush();
  }

  private static String url(URI server, String path) {
    return server.toString().replaceAll("/+$", "") + path;
  }

  /// What the user has to do if the browser is on another machine.
  private static Optional<String> explain(URI server, Shell shell) {
    var ssh = shell.variables().getOrDefault("SSH_CONNECTION", "").strip();
    if (TargetServer.isLoopback(server)) {
      return ssh.isEmpty()
          ? Optional.empty()
          : Optional.of(
              "to open it on your own machine, run there first: " + tunnel(server, shell, ssh));
    }
    return "http".equals(server.getScheme())
        ? Optional.of(
            "a login needs TLS, or a tunnel to the server: ssh -N -L %1$d:127.0.0.1:%1$d %2$s"
                .formatted(port(server), ShellQuote.of(String.valueOf(server.getHost()))))
        : Optional.empty();
  }

  /// @param ssh the value of `SSH_CONNECTION`: the addresses and ports of the client and of this
  ///   machine
  private static String tunnel(URI server, Shell shell, String ssh) {
    var words = ssh.split(" +", -1);
    var user = shell.variables().getOrDefault("USER", "");
    var machine = words.length == 4 ? words[2] : "HOST";
    var other = words.length == 4 && !words[3].equals("22") ? "-p " + words[3] + " " : "";
    var target = (user.isEmpty() ? "" : user + "@") + machine;
    return "ssh -N %1$s-L %2$d:127.0.0.1:%2$d %3$s"
        .formatted(Sanitized.line(other), port(server), ShellQuote.of(Sanitized.line(target)));
  }

  private static int port(URI server) {
    return server.getPort() < 0 ? 80 : server.getPort();
  }
}
