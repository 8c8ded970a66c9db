package dev.drover.brain;

import dev.drover.session.Event;
import dev.drover.session.ProfileUse;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// What a model sees of a session at a moment: the parts of the next request, with their sizes, and
/// what is not in it. Sizes in tokens are estimates, calibrated by what the model's server counted.
///
/// @param opened the beginning of the chapter; empty in chapter 0, which is the whole log
/// @param openedAt its position; 0 in chapter 0
/// @param profile the profile of the chapter
/// @param next the profile of the chapter that follows, as things are
/// @param requested the position of a client's request for a new chapter; empty if there is none
/// @param tokens the size of the next request, without what is pending
/// @param factor the tokens that the server counts for each estimated one
/// @param soft where a new chapter is worth its price
/// @param hard where a request and its reply would not fit any more
/// @param window the context of the model; empty if nothing says what it is
/// @param rounds the number of model requests with a reply
/// @param largest the largest parts of the conversation, the largest first
/// @param shortened the results that are not sent whole, the newest ones first
/// @param shortenedCount the number of all of them
/// @param reader the name of the tool with which the model can read the log; empty if it has none
public record ContextReport(
    Optional<Event.ContextOpened> opened,
    long openedAt,
    ProfileUse profile,
    ProfileUse next,
    OptionalLong requested,
    long tokens,
    double factor,
    long soft,
    long hard,
    OptionalLong window,
    Part system,
    Part tools,
    Part opening,
    Part messages,
    Part replies,
    Part results,
    Part pending,
    int rounds,
    List<Item> largest,
    List<Shortened> shortened,
    int shortenedCount,
    Optional<String> reader) {
  public ContextReport {
    largest = List.copyOf(largest);
    shortened = List.copyOf(shortened);
  }

  /// A part of a request.
  ///
  /// @param count the number of its items, such as tools or messages
  /// @param characters the number of characters of its JSON
  public record Part(int count, long tokens, long characters) {}

  /// One message, reply or result.
  ///
  /// @param position of its event in the log
  public record Item(long position, Kind kind, long tokens, long characters) {}

  /// What a part of the conversation is.
  public enum Kind {
    MESSAGE,
    REPLY,
    RESULT
  }

  /// A result of which only the beginning and the end are sent.
  ///
  /// @param position of its event, which has all of it
  /// @param characters of its texts
  /// @param sent the number of characters that are sent
  /// @param file the path in the session's sandbox of a file that the result names for its whole
  ///   text; empty if it names none
  public record Shortened(long position, long characters, long sent, Optional<String> file) {}
}
