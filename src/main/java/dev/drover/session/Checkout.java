package dev.drover.session;

import dev.drover.base.Problem;
import java.util.regex.Pattern;

/// What is checked out of a repository, other than its default branch.
public sealed interface Checkout {
  /// In characters.
  int LONGEST = 255;

  /// @param name as git accepts names of branches
  /// @see <a href="https://git-scm.com/docs/git-check-ref-format">git-check-ref-format</a>
  record Branch(String name) implements Checkout {
    private static final Pattern NOT_A_NAME =
        Pattern.compile(
            "(^|/)[.-]|[\\x00-\\x20\\x7f~^:?*\\[\\\\]|\\.\\.|@\\{|//|^/|/$|\\.$|\\.lock(/|$)|^@$");

    /// Reads a name from outside.
    ///
    /// @throws Problem `INVALID_REQUEST`
    public static Branch of(String sent) {
      if (NOT_A_NAME.matcher(sent).find() || sent.chars().anyMatch(Character::isISOControl)) {
        throw Problem.invalid("is not the name of a branch");
      }
      return new Branch(sent);
    }
  }

  /// @param sha the id of the commit, or its beginning, in hexadecimal digits
  record Commit(String sha) implements Checkout {
    private static final Pattern SHA = Pattern.compile("[0-9a-fA-F]{7,64}");

    /// Reads an id from outside.
    ///
    /// @throws Problem `INVALID_REQUEST`
    public static Commit of(String sent) {
      if (!SHA.matcher(sent).matches()) {
        throw Problem.invalid("must have 7 to 64 hexadecimal digits");
      }
      return new Commit(sent);
    }
  }
}
