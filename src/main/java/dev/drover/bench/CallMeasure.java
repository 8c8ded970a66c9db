package dev.drover.bench;

import dev.drover.base.Json;
import dev.drover.hands.HandSpec;
import dev.drover.hands.Sandbox;
import dev.drover.hands.Sandboxes;
import dev.drover.hands.ToolCall;
import dev.drover.session.EventId;
import dev.drover.session.SessionId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The measure of the hands' part in a tool turn: provisioning a sandbox, and calls in a sandbox
/// whose shell is already running. It uses no server, no model and no log.
final class CallMeasure {
  private static final List<String> COMMANDS = List.of("true", "echo hi", "ls");
  private static final int WARM_UPS = 3;

  private CallMeasure() {}

  static List<Figure> take(Run run) throws IOException, InterruptedException {
    var provisions = new ArrayList<Double>();
    var calls = new LinkedHashMap<String, List<Double>>();
    COMMANDS.forEach(command -> calls.put(command, new ArrayList<>()));
    try (var sandboxes = run.isolation().open(run.directory("hands"))) {
      for (int i = 0; i < run.size().tools(); i++) {
        measure(run, sandboxes, new SessionId(run.ids().next(SessionId.PREFIX)), provisions, calls);
      }
    } catch (Sandboxes.Unavailable e) {
      throw new IOException(e.getMessage(), e);
    }
    var figures = new ArrayList<>(figures("new sandbox", provisions));
    calls.forEach((command, millis) -> figures.addAll(figures("call of " + command, millis)));
    return figures;
  }

  private static void measure(
      Run run,
      Sandboxes sandboxes,
      SessionId session,
      List<Double> provisions,
      Map<String, List<Double>> calls)
      throws Sandboxes.Unavailable, InterruptedException {
    long start = System.nanoTime();
    try (var sandbox = sandboxes.provision(HandSpec.workspace(session))) {
      provisions.add((System.nanoTime() - start) / 1e6);
      for (int i = -WARM_UPS; i < run.size().turns(); i++) {
        for (var command : calls.entrySet()) {
          double millis = call(run, sandbox, command.getKey());
          if (i >= 0) {
            command.getValue().add(millis);
          }
        }
      }
    } finally {
      sandboxes.discard(session);
    }
  }

  private static double call(Run run, Sandbox sandbox, String command) throws InterruptedException {
    var id = new EventId(run.ids().next(EventId.PREFIX));
    var call = new ToolCall(id, "bash", Json.obj("command", command));
    long start = System.nanoTime();
    var result = sandbox.execute(call, () -> false);
    double millis = (System.nanoTime() - start) / 1e6;
    if (result.isError()) {
      throw new IllegalStateException("a command failed in a sandbox: " + result.text());
    }
    return millis;
  }

  private static List<Figure> figures(String name, List<Double> millis) {
    var samples = new Samples(millis);
    return List.of(
        figure(name + ", p50", samples.median()), figure(name + ", p95", samples.percentile(95)));
  }

  private static Figure figure(String name, double millis) {
    return Figure.of("tools", name, "ms", millis, new Target.None());
  }
}
