package dev.drover.brain;

import dev.drover.model.Answer;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The error text of a failed request, and what it says about the part that the server refused.
///
/// @param words the whole text of the server
/// @param indexed whether the indexes in the text are those of the prompt
/// @param plain whether the status alone shows that the request's content was refused; if not, the
///   text must say it
/// @param denied whether the status shows that the account may not do this
record RefusalWords(String words, boolean indexed, boolean plain, boolean denied) {
  /// Refusals that are rarely about the content of the request.
  private static final Pattern OTHER_STATUS = Pattern.compile("\\bHTTP 40[134]\\b");

  /// Refusals that are never about the content, but about the account and its permissions.
  private static final Pattern ACCESS = Pattern.compile("\\bHTTP 40[13]\\b");

  /// Refusals of thinking from another conversation, server, account or version.
  private static final Pattern THINKING =
      words(
          "bound to a different conversation"
              + "|signature[^.]{0,40}thinking"
              + "|thinking[^.]{0,60}(signature|cannot be modified|decrypt)"
              + "|thinking\\W{1,3}signature"
              + "|(unsupported|unknown|unrecogni[sz]ed|invalid|unexpected)[^.]{0,30}"
              + "(block|type|variant|part|tag)s?\\W{1,4}(redacted_)?thinking\\b"
              + "|\\b(redacted_)?thinking\\b\\W{1,3}((content )?(blocks?|type|parts?)|found using)"
              + "[^.]{0,40}((not|n't) (be |a )?(support|accept|allow|permitted|recogni|valid)"
              + "|unsupported|does not match)");

  /// Refusals of a compaction block.
  private static final Pattern COMPACTION =
      words("\\bcompaction|\\bcompact-20\\d\\d-|anthropic-beta");

  /// Refusals of thinking, where the words do not say of what.
  private static final Pattern SIGNATURE = words("invalid (thinking )?signature");

  /// The Messages API's path of a block, or of a block inside a result.
  private static final Pattern PATH =
      Pattern.compile(
          "\\bmessages\\.(\\d{1,6})\\.content\\.(\\d{1,6})(?:\\.tool_result)?(?:\\.content\\.(\\d{1,6}))?"
              + "(?!\\d)(?!\\.cache_control)");

  /// The word, but not as a part of a model's name or of a URL.
  private static final String AN_IMAGE = "(?<![\\w/-])(images?|image inputs?)(?![\\w/-])";

  private static final Pattern IMAGE =
      words(
          AN_IMAGE
              + "|image_url|image_parse|input_image|\\bpictures?\\b|(?<![\\w/-])vision(?![\\w/-])"
              + "|multi-?modal|mmproj|图片|图像|多模态");
  private static final Pattern DOCUMENT = words("\\bdocuments?\\b|\\bpdfs?\\b");

  /// The errors of models that accept only text.
  private static final Pattern TEXTS_ALONE =
      words(
          "content\\W{1,4}((value|it) )?(must|should|has to|needs to) be (a )?(valid )?string"
              + "|content\\S{0,40}\\W{1,4}input should be a valid string"
              + "|only (supports? |accepts? |takes? )?text\\b|text[- ]only"
              + "|unknown (variant|content (part )?type)|(unsupported|invalid) content (part )?type"
              + "|expected (variant )?[`'\"]text[`'\"]|unmarshal array.{0,80}\\bcontent\\b");

  /// The errors of a server that could not fetch a URL of the request.
  private static final Pattern FETCH =
      words(
          "(error|fail\\w*|unable|could not|cannot|can't|timed?"
              + " ?out|timeout)[^.]{0,30}(download|fetch|retriev)|(client|server)"
              + " error[^/]{0,60}for url|invalid_image_url");

  /// A clear statement that images are not accepted, whatever the status.
  private static final Pattern NO_IMAGES =
      words(
          "(support|accept|allow|required for|handle|process|load|decode|identify|open|read)\\w*"
              + "( \\w+){0,3} "
              + AN_IMAGE
              + "|"
              + AN_IMAGE
              + "[^.]{0,40}(not |n't |un|never )(be )?(support|accept|allow|enabled|available)"
              + "|"
              + AN_IMAGE
              + "[^.]{0,20} (is|are|was|were) (invalid|corrupt|truncated|too (large|big|small))"
              + "|mmproj|不支持[^。]{0,10}(图片|图像|多模态)"
              + "|not (a )?multi-?modal|(not |n't |un)support\\w*[^.]{0,20}(multi-?modal|vision)");

  /// A filter of prompts.
  private static final Pattern FILTER =
      words(
          "content[_ -]?filter"
              + "|content[_ -](management[_ -])?polic"
              + "|responsibleai|data_?inspection|content exists risk"
              + "|(inappropriate|prohibited|sensitive|unsafe|harmful)[_ ]"
              + "(content|text|words|information)"
              + "|\\bmoderation|\\bflagged\\b|guardrail"
              + "|violat\\w*[^.]{0,60}(polic|guideline|terms)"
              + "|block\\w* (by|due to|for)[^.]{0,40}(filter|safety|polic)"
              + "|safety (system|filter|polic|check|setting)"
              + "|敏感|不安全|违规");

  private static Pattern words(String regex) {
    return Pattern.compile(regex, Pattern.CASE_INSENSITIVE);
  }

  /// The text of a failure; empty if the failure is not about the content of the request.
  static Optional<RefusalWords> of(Answer.Failure failure) {
    var said = failure.said();
    var words = said.words().isEmpty() ? failure.message() : said.words();
    boolean rejected = failure.kind() == Answer.Kind.REJECTED;
    boolean broken = failure.kind() == Answer.Kind.BROKEN && !said.words().isEmpty();
    boolean plain = rejected && !OTHER_STATUS.matcher(failure.message()).find();
    boolean denied = ACCESS.matcher(failure.message()).find();
    return rejected || broken
        ? Optional.of(new RefusalWords(words, said.indexed(), plain, denied))
        : Optional.empty();
  }

  /// Whether the text is about the block that stands for a conversation, or about its beta.
  boolean areOfCompaction() {
    return plain && has(COMPACTION);
  }

  boolean areOfThinking() {
    return plain ? has(THINKING) || has(SIGNATURE) : !denied && has(THINKING);
  }

  /// The block that the text names; a matcher with the indexes of the message, the block, and the
  /// block within a result or null.
  Optional<Matcher> path() {
    var path = PATH.matcher(words);
    return plain && indexed && path.find() ? Optional.of(path) : Optional.empty();
  }

  boolean areOfImages() {
    return plain ? has(IMAGE) || isOfEither() : !denied && has(NO_IMAGES);
  }

  boolean areOfDocuments() {
    return plain && (has(DOCUMENT) || isOfEither());
  }

  boolean quote(String address) {
    return !denied && !address.isBlank() && words.contains(address);
  }

  boolean areOfFilter() {
    return has(FILTER);
  }

  private boolean isOfEither() {
    return !has(IMAGE) && !has(DOCUMENT) && (has(FETCH) || has(TEXTS_ALONE));
  }

  private boolean has(Pattern pattern) {
    return pattern.matcher(words).find();
  }
}
