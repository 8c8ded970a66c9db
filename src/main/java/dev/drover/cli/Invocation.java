package dev.drover.cli;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.http.Unreachable;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ParseResult;

/// One invocation of a [Verb], with its arguments and its server. Not safe for concurrent use.
final class Invocation implements AutoCloseable {
  /// The parameter or the field at the start of an error message.
  private static final Pattern PARAMETER = Pattern.compile("([a-z_]+(?:\\[[a-z]+])?): ");

  private final Shell shell;
  private final Arguments arguments;
  private final Output output;
  private final ServerFactory host;
  private final Replaying replaying;
  private final StoredLogs stored;
  private @Nullable TargetServer target;
  private @Nullable Api api;
  private @Nullable IdLookup lookup;
  private @Nullable String id;

  Invocation(
      Shell shell, ServerFactory host, Replaying replaying, StoredLogs stored, ParseResult line) {
    this.shell = shell;
    this.host = host;
    this.replaying = replaying;
    this.stored = stored;
    arguments = new Arguments(line, shell.in());
    output = new Output(shell, Specs.format(arguments));
  }

  /// Runs `verb` and prints errors on standard error.
  ///
  /// @return the exit status
  int run(Verb verb) throws InterruptedException {
    try {
      return verb.run(this);
    } catch (Refusal refusal) {
      say(words(refusal));
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
                  + (target().isHere()
                      ? ". To start one on this machine, run: " + shell.command() + " serve"
                      : "")
              : target().url() + ": " + Conversation.reason(e));
    }
    return 1;
  }

  /// A refusal for the user: in the flags of this command, and without what only a server's
  /// operator needs.
  private String words(Refusal refusal) {
    if (refusal.isForeign()) {
      return target().url()
          + (refusal.status() < 500
              ? " is not a Drover server: it answered "
              : ", or a proxy before it, failed: it answered ")
          + refusal.status()
          + " without an error message";
    }
    var words = arguments.has(Specs.VERBOSE) ? refusal.details() : refusal.words();
    var parameter = PARAMETER.matcher(words);
    if (!parameter.lookingAt()) {
      return words;
    }
    var flag = Filter.flag(parameter.group(1));
    return arguments.knows(flag) ? flag + words.substring(parameter.end(1)) : words;
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

  /// The store of this machine's server; empty if the command is about another server, or if there
  /// is no store that can be read without its server.
  Optional<StoredLogs.Opened> store() {
    return target().isNamed() ? Optional.empty() : stored.open(data());
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

  /// What the user's names and beginnings of ids stand for.
  IdLookup lookup() {
    if (lookup == null) {
      lookup = new IdLookup(api());
    }
    return lookup;
  }

  /// The id that the positional argument stands for.
  String id(IdLookup.Kind kind) throws Refusal, IOException, InterruptedException {
    if (id == null) {
      id = lookup().id(kind, arguments.id());
    }
    return id;
  }

  /// The path of the object that the positional argument stands for.
  String path(String collection) throws Refusal, IOException, InterruptedException {
    var kind = IdLookup.Kind.of(collection);
    var named = kind.isPresent() ? id(kind.get()) : arguments.id();
    return collection + "/" + Api.segment(named);
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
