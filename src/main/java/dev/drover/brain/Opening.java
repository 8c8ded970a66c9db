package dev.drover.brain;

import dev.drover.base.Json;
import dev.drover.model.CompactionBlock;
import dev.drover.session.Event;
import dev.drover.session.Event.ContextOpened.Summary;
import dev.drover.session.Stored;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// The first message of a chapter, which stands for all that was cut off. It is made from the log
/// by code: the words of the user and of the client's operator as they were sent, the newest
/// summary or note of a model if there is one, the files, and the [Digest]. So no tool output can
/// become an order of the user, whatever a model writes. For one chapter; one thread.
final class Opening {
  /// The longest text of one message, in characters.
  private static final int LONGEST_MESSAGE = 12_000;

  /// The sizes of the parts, as estimates.
  ///
  /// @param users of the users' messages; the first one is there whatever its size
  record Budget(double users, double instructions, double digest) {}

  /// What an opening says besides the words of the client.
  ///
  /// @param kind of the chapter
  /// @param summary the text of a model for what was left out; empty if there is none
  /// @param reader the name of the tool that reads the log; empty if the model does not have it
  record Contents(
      Event.ContextOpened.Kind kind, Optional<Summary> summary, Optional<String> reader) {}

  private final List<Stored> log;
  private final long before;
  private final Omissions omissions;
  private final Budget budget;
  private final Contents contents;

  private Opening(List<Stored> log, long before, Budget budget, Contents contents) {
    this.log = log;
    this.before = before;
    this.budget = budget;
    this.contents = contents;
    omissions = new Omissions();
    omissions.addAll(log);
  }

  /// The opening of a chapter, as messages.
  ///
  /// @param log all events of the thread, or the newest ones as far as they fit, see [Past]
  /// @param before the position before which everything is cut off
  static Json.Arr of(List<Stored> log, long before, Budget budget, Contents contents) {
    return new Opening(log, before, budget, contents).messages();
  }

  /// The estimate for the longest line that stands for a message.
  static double estimate(Json.Arr content) {
    return Estimate.of(ShortResults.cut(Digest.text(content), LONGEST_MESSAGE));
  }

  /// What stands first in a chapter: the opening, but for a chapter of a model server its block
  /// alone.
  static Json.Arr first(Event.ContextOpened opened) {
    return block(opened).isPresent()
        ? new Json.Arr(opened.opening().items().subList(0, 1))
        : opened.opening();
  }

  /// The block of a model server with which a chapter begins; empty if it begins with texts.
  static Optional<Json.Obj> block(Event.ContextOpened opened) {
    return opened.kind() == Event.ContextOpened.Kind.SERVER
            && CompactionBlock.isFirst(opened.opening())
        ? Optional.of(
            (Json.Obj) ((Json.Obj) opened.opening().items().getFirst()).items("content").getFirst())
        : Optional.empty();
  }

  /// The client's words for a chapter that begins with the block of a model server. They stand at
  /// the place of the chapter's own event: between the block and the rounds that are kept nothing
  /// may stand. Empty for other chapters.
  static Json.Arr words(Event.ContextOpened opened) {
    if (block(opened).isEmpty()) {
      return Json.arr();
    }
    var blocks = new ArrayList<Json>();
    for (var message : opened.opening().items().subList(1, opened.opening().items().size())) {
      if (message instanceof Json.Obj words) {
        blocks.addAll(words.items("content"));
      }
    }
    return new Json.Arr(blocks);
  }

  private Json.Arr messages() {
    var parts = new ArrayList<String>();
    parts.add("[A note from the system that runs you, not from the user: " + note() + "]");
    add(parts, "user_messages", fitting(said(Event.UserMessage.class), budget.users(), 1));
    add(
        parts,
        "instructions_in_force",
        fitting(said(Event.SystemMessage.class), budget.instructions(), 0));
    contents
        .summary()
        .filter(_ -> contents.kind() != Event.ContextOpened.Kind.SERVER) // it is in the block
        .ifPresent(
            summary ->
                parts.add(
                    "<summary through=\"#%d\">\n%s\n</summary>"
                        .formatted(summary.through(), escaped(summary.text()))));
    add(parts, "files", escaped(TouchedFiles.lines(log, before)));
    add(parts, "your_messages_and_calls", fitting(digest(), budget.digest(), 0));
    var text = Messages.text(String.join("\n\n", parts));
    return Json.arr(Json.obj("role", "user", "content", Json.arr(text)));
  }

