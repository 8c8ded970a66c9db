package dev.drover.cli;

import java.io.IOException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/// The question before something that cannot be undone. Only a user at a terminal is asked, so that
/// scripts are not held up.
final class Confirmation {
  private static final String YES = "--yes";

  private Confirmation() {}

  static CommandSpec declare(CommandSpec spec) {
    return spec.addOption(
        OptionSpec.builder("-y", YES).type(boolean.class).description("Do not ask.").build());
  }

  /// An action that needs the user's consent.
  ///
  /// @param question without a question mark, such as `Delete session sesn_1`
  static int ask(Invocation call, String question, Verb action)
      throws Refusal, IOException, InterruptedException {
    var terminal = new Question(call.shell());
    if (!call.arguments().has(YES)
        && terminal.isPossible()
        && !terminal.isYes(Sanitized.line(question) + "? [y/N]")) {
      call.say("nothing was done");
      return 1;
    }
    return action.run(call);
  }
}
