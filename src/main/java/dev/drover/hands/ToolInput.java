package dev.drover.hands;

import dev.drover.base.Json;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// The validated input of a built-in tool, in the format that `hand` reads: the call's id, the
/// tool's name and its arguments in a fixed order, each as a length and its bytes.
final class ToolInput {
  private static final int COMMAND_MAX = 1 << 20;
  private static final int PATH_MAX = 1 << 16;
  private static final int CONTENT_MAX = 16 << 20;

  /// The input is invalid; the message is the result of the tool.
  static final class Refused extends Exception {
    private static final long serialVersionUID = 1;

    Refused(String message) {
      super(message, null, false, false);
    }

    /// The result of the tool.
    String text() {
      return String.valueOf(getMessage());
    }
  }

  private final String tool;
  private final Json.Obj input;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream(256);

  private ToolInput(String tool, Json.Obj input) {
    this.tool = tool;
    this.input = input;
  }

  static byte[] encode(ToolCall call) throws Refused {
    var tool =
        BuiltInTool.named(call.name())
            .orElseThrow(() -> new Refused(call.name() + ": no such tool in this sandbox"));
    var input = new ToolInput(call.name(), call.input());
    input.put(call.id().value());
    input.put(call.name());
    switch (tool) {
      case BASH -> input.bash();
      case READ -> input.read();
      case WRITE -> input.write();
      case EDIT -> input.edit();
      case GLOB, GREP -> input.search();
    }
    return input.out.toByteArray();
  }

  private void bash() throws Refused {
    var command = string("command", COMMAND_MAX, false);
    boolean restart = flag("restart");
    long timeout = whole("timeout_ms");
    if (timeout < 0) {
      throw refuse("timeout_ms must not be negative");
    }
    if (command != null && command.isEmpty()) {
      command = null;
    }
    if (command == null && !restart) {
      throw refuse("command is required");
    }
    put(command);
    put(restart ? "1" : "0");
    put(Long.toString(timeout));
  }

  private void read() throws Refused {
    put(path("file_path"));
    var range = given("view_range");
    if (range != null) {
      if (!(range instanceof Json.Arr(var ends))
          || ends.size() != 2
          || !(ends.get(0) instanceof Json.Num first && first.asLong().isPresent())
          || !(ends.get(1) instanceof Json.Num last && last.asLong().isPresent())
          || (last.asLong().get() > 0 && last.asLong().get() < first.asLong().get())) {
        throw refuse("view_range must be [start_line, end_line]");
      }
      put(first.literal());
      put(last.literal());
    } else {
      put(null);
      put(null);
    }
  }

  private void write() throws Refused {
    put(path("file_path"));
    put(present("content", string("content", CONTENT_MAX, true)));
  }

  private void edit() throws Refused {
    put(path("file_path"));
    var old = present("old_string", string("old_string", CONTENT_MAX, true));
    if (old.isEmpty()) {
      throw refuse("old_string must not be empty; a whole file is written with write");
    }
    put(old);
    put(present("new_string", string("new_string", CONTENT_MAX, true)));
    put(flag("replace_all") ? "1" : "0");
  }

  private void search() throws Refused {
    put(path("pattern"));
    put(string("path", PATH_MAX, false));
  }

  /// The value that the model gave; a JSON null counts as absent.
  private @Nullable Json given(String field) {
    var value = input.fields().get(field);
    return value instanceof Json.Null ? null : value;
  }

  private @Nullable String string(String field, int max, boolean anyText) throws Refused {
    var value = given(field);
    if (value == null) {
      return null;
    }
    if (!(value instanceof Json.Str(var text))) {
      throw refuse(field + " must be a string");
    }
    if (!anyText && text.indexOf('\0') >= 0) {
      throw refuse(field + " must not contain null characters");
    }
    int bytes =
        text.length() > max / 4 ? text.getBytes(StandardCharsets.UTF_8).length : text.length();
    if (bytes > max) {
      throw refuse(field + " is " + bytes + " bytes, exceeds " + max + "-byte limit");
    }
    return text;
  }

  private String path(String field) throws Refused {
    var text = present(field, string(field, PATH_MAX, false));
    if (text.isEmpty()) {
      throw refuse(field + " is required");
    }
    return text;
  }

  private boolean flag(String field) throws Refused {
    return switch (given(field)) {
      case null -> false;
      case Json.Bool(var value) -> value;
      default -> throw refuse(field + " must be a boolean");
    };
  }

  private long whole(String field) throws Refused {
    var value = given(field);
    if (value == null) {
      return 0;
    }
    if (value instanceof Json.Num number && number.asLong().isPresent()) {
      return number.asLong().get();
    }
    throw refuse(field + " must be an integer");
  }

  private String present(String field, @Nullable String text) throws Refused {
    if (text == null) {
      throw refuse(field + " is required");
    }
    return text;
  }

  private Refused refuse(String what) {
    return new Refused(tool + ": " + what);
  }

  private void put(@Nullable String text) {
    if (text == null) {
      length(-1);
      return;
    }
    var bytes = text.getBytes(StandardCharsets.UTF_8);
    length(bytes.length);
    out.writeBytes(bytes);
  }

  private void length(int n) {
    out.write(n >>> 24);
    out.write(n >>> 16);
    out.write(n >>> 8);
    out.write(n);
  }
}
