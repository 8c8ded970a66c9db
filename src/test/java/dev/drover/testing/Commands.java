package dev.drover.testing;

/// Commands that agents of tests run. They start no process to let time pass: a loop around `sleep`
/// takes the processor from what it waits for.
public final class Commands {
  private Commands() {}

  /// Waits until a file is there.
  public static String await(String file) {
    return "until [ -e " + file + " ]; do read -rt 0.02 -u 9 || :; done 9<> <(:)";
  }

  /// Runs a command again and again, for ever.
  public static String repeat(String command) {
    return "while :; do " + command + "; read -rt 0.01 -u 9; done 9<> <(:)";
  }
}
