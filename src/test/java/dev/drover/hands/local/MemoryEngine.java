package dev.drover.hands.local;

import dev.drover.hands.ByteStream;
import dev.drover.hands.Egress;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.Pipe;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The smallest engine: hands that are threads of the test, and answer each call with their name.
/// They outlive the sandboxes that started them, as others do.
final class MemoryEngine implements Engine {
  private static final int PING = 1;
  private static final int CALL = 3;
  private static final int HELLO = 16;
  private static final int PONG = 17;
  private static final int RESULT = 19;

  /// All that live on this "machine", whichever engine started them.
  final Set<String> alive;

  final Map<String, Boolean> silent = new ConcurrentHashMap<>();
  volatile Optional<IOException> failure = Optional.empty();
  volatile boolean unkillable;
  volatile boolean images;

  MemoryEngine(Set<String> alive) {
    this.alive = alive;
  }

  @Override
  public Running start(Site site, Trail trail) throws IOException {
    var traces = List.of("memory " + site.name());
    trail.write(traces);
    alive.add(site.name());
    if (failure.isPresent()) {
      throw failure.get();
    }
    return () -> traces;
  }

  @Override
  public ByteStream connect(Path directory) throws IOException {
    var name = directory.getFileName().toString();
    if (!alive.contains(name)) {
      throw new IOException("nothing there");
    }
    var there = Pipe.open();
    var back = Pipe.open();
    if (!silent.containsKey(name)) {
      Thread.ofVirtual().start(() -> serve(name, there, back));
    }
    return new ByteStream(
        Channels.newInputStream(back.source()),
        Channels.newOutputStream(there.sink()),
        () -> {
          there.sink().close();
          back.source().close();
        });
  }

  private void serve(String name, Pipe there, Pipe back) {
    try (var in = new DataInputStream(Channels.newInputStream(there.source()));
        var out = new DataOutputStream(Channels.newOutputStream(back.sink()))) {
      send(out, HELLO, 0, new byte[] {0, 0, 0, 1});
      while (alive.contains(name)) {
        int length = in.readInt();
        int op = in.read();
        int id = in.readInt();
        in.skipNBytes(length - 5);
        if (op == PING) {
          send(out, PONG, 0, new byte[0]);
        } else if (op == CALL) {
          send(out, RESULT, id, ("\0" + name).getBytes(StandardCharsets.US_ASCII));
        }
      }
    } catch (IOException e) {
      // The other side has gone.
    }
  }

  private static void send(DataOutputStream out, int op, int id, byte[] payload)
      throws IOException {
    out.writeInt(5 + payload.length);
    out.write(op);
    out.writeInt(id);
    out.write(payload);
    out.flush();
  }

  private static String name(List<String> traces) {
    return traces.isEmpty() ? "" : traces.getFirst().substring("memory ".length());
  }

  @Override
  public Optional<Egress.Dial> egress(Path directory) {
    return Optional.empty();
  }

  @Override
  public String diagnosis(Path directory) {
    return "it does not answer";
  }

  @Override
  public boolean understands(List<String> traces) {
    return traces.stream().allMatch(line -> line.startsWith("memory "));
  }

  @Override
  public boolean lives(List<String> traces) {
    return alive.contains(name(traces));
  }

  @Override
  public boolean kill(List<String> traces) {
    if (!unkillable) {
      alive.remove(name(traces));
    }
    return !unkillable;
  }

  @Override
  public Optional<String> problem(Site site, Trail trail) throws IOException {
    start(site, trail);
    return Optional.empty();
  }

  @Override
  public String limits() {
    return "none";
  }

  @Override
  public boolean mountsImages() {
    return images;
  }

  @Override
  public void sweep(Instant before) {}
}
