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
/// become an order of the user, whatever a model writes.
///
/// Its last block is new in each chapter. The blocks before it, with the words of the client, are
/// those of the chapter before as long as there is room for newer words behind them: so a model
/// server finds them in its cache. For one chapter; one thread.
final class Opening {
  /// The longest text of one message, in characters.
  private static final int LONGEST_MESSAGE = 12_000;

  private static final String NOTE = "[A note from the system that runs you, not from the user: ";

  /// The sizes of the parts, as estimates.
  ///
  /// @param users of the users' messages; the first one is there whatever its size
  record Budget(double users, double instructions, double digest) {}

  /// The maximum number of blocks with the words of the client.
  private static final int MOST_BLOCKS = 16;

  /// The share of a budget that the newest words take if not all of them fit. The rest is left to
  /// the words of later chapters.
  private static final double TAKEN = 0.75;

  private static final String USERS = "user_messages";
  private static final String INSTRUCTIONS = "instructions_in_force";

  /// What an opening says besides the words of the client.
  ///
  /// @param kind of the chapter
  /// @param summary the text of a model for what was left out; empty if there is none
  /// @param reader the name of the tool that reads the log; empty if the model does not have it
  /// @param earlier the beginning of the chapter before, if its words may be continued
  record Contents(
      Event.ContextOpened.Kind kind,
      Optional<Summary> summary,
      Optional<String> reader,
      Optional<Event.ContextOpened> earlier) {}

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

  /// The number of the first blocks that a later chapter may begin with, too.
  static int shared(Event.ContextOpened opened) {
    return opened.opening().items().size() == 1
            && opened.opening().items().getFirst() instanceof Json.Obj message
        ? Math.max(0, message.items("content").size() - 1)
        : 0;
  }

  private Json.Arr messages() {
    var blocks = new ArrayList<Json>();
    blocks.add(beginning());
    blocks.addAll(words());
    blocks.add(Messages.text(String.join("\n\n", done())));
    return Json.arr(Json.obj("role", "user", "content", new Json.Arr(List.copyOf(blocks))));
  }

  /// The words of every opening whose model has the same tool that reads the log.
  private Json.Obj beginning() {
    return Messages.text(
        NOTE
            + "this session is longer than your context. This message stands for its beginning:"
            + " what the user said and the instructions in force, as they were sent, and then what"
            + " was done. The numbers (#123) are positions in the log of the session."
            + contents
                .reader()
                .map(name -> " The log is complete: " + name + " reads any of it.")
                .orElse("")
            + "]");
  }

  private List<String> done() {
    var parts = new ArrayList<String>();
    parts.add(NOTE + note() + "]");
    contents
        .summary()
        .filter(_ -> contents.kind() != Event.ContextOpened.Kind.SERVER) // it is in the block
        .ifPresent(
            summary ->
                parts.add(
                    "<summary through=\"#%d\">\n%s\n</summary>"
                        .formatted(summary.through(), escaped(summary.text()))));
    add(parts, "files", escaped(TouchedFiles.lines(log, before)));
    add(parts, "your_messages_and_calls", newest(digest(), budget.digest(), 0));
    return parts;
  }

  private String note() {
    return switch (contents.kind()) {
      case SUMMARY ->
          """
          the session up to event #%d is summarized here. Take exact values, wording and outputs \
          from %sa file or a repeated call, not from this summary; do not guess them. Go on with \
          the work from there.\
          """
              .formatted(before, contents.reader().isPresent() ? "the log, " : "");
      case SERVER ->
          """
          the session up to event #%d is summarized at the beginning of this conversation. Take \
          exact values, wording and outputs from %sa file or a repeated call, not from the \
          summary; do not guess them. Go on with the work.\
          """
              .formatted(before, contents.reader().isPresent() ? "the log, " : "");
      case NOTE ->
          """
          a colleague has worked on this session up to event #%d and hands it over to you with \
          the following note. Read a file again or repeat a call if you need a value that is not \
          here; do not guess it.\
          """
              .formatted(before);
      case ROLLING, TRIM ->
          """
          what came before event #%d is replaced by a list of what you said and did, without the \
          content of results. Go on with the work from there. Read a file again or repeat a call \
          if you need a value that is not here; do not guess it.\
          """
              .formatted(before);
    };
  }

  /// The words of the client: those of the chapter before and newer ones, or all again if there is
  /// no room for them.
  private List<Json.Obj> words() {
    var blocks = new ArrayList<>(earlier());
    if (!blocks.isEmpty()) {
      long after = contents.earlier().orElseThrow().from();
      blocks.addAll(
          blocks(said(Event.UserMessage.class, after), said(Event.SystemMessage.class, after)));
      if (blocks.size() <= MOST_BLOCKS && fits(blocks, USERS) && fits(blocks, INSTRUCTIONS)) {
        return blocks;
      }
    }
    return blocks(
        fitting(said(Event.UserMessage.class, 0), budget.users(), 1),
        fitting(said(Event.SystemMessage.class, 0), budget.instructions(), 0));
  }

  private static List<Json.Obj> blocks(List<String> users, List<String> instructions) {
    var parts = new ArrayList<String>();
    add(parts, USERS, users);
    add(parts, INSTRUCTIONS, instructions);
    return parts.stream().map(Messages::text).toList();
  }

  /// The blocks of the chapter before with the words of the client; none if this chapter does not
  /// begin with the same bytes.
  private List<Json.Obj> earlier() {
    int shared = contents.earlier().map(Opening::shared).orElse(0);
    if (shared == 0) {
      return List.of();
    }
    var message = (Json.Obj) contents.earlier().orElseThrow().opening().items().getFirst();
    var blocks = message.items("content").subList(0, shared);
    return blocks.getFirst().equals(beginning())
            && blocks.stream().skip(1).allMatch(Opening::isOfWords)
        ? blocks.stream().skip(1).map(Json.Obj.class::cast).toList()
        : List.of();
  }

  /// A log that was imported may have other blocks there.
  private static boolean isOfWords(Json item) {
    return item instanceof Json.Obj block
        && (isOf(block, USERS) || isOf(block, INSTRUCTIONS))
        && block.equals(Messages.text(String.valueOf(block.text("text"))));
  }

  private static boolean isOf(Json.Obj block, String name) {
    return String.valueOf(block.text("text")).startsWith("<" + name + ">\n");
  }

  private boolean fits(List<Json.Obj> blocks, String name) {
    double size =
        blocks.stream()
            .filter(block -> isOf(block, name))
            .mapToDouble(block -> Estimate.of(String.valueOf(block.text("text"))))
            .sum();
    return size <= (name.equals(USERS) ? budget.users() : budget.instructions());
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
  ///
  /// @param after the position after which messages count
  private List<String> said(Class<? extends Event.FromClient> kind, long after) {
    int longest = (int) Math.clamp(1.5 * budget.users(), 200, LONGEST_MESSAGE);
    return log.stream()
        .filter(stored -> stored.position() > after && stored.position() < before)
        .filter(stored -> kind.isInstance(stored.event()))
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

  /// All lines if they fit, else the newest of them, with room for later ones.
  ///
  /// @param always how many of the oldest lines are kept in any case
  private static List<String> fitting(List<String> lines, double most, int always) {
    double all = lines.stream().mapToDouble(Estimate::of).sum();
    return all <= most ? lines : newest(lines, TAKEN * most, always);
  }

  /// The newest of the lines that fit, with a note for those that do not.
  ///
  /// @param always how many of the oldest lines are kept in any case
  private static List<String> newest(List<String> lines, double most, int always) {
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
