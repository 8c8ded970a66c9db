package dev.drover.cli;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.http.Unreachable;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ParseResult;

/// One invocation of a [Verb], with its arguments and its server. Not safe for concurrent use.
final class Invocation implements AutoCloseable {
  private final Shell shell;
  private final Arguments arguments;
  private final Output output;
  private final ServerFactory host;
  private final Replaying replaying;
  private @Nullable TargetServer target;
  private @Nullable Api api;

  Invocation(Shell shell, ServerFactory host, Replaying replaying, ParseResult line) {
    this.shell = shell;
    this.host = host;
    this.replaying = replaying;
    arguments = new Arguments(line, shell.in());
    output = new Output(shell, arguments.has(Specs.JSON));
  }

  /// Runs `verb` and prints errors on standard error.
  ///
  /// @return the exit status
  int run(Verb verb) throws InterruptedException {
    try {
      return verb.run(this);
    } catch (Refusal refusal) {
      say(refusal.details());
      if (refusal.status() == 401) {
        say(target().advice());
      }
    } catch (FileSystemException e) { // of this machine
      say(Conversation.reason(e));
    } catch (IOException e) {
      say(
          e instanceof Unreachable unreachable && unreachable.isNoServer()
              ? "no server at "
                  + target().url()
                  + ". To start one on this machine, run: drover serve"
              : target().url() + ": " + Conversation.reason(e));
    }
    return 1;
  }

  Shell shell() {
    return shell;
  }

  Arguments arguments() {
    return arguments;
  }

  Output output() {
    return output;
  }

  /// The replay of bundles on this machine.
  Replaying replaying() {
    return replaying;
  }

  /// @throws Problem if neither flags nor settings name a server
  TargetServer target() {
    if (target == null) {
      target = TargetServer.of(arguments.text(Specs.URL), shell.variables(), this::local);
    }
    return target;
  }

  /// The values of the settings of this machine, by path, as text.
  ///
  /// @throws Problem if a setting is invalid
  Map<String, Optional<String>> settings() {
    var values = new HashMap<String, Optional<String>>();
    for (var setting : host.settings(data())) {
      values.put(
          setting.path(),
          setting.value().map(value -> value instanceof Json.Str(var text) ? text : value + ""));
    }
    return values;
  }

  private Map<String, String> data() {
    return arguments.text(Specs.DATA).map(text -> Map.of("data", text)).orElse(Map.of());
  }

  /// The server of this machine, according to the settings.
  LocalServer local() {
    return host.local(data());
  }

  Api api() {
    if (api == null) {
      api = new Api(Api.client(), target().url(), target().key());
    }
    return api;
  }

  /// The path of the object with the given id.
  String path(String collection) {
    return collection + "/" + Api.segment(arguments.id());
  }

  /// Prints the server's response.
  int print(Json.Obj answer) {
    output.object(answer);
    return 0;
  }

  void say(String line) {
    shell.out().flush();
    shell.err().println("drover: " + line);
    shell.err().flush();
  }

  @Override
  public void close() {
    if (api != null) {
      api.close();
    }
  }
}