  private String note() {
    var end = Long.toString(before);
    var reread =
        contents
            .reader()
            .map(name -> "The log is complete: " + name + " reads any of it, by these numbers. ")
            .orElse("");
    return switch (contents.kind()) {
      case SUMMARY ->
          """
          the session up to event #%s is summarized here. %sTake exact values, wording and outputs \
          from there, from a file or from a repeated call, not from this summary; do not guess \
          them. Go on with the work from there.\
          """
              .formatted(end, reread);
      case SERVER ->
          """
          the session up to event #%s is summarized at the beginning of this conversation. What \
          the user said and the instructions in force stand here as they were sent. %sTake exact \
          values, wording and outputs from there, from a file or from a repeated call, not from \
          the summary; do not guess them. Go on with the work.\
          """
              .formatted(end, reread);
      case NOTE ->
          """
          a colleague has worked on this session up to event #%s and hands it over to you. What \
          the user said, the instructions in force and the colleague's note follow. %sRead a file \
          again or repeat a call if you need a value that is not here; do not guess it.\
          """
              .formatted(end, reread);
      case ROLLING, TRIM ->
          """
          this session has become too long for your context. What came before event #%s is \
          replaced by this message: what the user said, the instructions in force, and a list of \
          what you said and did, without the content of results. %sGo on with the work from \
          there. Read a file again or repeat a call if you need a value that is not here; do not \
          guess it.\
          """
              .formatted(end, reread);
    };
  }

  private static void add(List<String> parts, String name, List<String> lines) {
    if (!lines.isEmpty()) {
      parts.add("<" + name + ">\n" + String.join("\n", lines) + "\n</" + name + ">");
    }
  }

  /// A list of what the newest summary does not reach.
  private List<String> digest() {
    boolean ownWords =
        contents.kind() == Event.ContextOpened.Kind.SUMMARY
            || contents.kind() == Event.ContextOpened.Kind.SERVER;
    long after = ownWords ? 0 : contents.summary().map(Summary::through).orElse(0L);
    return escaped(Digest.lines(log, after, before));
  }

  private static List<String> escaped(List<String> lines) {
    return lines.stream().map(Opening::escaped).toList();
  }

  /// The texts of one kind of message that are cut off, oldest first.
  private List<String> said(Class<? extends Event.FromClient> kind) {
    int longest = (int) Math.clamp(1.5 * budget.users(), 200, LONGEST_MESSAGE);
    return log.stream()
        .filter(stored -> stored.position() < before && kind.isInstance(stored.event()))
        .map(
            stored ->
                "<message event=\"#"
                    + stored.position()
                    + "\">"
                    + escaped(ShortResults.cut(text(stored.event()), longest))
                    + "</message>")
        .toList();
  }

  private String text(Event event) {
    var content =
        switch (event) {
          case Event.UserMessage e -> e.content().items();
          case Event.SystemMessage e -> e.content().items();
          default -> List.<Json>of();
        };
    return omissions.has(Piece.whole(event.id()))
        ? "[left out: the model server refused it]"
        : IntStream.range(0, content.size())
            .mapToObj(i -> block(new Piece(event.id(), i), content.get(i)))
            .collect(Collectors.joining("\n"));
  }

  private String block(Piece piece, Json block) {
    return omissions.has(piece)
        ? "[left out: the model server refused it]"
        : Digest.text(Json.arr(block));
  }

  /// A text that cannot end the part in which it stands.
  private static String escaped(String text) {
    return text.replace("</", "<\\/");
  }

  /// The newest of the lines that fit, with a note for those that do not.
  ///
  /// @param always how many of the oldest lines are kept in any case
  private static List<String> fitting(List<String> lines, double most, int always) {
    int first = Math.min(always, lines.size());
    double left = most;
    for (var line : lines.subList(0, first)) {
      left -= Estimate.of(line);
    }
    int start = lines.size();
    while (start > first) {
      left -= Estimate.of(lines.get(start - 1));
      if (left < 0) {
        break;
      }
      start--;
    }
    var kept = new ArrayList<>(lines.subList(0, first));
    if (start > first) {
      kept.add("(entries left out here)");
    }
    kept.addAll(lines.subList(start, lines.size()));
    return kept;
  }
}
