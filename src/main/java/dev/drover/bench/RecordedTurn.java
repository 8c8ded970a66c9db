package dev.drover.bench;

import dev.drover.base.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;

/// What a client receives in a text turn. The floor server repeats what Drover has sent, so that
/// both send the same bytes.
///
/// @param answer the body of the response to the message
/// @param received the frames of the stream before the first words: the message and the beginning
///   of the turn
/// @param words the frames with the first words
/// @param rest the frames after them, up to the end of the turn
record RecordedTurn(String answer, String received, String words, String rest) {
  /// What the floor server sends in processes whose turns are not measured.
  static final RecordedTurn SHORTEST =
      new RecordedTurn(
          "{\"data\":[]}",
          "",
          "event: agent.message\ndata: {\"type\":\"agent.message\"}\n\n",
          "event: session.status_idle\ndata: {\"type\":\"session.status_idle\"}\n\n");

  /// Splits the frames of a turn, each with its empty line.
  static RecordedTurn of(String answer, List<String> frames) {
    int begun = index(frames, frame -> frame.startsWith("event: event_start"));
    int words = index(frames, BenchClient::isWords);
    int first = begun < 0 ? words : Math.min(begun, words);
    return new RecordedTurn(
        answer,
        String.join("", frames.subList(0, first)),
        String.join("", frames.subList(first, words + 1)),
        String.join("", frames.subList(words + 1, frames.size())));
  }

  private static int index(List<String> frames, Predicate<String> is) {
    for (int i = 0; i < frames.size(); i++) {
      if (is.test(frames.get(i))) {
        return i;
      }
    }
    return -1;
  }

  static RecordedTurn read(Path file) throws IOException {
    var json = (Json.Obj) Json.trusted(Files.readString(file));
    return new RecordedTurn(
        text(json, "answer"), text(json, "received"), text(json, "words"), text(json, "rest"));
  }

  private static String text(Json.Obj json, String name) {
    return String.valueOf(json.text(name));
  }

  void write(Path file) throws IOException {
    var json = Json.obj("answer", answer, "received", received, "words", words, "rest", rest);
    Files.writeString(file, json.toString());
  }
}
