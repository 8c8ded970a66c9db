package dev.drover.cli;

import dev.drover.base.Scope;
import dev.drover.base.TextFile;
import dev.drover.directory.SentCopy;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/// `drover run`: runs one task on its own server and shows it live.
final class RunCommand {
  private final Shell shell;
  private final LongSupplier nanoTime;
  private final ServerFactory host;

  /// The task to run.
  ///
  /// @param text `-` for standard input
  /// @param model if empty, `DROVER_MODEL` or else the built-in model
  /// @param copy the directory of which the agent gets a copy
  record Task(
      String text,
      Optional<String> model,
      Optional<String> system,
      boolean json,
      CopyOptions copy) {}

  RunCommand(Shell shell, LongSupplier nanoTime, ServerFactory host) {
    this.shell = shell;
    this.nanoTime = nanoTime;
    this.host = host;
  }

  /// @return the exit status
  int run(Task task, Map<String, String> flags) throws InterruptedException {
    long start = nanoTime.getAsLong();
    try (var scope = new Scope()) {
      var text = text(task);
      if (text.isBlank()) {
        shell.err().println("drover run: the task is empty");
        return 2;
      }
      var client = scope.fork(Api::client); // takes as long as the server's start
      var directory = directory(task);
      try (var server = host.embed(flags);
          var api = new Api(client.join(), server.url(), Optional.of(server.key()))) {
        var model = NewSession.model(task.model(), shell);
        var session = new NewSession(api).create(text, model, task.system());
        var renderer = Renderer.of(shell, task.json());
        renderer.begin(session, model);
        var sent =
            directory.isPresent()
                ? Optional.of(directory.get().send(api, session))
                : Optional.<SentCopy>empty();
        var conversation = new Conversation(api, session, renderer);
        Ending ending;
        try (var _ = shell.signals().handle(List.of("INT"), new CtrlC(shell, conversation))) {
          ending = conversation.hold(text);
        }
        var kept = new KeptSession(session, flags, shell.command());
        renderer.end(
            ending,
            conversation.usage(),
            Duration.ofNanos(nanoTime.getAsLong() - start),
            again(kept, files(conversation, api, session, sent.isEmpty())));
        boolean whole =
            sent.isEmpty()
                || new ReturnedChanges(
                        shell,
                        task.json() ? shell.err() : shell.out(),
                        task.copy(),
                        sent.get(),
                        kept,
                        directory.orElseThrow().name())
                    .handle(api);
        return whole ? ending.kind().status() : 1;
      }
    } catch (CopiedDirectory.Declined e) {
      shell.err().println("drover: " + e.getMessage());
      return 1;
    } catch (Refusal | IOException e) {
      shell.err().println("drover: " + Conversation.reason(e));
      return 1;
    }
  }

  /// The directory that was named, or the current one if the user agrees.
  private Optional<CopiedDirectory> directory(Task task)
      throws CopiedDirectory.Declined, IOException, InterruptedException {
    if (task.copy().directory().isPresent()) {
      return Optional.of(CopiedDirectory.of(shell, task.copy()));
    }
    return task.json() ? Optional.empty() : new DirectoryOffer(shell).make(task.copy());
  }

  private String text(Task task) throws IOException {
    try {
      return task.text().equals("-") ? TextFile.read(shell.in(), Arguments.MAX_BYTES) : task.text();
    } catch (TextFile.Unusable e) {
      throw new IOException("standard input " + e.getMessage(), e);
    }
  }

  /// @param all whether the files of the workspace count; otherwise its changes are shown
  private static SessionFiles files(Conversation conversation, Api api, String session, boolean all)
      throws InterruptedException {
    return conversation.usedTools() ? SessionFiles.of(api, session, all) : SessionFiles.NONE;
  }

  private static String again(KeptSession session, SessionFiles files) {
    return files.line()
        + session.id()
        + " is kept. To read it later: "
        + session.logs()
        + "\nTo go on with it: "
        + session.serve()
        + files.example(session);
  }
}
