package dev.drover.cli;

import dev.drover.base.Json;
import java.io.PrintStream;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// A renderer for terminals: it shows texts while they are written, and otherwise a progress line
/// that states what the run waits for and since when. The progress line is erased before other
/// output.
final class LiveRenderer implements Renderer {
  private static final Duration PATIENCE = Duration.ofMillis(100);

  /// Shorter waits are not shown.
  private static final long UNNOTICED_NANOS = Duration.ofMillis(300).toNanos();

  /// How much is kept of what a command prints, in characters.
  private static final int PRINTED = 2_000;

  private static final String MODEL = "waiting for the model";
  private static final String FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";

  private final PrintStream out;
  private final PrintStream err;
  private final int width;
  private final LongSupplier nanoTime;
  private final Transcript transcript;
  private final Map<String, String> running = new LinkedHashMap<>();

  private String waitingFor = "starting";
  private long since;
  private boolean progressShown;
  private String preview = "";
  private final StringBuilder shown = new StringBuilder();

  /// The end of what the command that runs has printed.
  private String printed = "";

  private long block;

  LiveRenderer(PrintStream out, PrintStream err, int width, LongSupplier nanoTime) {
    this.out = out;
    this.err = err;
    this.width = width;
    this.nanoTime = nanoTime;
    since = nanoTime.getAsLong();
    transcript = new Transcript(out, Style.ANSI, width);
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
  public void begin(String session, String model) {
    transcript.note(session + " · " + Sanitized.line(model));
  }

  @Override
  public void event(Json.Obj event, String json) {
    switch (TurnOutcome.type(event)) {
      case "event_start" -> start(event.object("event"));
      case "event_delta" -> delta(event);
      case "agent.message" -> message(event);
      case "agent.thinking" -> waitFor("thinking");
      case "agent.tool_use", "agent.mcp_tool_use", "agent.custom_tool_use" -> {
        settle();
        transcript.call(event);
        running.put(String.valueOf(event.text("id")), ToolText.name(event));
        waitFor(String.join(", ", running.values()));
      }
      case "agent.tool_result" -> result(event, "tool_use_id");
      case "agent.mcp_tool_result" -> result(event, "mcp_tool_use_id");
      case "session.error" -> trouble(event);
      case "session.status_rescheduled" -> waitFor("waiting before the next attempt");
      case "session.status_running", "span.model_request_start" -> waitFor(MODEL);
      case "span.model_request_end" -> closePreview();
      default -> {}
    }
  }

  @Override
  public void quiet() {
    long waited = nanoTime.getAsLong() - since;
    if (waited < UNNOTICED_NANOS || !preview.isEmpty()) {
      return;
    }
    int frame = (int) (waited / PATIENCE.toNanos() % FRAMES.length());
    var line =
        FRAMES.charAt(frame)
            + " "
            + waitingFor
            + " "
            + waited / 1_000_000_000
            + "s"
            + (printed.isBlank() ? "" : " · " + lastLine());
    progress(Columns.clip(line, width - 1));
  }

  @Override
  public void note(String line) {
    settle();
    transcript.note(line);
  }

  @Override
  public boolean isClosed() {
    return out.checkError();
  }

  @Override
  public void notice(String line) {
    settle();
    err.println("drover: " + line);
    err.flush();
  }

  @Override
  public void end(Ending ending, Json.Obj usage, Duration wall, String again) {
    settle();
    if (ending.kind() != Ending.Kind.DONE) {
      notice(ending.words());
    }
    transcript.note(Figures.of(usage, wall));
    again.lines().forEach(transcript::note);
  }

  /// The last line of the output that has a character.
  private String lastLine() {
    var text = printed.stripTrailing();
    var line = text.substring(Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r')) + 1);
    return Sanitized.line(line.strip());
  }

  private void start(Json.Obj event) {
    if (TurnOutcome.type(event).equals(Api.OUTPUT)) {
      return; // what it prints follows
    }
    if (TurnOutcome.type(event).equals("agent.thinking")) {
      waitFor("thinking");
    } else {
      settle();
      open(String.valueOf(event.text("id")));
    }
  }

  private void open(String id) {
    transcript.beginText();
    preview = id;
    block = 0;
    shown.setLength(0);
  }

  private void delta(Json.Obj event) {
    if (running.containsKey(String.valueOf(event.text("event_id")))) {
      print(event.object("delta").object("content").text("text"));
      return;
    }
    if (preview.isEmpty() || !preview.equals(event.text("event_id"))) {
      return;
    }
    var delta = event.object("delta");
    long index = delta.number("index", 0);
    if (index != block) {
      show("\n\n");
      block = index;
    }
    var text = delta.object("content").text("text");
    show(text == null ? "" : text);
  }

  private void print(@Nullable String piece) {
    var all = printed + (piece == null ? "" : piece);
    printed = all.substring(Math.max(0, all.length() - PRINTED));
  }

  private void show(String piece) {
    shown.append(piece);
    transcript.text(piece);
  }

  /// The event replaces its preview, which is its beginning.
  private void message(Json.Obj event) {
    var text = ToolText.text(event.items("content"), "\n\n");
    if (preview.isEmpty()
        || !preview.equals(event.text("id"))
        || !text.startsWith(shown.toString())) {
      settle();
      open(String.valueOf(event.text("id")));
    }
    transcript.text(text.substring(shown.length()));
    closePreview();
    waitFor(MODEL);
  }

  private void result(Json.Obj event, String key) {
    settle();
    var call = String.valueOf(event.text(key));
    transcript.result(call, event);
    running.remove(call);
    printed = "";
    waitFor(running.isEmpty() ? MODEL : String.join(", ", running.values()));
  }

  private void trouble(Json.Obj event) {
    if (ErrorText.isRetried(event)) {
      settle();
      transcript.note("↻ " + ErrorText.words(event));
    } else {
      notice(ErrorText.words(event));
    }
  }

  /// Moves the cursor to the start of an empty line.
  private void settle() {
    closePreview();
    if (progressShown) {
      out.print(Style.ANSI.wipe());
      out.flush();
      progressShown = false;
    }
  }

  private void closePreview() {
    if (!preview.isEmpty()) {
      transcript.endText();
      preview = "";
      since = nanoTime.getAsLong();
    }
  }

  private void waitFor(String what) {
    if (!what.equals(waitingFor)) {
      settle();
      waitingFor = what;
      since = nanoTime.getAsLong();
    }
  }

  private void progress(String line) {
    var style = Style.ANSI;
    out.print(
        style.wipe() + style.unwrapped() + style.dim() + line + style.plain() + style.wrapped());
    out.flush();
    progressShown = true;
  }
}
