package dev.drover.cli;

import dev.drover.base.Json;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/// A renderer for programs: it prints each event, including previews, on one line as it was
/// received, and nothing else. Messages for people go to standard error.
final class JsonRenderer implements Renderer {
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final PrintStream out;
  private final PrintStream err;

  JsonRenderer(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  @Override
  public boolean previews() {
    return true;
  }

  @Override
  public Duration patience() {
    return PATIENCE;
  }

  @Override
  public void begin(String session, String model) {}

  @Override
  public void event(Json.Obj event, String json) {
    var line = (json + "\n").getBytes(StandardCharsets.UTF_8);
    out.write(line, 0, line.length);
    out.flush();
  }

  @Override
  public boolean showsOutput() {
    return false;
  }

  @Override
  public void output(String call, String piece) {}

  @Override
  public void quiet() {}

  @Override
  public void note(String line) {}

  @Override
  public boolean isClosed() {
    return out.checkError();
  }

  @Override
  public void notice(String line) {
    err.println("drover: " + line);
  }

  @Override
  public void end(Ending ending, Json.Obj usage, Duration wall, String again) {
    if (ending.kind() != Ending.Kind.DONE) {
      err.println("drover: " + ending.words());
    }
    err.println(again);
  }
}
