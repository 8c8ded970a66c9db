package dev.drover.api;

import dev.drover.base.Blank;
import dev.drover.base.Problem;
import dev.drover.skills.SkillDraft;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// The form with which a client uploads a skill. Its fields may come in any order. Not safe for
/// concurrent use.
final class SkillForm {
  /// More than the files that a skill may have, which the draft counts.
  static final int MAX_PARTS = 2_100;

  private static final int MAX_NAME = 255;
  private static final int MAX_NAME_BYTES = 4 * MAX_NAME;

  private final SkillDraft draft;
  private final boolean named;
  private Optional<String> displayName = Optional.empty();

  /// @param named whether the form may have a display name
  SkillForm(SkillDraft draft, boolean named) {
    this.draft = draft;
    this.named = named;
  }

  /// Reads the form into the draft.
  void read(Parts parts) throws IOException {
    for (var part = parts.next(); part.isPresent(); part = parts.next()) {
      take(part.get());
    }
  }

  private void take(Parts.Part part) throws IOException {
    switch (part.name()) {
      case "files[]", "files" -> draft.add(part.filename().orElse(""), part.content());
      case "display_name" -> {
        if (!named) {
          throw Problem.invalid("display_name: belongs to the skill, not to a version");
        }
        if (displayName.isPresent()) {
          throw Problem.invalid("display_name: must not be repeated");
        }
        displayName = Optional.of(name(part));
      }
      default -> throw Problem.invalid(shown(part.name()) + ": unknown field");
    }
  }

  private static String shown(String name) {
    return name.length() <= 64 ? name : name.substring(0, 64) + "…";
  }

  private static String name(Parts.Part part) throws IOException {
    var bytes = part.content().readNBytes(MAX_NAME_BYTES + 1);
    String name;
    try {
      name = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException _) {
      throw Problem.invalid("display_name: must be UTF-8, of at most " + MAX_NAME + " characters");
    }
    if (name.codePointCount(0, name.length()) > MAX_NAME) {
      throw Problem.invalid("display_name: must have at most " + MAX_NAME + " characters");
    }
    if (name.chars().anyMatch(Character::isISOControl)) {
      throw Problem.invalid("display_name: must not contain control characters");
    }
    return Blank.is(name) ? "" : name;
  }

  /// The display name that was sent; empty if there is none.
  Optional<String> displayName() {
    return displayName.filter(name -> !name.isEmpty());
  }
}
