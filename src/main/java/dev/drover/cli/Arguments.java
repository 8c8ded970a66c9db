package dev.drover.cli;

import dev.drover.base.Json;
import dev.drover.base.TextFile;
import dev.drover.base.Utf8;
import dev.drover.base.Yaml;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/// The arguments of a command. An invalid value is a [ParameterException] that names its flag.
final class Arguments {
  /// The maximum size of all files and the standard input of a command together, in bytes. A server
  /// accepts no larger request.
  static final int MAX_BYTES = 32 << 20;

  private final ParseResult line;
  private final InputStream in;
  private int left = MAX_BYTES;

  /// @param in the input that `-` stands for
  Arguments(ParseResult line, InputStream in) {
    this.line = line;
    this.in = in;
  }

  /// The positional argument, which is an id.
  String id() {
    String id = line.matchedPositionalValue(0, "");
    if (id.isBlank()) {
      throw wrong("the id is empty");
    }
    return id;
  }

  /// A positional argument.
  String word(int index) {
    return line.matchedPositionalValue(index, "");
  }

  CopyOptions copy() {
    return CopyOptions.of(line);
  }

  boolean has(String flag) {
    return line.commandSpec().findOption(flag) != null && line.hasMatchedOption(flag);
  }

  Optional<String> text(String flag) {
    return has(flag)
        ? Optional.ofNullable(line.<String>matchedOptionValue(flag, null))
        : Optional.empty();
  }

  /// The value of a flag that may not be missing.
  String required(String flag) {
    return text(flag).orElseThrow(() -> wrong(flag + " is missing"));
  }

  List<String> texts(String flag) {
    return has(flag) ? line.matchedOptionValue(flag, List.of()) : List.of();
  }

  /// Whether the command has a flag.
  boolean knows(String flag) {
    return line.commandSpec().findOption(flag) != null;
  }

  /// An integer of at least `least`.
  Optional<Integer> number(String flag, int least) {
    var number =
        has(flag)
            ? Optional.ofNullable(line.<Integer>matchedOptionValue(flag, null))
            : Optional.<Integer>empty();
    if (number.isPresent() && number.get() < least) {
      throw wrong(flag + " must be at least " + least);
    }
    return number;
  }

  /// A text, or the content of the file in `@FILE`. `\@` begins a text with `@`.
  String content(String flag, String value) {
    return value.startsWith("@")
        ? file(flag, value.substring(1))
        : value.startsWith("\\@") ? value.substring(1) : value;
  }

  /// A secret, from the file in `@FILE` or from standard input for `-`, without the line break at
  /// its end. The argument itself cannot be one, because other users of the machine can see it.
  String secret(String flag, String value) {
    if (!value.equals("-") && !value.startsWith("@")) {
      throw wrong(flag + " must be @FILE, or - for standard input: others can see arguments");
    }
    var text = value.equals("-") ? standardInput(flag) : file(flag, value.substring(1));
    return text.replaceFirst("\\R$", "");
  }

  /// JSON or YAML: the value itself, the content of the file in `@FILE`, or standard input for `-`.
  Json document(String flag, String value) {
    try {
      return Yaml.read(
          value.equals("-")
              ? standardInput(flag)
              : value.startsWith("@") ? file(flag, value.substring(1)) : value);
    } catch (Yaml.Unreadable e) {
      throw wrong(flag + ": " + e.getMessage());
    }
  }

  /// The content of a file, or standard input for `-`.
  String fileContent(String flag, String name) {
    return name.equals("-") ? standardInput(flag) : file(flag, name);
  }

  /// JSON or YAML that must be an object.
  ///
  /// @param source what to name in errors
  Json.Obj parsedObject(String source, String text) {
    try {
      if (Yaml.read(text) instanceof Json.Obj object) {
        return object;
      }
      throw wrong(source + " is not a JSON or YAML object");
    } catch (Yaml.Unreadable e) {
      throw wrong(source + ": " + e.getMessage());
    }
  }

  private String standardInput(String flag) {
    try {
      return counted(TextFile.read(in, left));
    } catch (TextFile.Unusable e) {
      throw wrong(flag + ": standard input " + e.getMessage());
    } catch (IOException e) {
      throw wrong(flag + ": standard input cannot be read: " + e.getMessage());
    }
  }

  Json.Obj object(String flag, String value) {
    if (document(flag, value) instanceof Json.Obj object) {
      return object;
    }
    throw wrong(flag + " must be a JSON or YAML object");
  }

  ParameterException wrong(String message) {
    return new ParameterException(line.commandSpec().commandLine(), message);
  }

  private String file(String flag, String name) {
    try {
      return counted(TextFile.read(Path.of(name), left));
    } catch (TextFile.Unusable e) {
      throw wrong(flag + ": " + Sanitized.line(name) + " " + e.getMessage());
    } catch (InvalidPathException _) {
      throw wrong(flag + ": " + Sanitized.line(name) + " is not the name of a file");
    }
  }

  private String counted(String text) {
    left -= (int) Utf8.length(text);
    return text;
  }
}
