package dev.drover.skills;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// The paragraph of a system prompt that says which skills there are.
public final class SkillNote {
  /// Where an agent finds its skills.
  public static final String DIRECTORY = "/skills";

  private SkillNote() {}

  /// The paragraph about these skills, in the order of their names; empty if there are none.
  public static Optional<String> of(Collection<SkillVersion> skills) {
    if (skills.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        skills.stream()
            .sorted(Comparator.comparing(SkillVersion::name))
            .map(SkillNote::line)
            .collect(Collectors.joining("\n", HEAD, "")));
  }

  private static final String HEAD =
      """
      You have the skills below. A skill is a read-only directory with instructions, and possibly \
      scripts and other files, for tasks that match its description. Before you begin such a task, \
      read the skill's SKILL.md and follow it. Paths in it are relative to the skill's directory.

      """;

  /// What could look like the end of the line, or turn the direction of what follows.
  private static final Pattern BREAKS =
      Pattern.compile("[\\s\\u0085\\u2028\\u2029\\u202A-\\u202E\\u2066-\\u2069]+");

  private static String line(SkillVersion skill) {
    return "- %s (%s/%s/SKILL.md): %s"
        .formatted(skill.name(), DIRECTORY, skill.name(), oneLine(skill.description()));
  }

  /// A description as a part of one line.
  static String oneLine(String description) {
    return BREAKS.matcher(description).replaceAll(" ").strip();
  }
}
