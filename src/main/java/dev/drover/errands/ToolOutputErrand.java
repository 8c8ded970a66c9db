package dev.drover.errands;

import dev.drover.base.Problem;
import dev.drover.brain.HandErrand;
import dev.drover.brain.Prepared;
import dev.drover.brain.Visit;
import dev.drover.catalog.Blob;
import dev.drover.catalog.Blobs;
import dev.drover.catalog.WorkspaceId;
import dev.drover.hands.HandFiles;
import dev.drover.hands.HandFiles.Expected;
import dev.drover.hands.HandFiles.Refused;
import dev.drover.hands.HandPath;
import dev.drover.hands.HandRoot;
import dev.drover.session.EventId;
import dev.drover.session.HandId;
import dev.drover.session.SessionId;
import dev.drover.session.ToolOutputs;
import dev.drover.session.ToolOutputs.Output;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/// Keeps the texts of results that are too long for the model, and gives them to hands as files. A
/// file is written once in each hand, unless it is there already: what the agent does with it is
/// left as it is. Safe for many threads.
public final class ToolOutputErrand implements HandErrand {
  private static final System.Logger LOG = System.getLogger(ToolOutputErrand.class.getName());

  /// Where hands show the directory of tool outputs.
  private static final String DIRECTORY = "/mnt/session/tool_outputs/";

  private static final int MODE = 0644;

  /// The number of sessions that are remembered. For another one the files are looked at again.
  private static final int REMEMBERED = 200;

  private final ToolOutputs outputs;
  private final Blobs blobs;
  private final Map<SessionId, Given> sessions =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<SessionId, Given> eldest) {
          return size() > REMEMBERED;
        }
      };

  public ToolOutputErrand(ToolOutputs outputs, Blobs blobs) {
    this.outputs = outputs;
    this.blobs = blobs;
  }

  /// The texts that one hand has been given, by their calls.
  private record Given(HandId hand, Set<EventId> calls) {}

  /// Why a hand does not have a file.
  ///
  /// @param again whether it is tried again before the next calls
  private record Failure(String why, boolean again) {}

  @Override
  public Optional<String> keep(WorkspaceId workspace, SessionId session, EventId call, String text)
      throws InterruptedException {
    var content = stored(text.getBytes(StandardCharsets.UTF_8));
    try {
      outputs.keep(workspace, session, call, content);
    } catch (Problem e) {
      boolean mayHaveRow = e.kind() == Problem.Kind.UNAVAILABLE;
      if (!mayHaveRow) {
        blobs.delete(content.id());
      }
      throw e;
    }
    return Optional.of(DIRECTORY + name(call));
  }

  private Blob stored(byte[] bytes) throws InterruptedException {
    try {
      return blobs.put(new ByteArrayInputStream(bytes), bytes.length);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory can always be read
    }
  }

  private static String name(EventId call) {
    return call.value() + ".txt";
  }

  /// An agent without MCP servers has no such results, and its hands need no look at the store.
  @Override
  public Prepared before(Visit visit) throws InterruptedException {
    var files = visit.grip().files();
    if (visit.thread().agent().mcpServers().isEmpty() || files.isEmpty()) {
      return Prepared.NOTHING;
    }
    var given = given(visit.session(), visit.grip().id());
    var missing =
        outputs.of(visit.session()).stream()
            .filter(output -> !given.contains(output.call()))
            .toList();
    return missing.isEmpty()
        ? Prepared.NOTHING
        : new Prepared(List.of(), give(visit.session(), files.get(), missing, given));
  }

  private Set<EventId> given(SessionId session, HandId hand) {
    synchronized (sessions) {
      var known = sessions.get(session);
      if (known == null || !known.hand().equals(hand)) {
        known = new Given(hand, ConcurrentHashMap.newKeySet());
        sessions.put(session, known);
      }
      return known.calls();
    }
  }

  /// Writes the files, up to the first that cannot be written.
  ///
  /// @return the lines about it, for the model
  private List<String> give(
      SessionId session, HandFiles files, List<Output> missing, Set<EventId> given)
      throws InterruptedException {
    var present = present(session, files);
    for (var output : missing) {
      var name = name(output.call());
      var failure =
          present.contains(name) ? Optional.<Failure>empty() : write(session, files, name, output);
      if (failure.isEmpty() || !failure.get().again()) {
        given.add(output.call());
      }
      if (failure.isPresent()) {
        return List.of(
            "[tool outputs] %s%s is not there: %s".formatted(DIRECTORY, name, failure.get().why()));
      }
    }
    return List.of();
  }

  /// The names of the files that are there, as far as the hand says so.
  private static Set<String> present(SessionId session, HandFiles files)
      throws InterruptedException {
    try {
      return files.tree(HandRoot.TOOL_OUTPUTS, Optional.empty()).stream()
          .flatMap(tree -> tree.entries().stream())
          .map(entry -> entry.path().shown())
          .collect(Collectors.toSet());
    } catch (IOException e) {
      passOn(session, e);
      return Set.of();
    }
  }

  private Optional<Failure> write(SessionId session, HandFiles files, String name, Output output)
      throws InterruptedException {
    try {
      var content = blobs.get(output.content().id());
      if (content.isEmpty()) {
        return Optional.of(new Failure("it is no longer stored.", false));
      }
      try (var in = content.get()) {
        var path = HandPath.of(name);
        long size = output.content().size();
        files.put(HandRoot.TOOL_OUTPUTS, path, MODE, in, size, Expected.NOTHING);
        return Optional.empty();
      }
    } catch (Refused e) {
      return switch (e.why()) {
        case DIFFERENT -> Optional.empty(); // something is there
        case NO_ROOM -> Optional.of(new Failure("there is no room for it.", true));
        case FAILED, MISSING, UNFIT, TOO_LARGE, DENIED ->
            Optional.of(new Failure(String.valueOf(e.getMessage()), false));
      };
    } catch (IOException e) {
      passOn(session, e);
      return Optional.of(new Failure("see the server's log.", false));
    } catch (Problem e) {
      return Optional.of(new Failure(String.valueOf(e.getMessage()), true));
    }
  }

  /// Logs an error, unless it is that of an interrupt.
  private static void passOn(SessionId session, IOException e) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    LOG.log(Level.WARNING, "the tool outputs of " + session + " cannot be given to its hand", e);
  }
}
