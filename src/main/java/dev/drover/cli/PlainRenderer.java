package dev.drover.cli;

import dev.drover.base.Json;
import java.io.PrintStream;
import java.time.Duration;

/// A renderer for files, pipes and simple terminals: it uses no escape codes, never erases, and
/// shows each text when it is complete. Errors go to standard error.
final class PlainRenderer implements Renderer {
  /// The maximum width of a line: the width of the terminal is unknown, and a line of output may
  /// have a megabyte.
  private static final int WIDTH = 200;

  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final PrintStream out;
  private final PrintStream err;
  private final Transcript transcript;

  PlainRenderer(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
    transcript = new Transcript(out, Style.NONE, WIDTH);
  }

  @Override
  public boolean previews() {
    return false;
  }

  @Override
  public Duration patience() {
    return PATIENCE;
  }

  @Override
  public void begin(String session, String model) {
    transcript.note("session " + session + " · model " + Sanitized.line(model));
  }

  @Override
  public void event(Json.Obj event, String json) {
    switch (TurnOutcome.type(event)) {
      case "agent.message" -> {
        transcript.beginText();
        transcript.text(ToolText.text(event.items("content"), "\n\n"));
        transcript.endText();
      }
      case "agent.tool_use", "agent.mcp_tool_use", "agent.custom_tool_use" ->
          transcript.call(event);
      case "agent.tool_result" ->
          transcript.result(String.valueOf(event.text("tool_use_id")), event);
      case "agent.mcp_tool_result" ->
          transcript.result(String.valueOf(event.text("mcp_tool_use_id")), event);
      case "session.error" -> notice(ErrorText.words(event));
      default -> {}
    }
  }

  @Override
  public boolean showsOutput() {
    return true;
  }

  @Override
  public void output(String call, String piece) {
    transcript.output(call, piece);
  }

  @Override
  public void quiet() {}

  @Override
  public void note(String line) {
    transcript.note(line);
  }

  @Override
  public boolean isClosed() {
    return out.checkError();
  }

  @Override
  public void notice(String line) {
    out.flush();
    err.println("drover: " + line);
    err.flush();
  }

  @Override
  public void end(Ending ending, Json.Obj usage, Duration wall, String again) {
    if (ending.kind() != Ending.Kind.DONE) {
      notice(ending.words());
    }
    transcript.note(Figures.of(usage, wall));
    again.lines().forEach(transcript::note);
  }
}
