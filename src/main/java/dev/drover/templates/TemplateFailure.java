package dev.drover.templates;

import dev.drover.catalog.Packages.Manager;
import java.util.List;

/// The packages of an environment could not be installed. The message is for the model and the
/// client.
final class TemplateFailure extends Exception {
  private static final long serialVersionUID = 1;

  /// How much of the end of a log is shown, in bytes.
  static final int TAIL = 4096;

  private static final int NAMED = 20;

  TemplateFailure(String message) {
    super(message);
  }

  TemplateFailure(String message, Throwable cause) {
    super(message, cause);
  }

  /// A package manager failed.
  ///
  /// @param how it ended
  /// @param log its end
  static TemplateFailure of(Manager manager, List<String> packages, String how, String log) {
    var more = packages.size() > NAMED ? ", and " + (packages.size() - NAMED) + " more" : "";
    var named = String.join(", ", packages.subList(0, Math.min(NAMED, packages.size()))) + more;
    return new TemplateFailure(
        "%s could not install the packages of this environment (%s): %s.%s"
            .formatted(
                manager.word(),
                named,
                how,
                log.isBlank() ? "" : " Its last output:\n" + log.strip()));
  }
}
